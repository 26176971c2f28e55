import {
  asArray,
  asJsonObject,
  isJsonObject,
  type JsonObject,
  type Loss,
  type TargetRequest,
  type TargetTool,
} from "@understudy/core/adapter";
import { defined, lowerSchema, mustCall, STRICT } from "@understudy/core/toolkit";
import type { BedrockModel } from "./models.ts";

export interface ToolPlan {
  /** `tools` and `toolChoice`; undefined where the request has none. */
  readonly config: JsonObject | undefined;
  /** What has to be said in the prompt. */
  readonly instruction: string | undefined;
  /** A call is forced, by the API. */
  readonly isForced: boolean;
}

const MUST_NOT_CALL = "Answer in text; do not call a tool.";
/** What Claude refuses of a tool that is not strict. */
const TOOL = { refusedAtRoot: "anyOf oneOf allOf" };
/** Stands for tools that were called before and are not offered now: the API wants a list, whatever is in it. */
const NO_TOOL = {
  toolSpec: {
    name: "no_tool",
    description: "Not to be called.",
    inputSchema: { json: { type: "object", properties: {} } },
  },
} as const;

/**
 * Which tools are declared and which may be called. The API has no choice that forbids calls, and wants tools declared
 * whenever a call stands in the conversation.
 */
export function toTools(
  request: TargetRequest,
  native: JsonObject,
  { forcedTools }: BedrockModel,
  loss: (loss: Loss) => void,
): ToolPlan {
  const { tools, toolChoice, without = [] } = request;
  const declared = tools.map((tool) => toTool(tool, without.includes(STRICT), loss));
  const natives = asArray(native["tools"]);
  const wantsTools = hasCalls(request);
  const none = { config: undefined, instruction: undefined, isForced: false };
  if (declared.length === 0 && natives.length === 0) {
    if (!wantsTools) return none;
    loss({ what: "tools", action: "translated", reason: "the API wants one behind earlier calls" });
    return { config: { tools: [NO_TOOL] }, instruction: MUST_NOT_CALL, isForced: false };
  }
  if (native["toolChoice"] !== undefined || toolChoice === "auto") return { ...none, config: { tools: declared } };
  if (toolChoice === "none") {
    const isDropped = !wantsTools && natives.length === 0;
    const how = isDropped ? "no tool is sent" : "it is told not to call";
    loss({ what: "toolChoice", action: "translated", reason: `the API cannot forbid calls; ${how}` });
    return isDropped ? none : { config: { tools: declared }, instruction: MUST_NOT_CALL, isForced: false };
  }
  if (forcedTools === false) {
    loss({ what: "toolChoice", action: "translated", reason: "it is told to call" });
    return { config: { tools: declared }, instruction: mustCall(toolChoice), isForced: false };
  }
  const choice = typeof toolChoice === "string" ? { any: {} } : { tool: { name: toolChoice.tool } };
  return { config: { tools: declared, toolChoice: choice }, instruction: undefined, isForced: true };
}

/** Names of the caller's native tools, whose calls are valid as they come. */
export function nativeToolNames(native: JsonObject): readonly string[] {
  return asArray(asJsonObject(native["toolConfig"])["tools"]).flatMap((tool) => {
    const { toolSpec, systemTool } = asJsonObject(tool);
    const { name } = asJsonObject(toolSpec ?? systemTool);
    return typeof name === "string" ? [name] : [];
  });
}

function toTool(tool: TargetTool, isLoose: boolean, loss: (loss: Loss) => void): JsonObject {
  const { name, description, inputSchema, vendorOptions } = tool;
  const { toolSpec, systemTool, ...fields } = vendorOptions?.["bedrock"] ?? {};
  if (systemTool !== undefined) return { systemTool };
  const { strict, ...own } = { ...fields, ...(isJsonObject(toolSpec) ? toolSpec : {}) };
  if (isLoose && strict === true) loss({ what: "tools strict", action: "downgraded", reason: "the vendor refused it" });
  // An empty text is refused.
  const said = description?.trim() === "" ? undefined : description;
  return {
    toolSpec: {
      ...defined({
        name,
        description: said,
        inputSchema: { json: lowerSchema(inputSchema, TOOL, "tools", loss).schema },
      }),
      ...own,
      ...(strict !== undefined && !isLoose && { strict }),
    },
  };
}

/** Calls that the vendor ran itself count too. */
function hasCalls({ messages }: TargetRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === "assistant" &&
      content.some(
        (part) =>
          part.type === "tool-call" ||
          (part.type === "opaque" &&
            isJsonObject(part.data) &&
            (part.data["toolUse"] ?? part.data["toolResult"]) !== undefined),
      ),
  );
}

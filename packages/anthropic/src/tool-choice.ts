import {
  asArray,
  isJsonObject,
  type JsonObject,
  type Loss,
  type TargetRequest,
  type ToolChoice,
} from "@understudy/core/adapter";
import { mustCall } from "@understudy/core/toolkit";
import type { AnthropicModel } from "./models.ts";

export interface ToolChoicePlan {
  readonly choice?: JsonObject | undefined;
  readonly thinking?: JsonObject | undefined;
  readonly instruction?: string | undefined;
}

/**
 * Which tools may be called, of all that the body will hold. What the caller says natively about the choice or about
 * `thinking` stays; what the request wishes beside it yields.
 */
export function planToolChoice(
  { tools, toolChoice }: TargetRequest,
  native: JsonObject,
  model: AnthropicModel,
  thinking: JsonObject | undefined,
  loss: (loss: Loss) => void,
): ToolChoicePlan {
  const given = isJsonObject(native["tool_choice"]) ? native["tool_choice"] : {};
  const hasTools = [tools, native["tools"], native["mcp_servers"]].some((list) => asArray(list).length > 0);
  if (!hasTools) return { thinking };
  const isNative = given["type"] !== undefined;
  const choice = isNative ? given : withFlags(toChoice(toolChoice), given);
  const isForced = choice?.["type"] === "any" || choice?.["type"] === "tool";
  const isExcluded = isForced && thinking?.["type"] === "enabled";
  const isThinkingNative = native["thinking"] !== undefined;
  if (isForced && !isNative && (!model.forcedTools || (isExcluded && isThinkingNative))) {
    loss({ what: "toolChoice", action: "translated", reason: "it cannot be forced; it is told to call" });
    return { thinking, choice: withFlags(undefined, given), instruction: mustCall(toolChoice) };
  }
  if (!isExcluded || isThinkingNative) return { thinking, choice };
  loss({ what: "reasoning", action: "dropped", reason: "excludes a forced tool call" });
  return { choice };
}

function toChoice(choice: ToolChoice): JsonObject | undefined {
  if (typeof choice !== "string") return { type: "tool", name: choice.tool };
  return choice === "auto" ? undefined : { type: choice === "required" ? "any" : choice };
}

/** Native flags without a choice of their own, such as that of parallel calls. Where nothing is called they mean nothing. */
function withFlags(choice: JsonObject | undefined, flags: JsonObject): JsonObject | undefined {
  if (Object.keys(flags).length === 0 || choice?.["type"] === "none") return choice;
  return { type: "auto", ...choice, ...flags };
}

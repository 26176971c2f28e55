import {
  asArray,
  asJsonObject,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  defined,
  layOverTools,
  lowerSchema,
  unsupported,
  withoutInside,
  type SchemaRules,
} from "@understudy/core/toolkit";

const MOST = 128;
/** https://api-docs.deepseek.com/guides/tool_calls */
const STRICT: SchemaRules = {
  keep: "$defs $ref type title description enum items anyOf properties additionalProperties required",
  closeObjects: true,
};

/** What a request says about tools, in common words and in native ones. */
export interface ToolPlan {
  readonly tools: readonly JsonValue[];
  readonly choice: JsonValue | undefined;
  /** The model has to call a tool. */
  readonly isForced: boolean;
}

/** A native choice takes the place of the request's; native tools stand behind its own. */
export function planTools(request: TargetRequest, isBeta: boolean, loss: (loss: Loss) => void): ToolPlan {
  const { tools, toolChoice, vendorOptions, without = [] } = request;
  const laid = withoutInside(layOverTools(tools.map(toTool), tools, "deepseek"), without);
  const native = without.includes("tools") ? [] : asArray(vendorOptions?.deepseek?.["tools"]);
  const all = [...asArray(laid), ...native].filter((tool): tool is JsonValue => tool !== undefined);
  if (all.length > MOST) throw unsupported("tools");
  const own = all.length === 0 ? undefined : toToolChoice(toolChoice);
  const given = vendorOptions?.deepseek?.["tool_choice"];
  if (given !== undefined && own !== undefined && JSON.stringify(given) !== JSON.stringify(own)) {
    loss({ what: "toolChoice", action: "dropped", reason: "a native field says something else" });
  }
  const choice = given ?? own;
  return { tools: fitted(all, isBeta, loss), choice, isForced: isJsonObject(choice) || choice === "required" };
}

function toTool({ name, description, inputSchema }: TargetRequest["tools"][number]): JsonObject {
  return { type: "function", function: defined({ name, description, parameters: inputSchema }) };
}

function toToolChoice(choice: TargetRequest["toolChoice"]): JsonValue | undefined {
  if (choice === "auto") return undefined;
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.tool } };
}

/** Strict are all tools of a request or none, and only at the beta endpoint. */
function fitted(tools: readonly JsonValue[], isBeta: boolean, loss: (loss: Loss) => void): readonly JsonValue[] {
  if (!tools.some((tool) => functionOf(tool)["strict"] === true)) return tools;
  const lowered = tools.map((tool) => lowerSchema(parametersOf(tool), STRICT, "tools"));
  const obstacles = [...new Set(lowered.flatMap((one) => [...one.obstacles]))];
  const reason = isBeta ? obstacles.join(", ") : "strict tools are taken at the beta endpoint only";
  if (reason !== "") {
    loss({ what: "tools", action: "downgraded", reason: `not enforced by the vendor: ${reason}` });
    return tools.map((tool) => withFunction(tool, { strict: undefined }));
  }
  return tools.map((tool, index) => {
    const { schema: parameters, loss: lost } = lowered[index] ?? { schema: {} };
    if (lost !== undefined) loss(lost);
    return withFunction(tool, { strict: true, parameters });
  });
}

function functionOf(tool: JsonValue): Readonly<Record<string, unknown>> {
  return asObject(asObject(tool)["function"]);
}

function parametersOf(tool: JsonValue): JsonObject {
  const { parameters } = functionOf(tool);
  return isJsonObject(parameters)
    ? asJsonObject(parameters)
    : { type: "object", properties: {}, additionalProperties: false };
}

function withFunction(tool: JsonValue, fields: Readonly<Record<string, JsonValue | undefined>>): JsonValue {
  const own = asObject(tool)["function"];
  if (!isJsonObject(tool) || !isJsonObject(own)) return tool;
  return { ...asJsonObject(tool), function: defined({ ...asJsonObject(own), ...fields }) };
}

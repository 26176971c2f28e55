import {
  firstIn,
  firstOf,
  isObject,
  listOf,
  objectsOf,
  textOf,
  unknownKey,
  type WireObject,
  shown,
  words,
} from "../json.ts";
import { checkDraft } from "./draft.ts";
import type { AnthropicModel } from "./models.ts";
import type { AnthropicRequest, Problem } from "./problem.ts";
import { checkSchema, countProperties } from "./schemas.ts";

const customFields = words(
  `type name description input_schema strict eager_input_streaming cache_control defer_loading input_examples allowed_callers`,
);

const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Tool declarations and the choice among them. */
export function checkTools({ body }: AnthropicRequest, model: AnthropicModel): Problem {
  const tools = body["tools"];
  if (tools !== undefined && !Array.isArray(tools)) return "tools: Input should be a valid list";
  const custom = objectsOf(tools).filter(isCustom);
  return firstOf([
    () => firstIn(listOf(tools), checkTool),
    () => checkNames(objectsOf(tools)),
    () => checkStrictLimits(custom.filter((tool) => tool["strict"] === true)),
    () => checkChoice(body, model),
  ]);
}

function isCustom(tool: WireObject): boolean {
  return tool["type"] === undefined || tool["type"] === null || tool["type"] === "custom";
}

function checkTool(tool: unknown, index: number): Problem {
  const path = `tools.${index}.custom`;
  if (!isObject(tool)) return `tools.${index}: Input should be a valid dictionary`;
  if (!isCustom(tool)) return checkServerTool(tool, index);
  const name = tool["name"];
  if (name === undefined) return `${path}.name: Field required`;
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(shown(name))) {
    return `${path}.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
  }
  const extra = unknownKey(tool, customFields);
  if (extra !== undefined) return `${path}.${extra}: Extra inputs are not permitted`;
  const schema = tool["input_schema"];
  if (schema === undefined) return `${path}.input_schema: Field required`;
  if (!isObject(schema)) return `${path}.input_schema: Input does not match the expected shape.`;
  if (schema["type"] === undefined) return `${path}.input_schema.type: Field required`;
  if (schema["type"] !== "object") return `${path}.input_schema.type: Input should be 'object'`;
  const union = ["oneOf", "allOf", "anyOf"].some((keyword) => schema[keyword] !== undefined);
  if (union) return `${path}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`;
  const key = Object.keys(isObject(schema["properties"]) ? schema["properties"] : {}).find((one) => !KEY.test(one));
  if (key !== undefined) return `${path}.input_schema.properties: Property keys should match pattern '${KEY.source}'`;
  const problem = checkDraft(`${path}.input_schema`, schema);
  if (problem !== undefined) return problem;
  return tool["strict"] === true ? checkSchema(path, schema) : undefined;
}

/** Server tools carry a date in their type, or are the tool set of a server. */
function checkServerTool(tool: WireObject, index: number): Problem {
  const type = shown(tool["type"]);
  if (!/_\d{8}$/.test(type) && type !== "mcp_toolset") {
    return `tools.${index}: Input tag '${type}' found using 'type' does not match any of the expected tags`;
  }
  // Its schema is the vendor's own, and a set of tools has no name either.
  const foreign = ["input_schema", "description", ...(type.includes("toolset") ? ["name"] : [])];
  const extra = foreign.find((field) => tool[field] !== undefined);
  return extra === undefined ? undefined : `tools.${index}.${type}.${extra}: Extra inputs are not permitted`;
}

function checkNames(tools: readonly WireObject[]): Problem {
  const names = tools.map((tool) => textOf(tool["name"])).filter((name) => name !== "");
  return new Set(names).size < names.length ? "tools: Tool names must be unique." : undefined;
}

function checkStrictLimits(strict: readonly WireObject[]): Problem {
  if (strict.length > 20) {
    return `Too many strict tools (${strict.length}). The maximum number of strict tools supported is 20. Try reducing the number of tools marked as strict.`;
  }
  const counts = strict.map((tool) => countProperties(tool["input_schema"]));
  const optional = counts.reduce((sum, count) => sum + count.optional, 0);
  if (optional > 24) {
    return `Schemas contains too many optional parameters (${optional}), which would make grammar compilation inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24).`;
  }
  const unions = counts.reduce((sum, count) => sum + count.unions, 0);
  return unions >= 16
    ? "Schema is too complex for compilation. Try reducing the number of tools or simplifying tool schemas."
    : undefined;
}

const choices: Readonly<Record<string, readonly string[]>> = {
  auto: ["type", "disable_parallel_tool_use"],
  any: ["type", "disable_parallel_tool_use"],
  tool: ["type", "name", "disable_parallel_tool_use"],
  none: ["type"],
};

function checkChoice(body: WireObject, model: AnthropicModel): Problem {
  const choice = body["tool_choice"];
  if (choice === undefined) return undefined;
  if (!isObject(choice)) return "tool_choice: Input should be a valid dictionary";
  const type = shown(choice["type"]);
  const fields = choices[type];
  if (fields === undefined) {
    return `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`;
  }
  const extra = unknownKey(choice, fields);
  if (extra !== undefined) return `tool_choice.${type}.${extra}: Extra inputs are not permitted`;
  const tools = objectsOf(body["tools"]);
  if (tools.length === 0 && listOf(body["mcp_servers"]).length === 0) {
    return "tool_choice may only be specified while providing tools.";
  }
  if (type !== "any" && type !== "tool") return undefined;
  if (type === "tool" && !tools.some((tool) => tool["name"] === choice["name"])) {
    return `Tool '${shown(choice["name"])}' not found in provided tools`;
  }
  if (!model.forcedTools) return `tool_choice: "${type}" is not supported for this model.`;
  const thinking = body["thinking"];
  return isObject(thinking) && thinking["type"] === "enabled"
    ? "Thinking may not be enabled when tool_choice forces tool use."
    : undefined;
}

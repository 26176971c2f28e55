import { firstIn, firstOf, isObject, listOf, shown, unknownKey, words, type WireObject } from "../json.ts";
import type { MistralFault, Problem } from "./errors.ts";

type Place = readonly (string | number)[];

const fields = words(`
  model messages temperature top_p max_tokens stream stop random_seed metadata response_format tools tool_choice
  presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode reasoning_effort guardrails
  prompt_cache_key safe_prompt service_tier logprobs top_logprobs
`);
const ranges = [
  ["temperature", 0, 1.5],
  ["top_p", 0, 1],
  ["presence_penalty", -2, 2],
  ["frequency_penalty", -2, 2],
  ["max_tokens", 0, Infinity],
  ["random_seed", 0, Infinity],
] as const;
const roles: Readonly<Record<string, readonly string[]>> = {
  system: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls", "prefix"],
  tool: ["role", "content", "tool_call_id", "name"],
};
/** Of each kind of chunk its fields; the first of them it has to have. */
const chunks: Readonly<Record<string, readonly string[]>> = {
  text: ["text"],
  image_url: ["image_url"],
  document_url: ["document_url", "document_name"],
  reference: ["reference_ids"],
  file: ["file_id"],
  thinking: ["thinking", "closed", "signature"],
  input_audio: ["input_audio"],
};

/** What the vendor's parser refuses, before any model is looked for. Nothing that it does not know is passed over. */
export function checkSchema(body: WireObject): Problem {
  return firstOf([
    () => firstIn(["model", "messages"], (name) => (body[name] === undefined ? missing([name]) : undefined)),
    () => checkKeys(body, fields, []),
    () => checkRanges(body),
    () => firstIn(listOf(body["messages"]), (message, index) => checkMessage(message, ["messages", index])),
    () => firstIn(listOf(body["tools"]), (tool, index) => checkTool(tool, ["tools", index])),
    () => checkChoice(body["tool_choice"]),
    () => checkFormat(body["response_format"]),
    () => checkPrediction(body["prediction"]),
  ]);
}

function checkRanges(body: WireObject): Problem {
  return firstIn(ranges, ([name, least, most]) => {
    const value = body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") return fault("float_parsing", [name], "Input should be a valid number");
    if (value < least) return fault("greater_than_equal", [name], `Input should be greater than or equal to ${least}`);
    return value > most ? fault("less_than_equal", [name], `Input should be less than or equal to ${most}`) : undefined;
  });
}

function checkMessage(message: unknown, at: Place): Problem {
  if (!isObject(message)) return fault("model_attributes_type", at, "Input should be a valid dictionary");
  const role = shown(message["role"]);
  const known = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (known === undefined) {
    const msg = `Input tag '${role}' found using 'role' does not match any of the expected tags`;
    return fault("union_tag_invalid", at, msg);
  }
  const inside = [...at, role];
  const { content } = message;
  return firstOf([
    () => checkKeys(message, known, inside),
    () => (content === undefined && role !== "assistant" ? missing([...inside, "content"]) : undefined),
    () =>
      content === null && role === "system" ? fault("string_type", [...inside, "content"], "not null") : undefined,
    () => firstIn(listOf(content), (chunk, index) => checkChunk(chunk, role, [...inside, "content", index])),
    () => firstIn(listOf(message["tool_calls"]), (call, index) => checkCall(call, [...inside, "tool_calls", index])),
  ]);
}

function checkChunk(chunk: unknown, role: string, at: Place): Problem {
  if (!isObject(chunk)) return fault("model_attributes_type", at, "Input should be a valid dictionary");
  const type = shown(chunk["type"]);
  const names = role === "system" && type !== "text" && type !== "thinking" ? undefined : chunks[type];
  if (names === undefined) return fault("union_tag_invalid", at, `Input tag '${type}' found using 'type'`);
  const [needed = ""] = names;
  if (chunk[needed] === undefined) return missing([...at, type, needed]);
  const strange = checkKeys(chunk, ["type", ...names], [...at, type]);
  if (strange !== undefined || type !== "image_url" || typeof chunk[needed] === "string") return strange;
  const image = chunk[needed];
  if (!isObject(image) || typeof image["url"] !== "string") return missing([...at, type, needed, "url"]);
  return checkKeys(image, ["url", "detail"], [...at, type, needed]);
}

function checkCall(call: unknown, at: Place): Problem {
  if (!isObject(call)) return fault("model_attributes_type", at, "Input should be a valid dictionary");
  const strange = checkKeys(call, ["id", "type", "function", "index"], at);
  if (strange !== undefined) return strange;
  const fn = call["function"];
  if (!isObject(fn)) return missing([...at, "function"]);
  const lacking = ["name", "arguments"].find((name) => fn[name] === undefined);
  return lacking === undefined
    ? checkKeys(fn, ["name", "arguments"], [...at, "function"])
    : missing([...at, "function", lacking]);
}

function checkTool(tool: unknown, at: Place): Problem {
  if (!isObject(tool)) return fault("model_attributes_type", at, "Input should be a valid dictionary");
  const strange = checkKeys(tool, ["type", "function"], at);
  if (strange !== undefined) return strange;
  const fn = tool["function"];
  if (!isObject(fn)) return missing([...at, "function"]);
  const lacking = ["name", "parameters"].find((name) => fn[name] === undefined);
  if (lacking !== undefined) return missing([...at, "function", lacking]);
  if (!isObject(fn["parameters"]))
    return fault("dict_type", [...at, "function", "parameters"], "Input should be an object");
  return checkKeys(fn, ["name", "description", "strict", "parameters"], [...at, "function"]);
}

function checkChoice(choice: unknown): Problem {
  if (choice === undefined || ["auto", "none", "any", "required"].includes(shown(choice))) return undefined;
  if (!isObject(choice)) return fault("enum", ["tool_choice"], "Input should be 'auto', 'none', 'any' or 'required'");
  const fn = choice["function"];
  return isObject(fn) && typeof fn["name"] === "string" ? undefined : missing(["tool_choice", "function"]);
}

function checkFormat(format: unknown): Problem {
  if (!isObject(format)) return undefined;
  const strange = checkKeys(format, ["type", "json_schema"], ["response_format"]);
  if (strange !== undefined) return strange;
  const type = format["type"] ?? "text";
  if (!["text", "json_object", "json_schema"].includes(shown(type))) {
    return fault("enum", ["response_format", "type"], "Input should be 'text', 'json_object' or 'json_schema'");
  }
  if (type !== "json_schema") return undefined;
  const schema = format["json_schema"];
  if (!isObject(schema)) return missing(["response_format", "json_schema"]);
  const lacking = ["name", "schema"].find((name) => schema[name] === undefined);
  return lacking === undefined
    ? checkKeys(schema, ["name", "description", "schema", "strict"], ["response_format", "json_schema"])
    : missing(["response_format", "json_schema", lacking]);
}

function checkPrediction(prediction: unknown): Problem {
  return isObject(prediction) ? checkKeys(prediction, ["type", "content"], ["prediction"]) : undefined;
}

function checkKeys(object: WireObject, known: readonly string[], at: Place): Problem {
  const key = unknownKey(object, known);
  return key === undefined ? undefined : fault("extra_forbidden", [...at, key], "Extra inputs are not permitted");
}

function missing(loc: Place): MistralFault {
  return fault("missing", loc, "Field required");
}

function fault(type: string, loc: Place, msg: string): MistralFault {
  return { type, loc, msg };
}

import { isJsonObject } from "../model/json.ts";
import type { Request } from "../model/request.ts";
import { unknownNames } from "../model/unknown-names.ts";

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const OPTION_NAMES: { readonly [Name in keyof Required<Request>]: true } = {
  system: true,
  messages: true,
  tools: true,
  toolChoice: true,
  output: true,
  reasoning: true,
  maxOutputTokens: true,
  temperature: true,
  topP: true,
  topK: true,
  stop: true,
  seed: true,
  cache: true,
  userId: true,
  vendorOptions: true,
};

const CONTENT_TYPES: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["user", ["text", "image", "file", "audio"]],
  ["assistant", ["text", "reasoning", "tool-call", "refusal", "source", "image", "file", "audio", "opaque"]],
  ["tool", ["tool-result"]],
]);

const RESULT_TYPES: readonly string[] = ["text", "image", "file"];

/** Everything that is wrong with a request before any target sees it: what, where and how to mend it. */
export function checkRequest(request: Request): string[] {
  if (!isJsonObject(request)) return ["the request must be a string or an object with `messages`"];
  return [
    ...unknownNames(request, Object.keys(OPTION_NAMES), "unknown request option"),
    ...checkMessages(request.messages),
    ...checkTools(request),
    ...checkNumbers(request),
    ...checkOutput(request.output),
  ];
}

function checkMessages(messages: unknown): string[] {
  if (!isUnknownArray(messages) || messages.length === 0) {
    return ["`messages` is empty: give at least one user message"];
  }
  if (messages.every(isBlank)) return ["`messages` hold nothing but blank text"];
  const problems: string[] = [];
  const calls = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    const types = CONTENT_TYPES.get(isJsonObject(message) ? message["role"] : undefined);
    if (types === undefined || !isJsonObject(message)) {
      problems.push(`${where}.role must be user, assistant or tool; the system prompt goes into \`system\``);
      continue;
    }
    const { role, content } = message;
    if (typeof content === "string" && role !== "tool") continue;
    if (!isUnknownArray(content)) {
      problems.push(`${where}.content must be ${role === "tool" ? "" : "a string or "}an array of parts`);
      continue;
    }
    for (const [position, part] of content.entries()) {
      const problem = checkPart(part, types, calls);
      if (problem !== undefined) problems.push(`${where}.content[${position}] ${problem}`);
    }
  }
  return problems;
}

function isBlank(message: unknown): boolean {
  const content = isJsonObject(message) ? message["content"] : undefined;
  if (typeof content === "string") return content.trim() === "";
  if (!isUnknownArray(content)) return false;
  return content.every((part) => isJsonObject(part) && typeof part["text"] === "string" && part["text"].trim() === "");
}

function isUnknownArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function checkPart(part: unknown, types: readonly string[], calls: Set<string>): string | undefined {
  const type = isJsonObject(part) ? part["type"] : undefined;
  if (!isJsonObject(part) || typeof type !== "string" || !types.includes(type)) {
    return `must be a part of type ${types.join(", ")}`;
  }
  if ((type === "text" || type === "reasoning" || type === "refusal") && typeof part["text"] !== "string") {
    return "needs a string `text`";
  }
  if (type === "image" || type === "file" || type === "audio") return checkSource(part["source"]);
  if (type === "tool-call") {
    if (typeof part["toolCallId"] !== "string" || part["toolCallId"] === "") return "needs a `toolCallId`";
    if (typeof part["toolName"] !== "string" || part["toolName"] === "") return "needs a `toolName`";
    if (part["input"] === undefined) return "needs an `input`: the parsed arguments";
    calls.add(part["toolCallId"]);
  }
  if (type === "tool-result") {
    const id = part["toolCallId"];
    if (typeof id !== "string" || !calls.has(id)) {
      return "is a tool result without a call: no earlier assistant message holds a tool-call with its toolCallId; append `answer.message` before the results";
    }
    const content = part["content"];
    if (typeof content === "string") return undefined;
    if (!isUnknownArray(content)) return "needs `content`: a string or an array of parts";
    for (const [position, inner] of content.entries()) {
      const problem = checkPart(inner, RESULT_TYPES, calls);
      if (problem !== undefined) return `has a content[${position}] that ${problem}`;
    }
  }
  return undefined;
}

function checkSource(source: unknown): string | undefined {
  const type = isJsonObject(source) ? source["type"] : undefined;
  if (isJsonObject(source)) {
    if (type === "base64" && typeof source["data"] === "string" && typeof source["mediaType"] === "string") {
      return undefined;
    }
    if (type === "url" && typeof source["url"] === "string") {
      return URL.canParse(source["url"]) ? undefined : "has a `source.url` that is no absolute URL";
    }
    if (type === "vendor-file" && typeof source["vendor"] === "string" && typeof source["id"] === "string") {
      return undefined;
    }
  }
  return "needs a `source`: { type: 'base64', mediaType, data }, { type: 'url', url } or { type: 'vendor-file', vendor, id }";
}

function checkTools(request: Request): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const tools: unknown = request.tools ?? [];
  if (!isUnknownArray(tools)) return ["`tools` must be an array"];
  for (const [index, tool] of tools.entries()) {
    if (!isJsonObject(tool) || typeof tool["name"] !== "string") {
      problems.push(`tools[${index}] needs a \`name\``);
      continue;
    }
    const { name } = tool;
    if (!TOOL_NAME.test(name)) {
      problems.push(`tools[${index}].name must be 1 to 64 letters, digits, _ or -, to be legal at every vendor`);
    }
    if (names.has(name)) problems.push(`tools[${index}].name repeats an earlier tool's name`);
    names.add(name);
  }
  const choice: unknown = request.toolChoice ?? "auto";
  if (isJsonObject(choice)) {
    const isKnown = typeof choice["tool"] === "string" && names.has(choice["tool"]);
    if (!isKnown) problems.push("`toolChoice.tool` names no tool of this request");
  } else if (choice !== "auto" && choice !== "none" && choice !== "required") {
    problems.push("`toolChoice` must be auto, none, required or { tool }");
  }
  if (choice === "required" && names.size === 0) problems.push("`toolChoice` is required, but there are no `tools`");
  return problems;
}

function checkNumbers(request: Request): string[] {
  const problems: string[] = [];
  for (const name of ["maxOutputTokens", "topK"] as const) {
    const value = request[name];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      problems.push(`\`${name}\` must be a whole number of at least 1`);
    }
  }
  for (const name of ["temperature", "topP", "seed"] as const) {
    const value = request[name];
    if (value !== undefined && !Number.isFinite(value)) problems.push(`\`${name}\` must be a finite number`);
  }
  const stop: unknown = request.stop ?? [];
  if (!isUnknownArray(stop) || stop.some((text) => typeof text !== "string" || text === "")) {
    problems.push("`stop` must be an array of non-empty strings");
  }
  return problems;
}

function checkOutput(output: unknown): string[] {
  if (output === undefined) return [];
  const type = isJsonObject(output) ? output["type"] : undefined;
  return type === "text" || type === "json" ? [] : ["`output` must be { type: 'text' } or { type: 'json', schema }"];
}

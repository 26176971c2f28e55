import { isJsonObject } from "../model/json.ts";
import { isHeaderName, isHeaderValue } from "../model/header.ts";
import type { AssistantPart, MediaSource, ToolResultPart } from "../model/parts.ts";
import type { Request, Tool } from "../model/request.ts";
import { legalToolName } from "../model/tool-name.ts";
import {
  ANYTHING,
  checkShape,
  fits,
  FLAG,
  FULL_TEXT,
  LIST,
  NUMBER,
  OBJECT,
  oneOf,
  required,
  TEXT,
  whole,
  type Rule,
  type Shape,
  type ShapeOf,
} from "../model/rules.ts";

/** More would make the error unreadable, and the first ones are enough. */
const MOST_PROBLEMS = 20;
const MEDIA_TYPE_FORM = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:;[ -~]*)?$/;

const MEDIA_TYPE: Rule = {
  must: "be a media type such as image/png",
  test: (value) => typeof value === "string" && MEDIA_TYPE_FORM.test(value),
};

const REQUEST: ShapeOf<Request> = {
  system: TEXT,
  messages: { must: "hold at least one user message", test: isFilled, isRequired: true },
  tools: LIST,
  toolChoice: {
    must: "be auto, none, required or { tool }",
    test: (value) => value === "auto" || value === "none" || value === "required" || isJsonObject(value),
  },
  output: {
    must: "be { type: 'text' } or { type: 'json', schema }",
    test: (value) => isJsonObject(value) && (value["type"] === "text" || value["type"] === "json"),
  },
  reasoning: OBJECT,
  maxOutputTokens: whole(1),
  temperature: NUMBER,
  topP: NUMBER,
  topK: whole(1),
  stop: {
    must: "be an array of strings that are not empty",
    test: (value) => isList(value) && value.every((text) => typeof text === "string" && text !== ""),
  },
  seed: NUMBER,
  cache: FLAG,
  userId: TEXT,
  vendorOptions: {
    must: "hold an object for each vendor, whose `headers` are strings",
    test: (value) => isJsonObject(value) && Object.values(value).every(areVendorOptions),
  },
};

const NESTED: { readonly [Name in keyof Request]?: Shape } = {
  toolChoice: { tool: required(TEXT) },
  output: { type: ANYTHING, schema: ANYTHING, name: FULL_TEXT },
  reasoning: {
    effort: oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    budgetTokens: whole(0),
    visible: FLAG,
  },
};

const TOOL: ShapeOf<Tool> = {
  name: {
    must: "be 1 to 64 letters, digits, _ or -",
    test: (value) => typeof value === "string" && legalToolName(value) === value,
    isRequired: true,
  },
  description: TEXT,
  inputSchema: ANYTHING,
  vendorOptions: { must: "hold an object for each vendor", test: isObjects },
};

const MESSAGE = { role: ANYTHING, content: ANYTHING };
const ON_ALL = { type: ANYTHING, origin: OBJECT, opaque: OBJECT };
const WORDS = { ...ON_ALL, text: required(TEXT) };
const MEDIA = { ...ON_ALL, source: required(OBJECT) };

const PARTS: { readonly [Type in AssistantPart["type"] | "tool-result"]: Shape } = {
  text: { ...WORDS, citations: LIST },
  reasoning: WORDS,
  refusal: WORDS,
  image: MEDIA,
  file: { ...MEDIA, name: TEXT, citations: FLAG },
  audio: MEDIA,
  source: { ...ON_ALL, url: TEXT, title: TEXT },
  "tool-call": {
    ...ON_ALL,
    toolCallId: required(TEXT),
    toolName: required(TEXT),
    input: required({ ...ANYTHING, must: "be given: the parsed arguments" }),
    inputText: TEXT,
  },
  "tool-result": {
    ...ON_ALL,
    toolCallId: required(TEXT),
    toolName: TEXT,
    content: { must: "be a string or an array of parts", test: isContent, isRequired: true },
    isError: FLAG,
  } satisfies ShapeOf<ToolResultPart>,
  opaque: { type: ANYTHING, kind: required(TEXT), data: required(ANYTHING), origin: OBJECT },
};

const SOURCES: { readonly [Type in MediaSource["type"]]: Shape } = {
  base64: { type: ANYTHING, mediaType: required(MEDIA_TYPE), data: required(TEXT) },
  url: {
    type: ANYTHING,
    url: { must: "be an absolute URL", test: (value) => URL.canParse(String(value)), isRequired: true },
    mediaType: MEDIA_TYPE,
  },
  "vendor-file": { type: ANYTHING, vendor: required(FULL_TEXT), id: required(FULL_TEXT) },
};

const CONTENT_TYPES: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["user", ["text", "image", "file", "audio", "opaque"]],
  ["assistant", ["text", "reasoning", "tool-call", "refusal", "source", "image", "file", "audio", "opaque"]],
  ["tool", ["tool-result"]],
]);
const RESULT_TYPES: readonly string[] = ["text", "image", "file"];

/** Everything that is wrong with a request, which is plain JSON beside its schemas: what, where and how to fix it. */
export function checkRequest(request: unknown): string[] {
  if (!isJsonObject(request)) return ["the request must be a string or an object with `messages`"];
  const problems = checkFields(request, REQUEST);
  const { messages, tools, toolChoice } = request;
  if (isFilled(messages)) problems.push(...checkMessages(messages));
  const names = new Set(listOf(tools).map((tool) => (isJsonObject(tool) ? tool["name"] : undefined)));
  if (isJsonObject(toolChoice) && !names.has(toolChoice["tool"])) {
    problems.push("toolChoice.tool names no tool of this request");
  }
  if (toolChoice === "required" && names.size === 0) problems.push("toolChoice is required, but there are no `tools`");
  return problems;
}

/** The same for a part of a request that is laid over another. */
export function checkOverrides(overrides: unknown): string[] {
  if (!isJsonObject(overrides)) return ["it must be an object of request options, or a function"];
  const problems = checkFields(overrides, { ...REQUEST, messages: { ...REQUEST.messages, isRequired: undefined } });
  return isFilled(overrides["messages"]) ? [...problems, ...checkMessages(overrides["messages"])] : problems;
}

function checkFields(request: { readonly [name: string]: unknown }, shape: Shape): string[] {
  const problems = checkShape(request, shape, "", "unknown request option");
  for (const [name, nested] of Object.entries(NESTED)) {
    const value = request[name];
    if (isJsonObject(value)) checkAt(name, value, nested, problems);
  }
  const names = new Set<unknown>();
  for (const [index, tool] of listOf(request["tools"]).entries()) {
    const where = `tools[${index}]`;
    if (!isJsonObject(tool)) {
      problems.push(`${where} must be an object`);
      continue;
    }
    checkAt(where, tool, TOOL, problems);
    if (names.has(tool["name"])) problems.push(`${where}.name repeats an earlier tool's name`);
    names.add(tool["name"]);
    if (problems.length > MOST_PROBLEMS) break;
  }
  return problems;
}

/** Everything that is wrong with a history. */
export function checkMessages(messages: readonly unknown[]): string[] {
  if (messages.every(isBlank)) return ["messages hold nothing but blank text"];
  const problems: string[] = [];
  const calls = new Set<unknown>();
  for (const [index, message] of messages.entries()) {
    if (problems.length > MOST_PROBLEMS) break;
    const types = CONTENT_TYPES.get(isJsonObject(message) ? message["role"] : undefined);
    if (types === undefined || !isJsonObject(message)) {
      problems.push(`messages[${index}].role must be user, assistant or tool; the system prompt goes into \`system\``);
      continue;
    }
    const { role, content } = message;
    checkAt(`messages[${index}]`, message, MESSAGE, problems);
    if (isList(content)) checkParts(content, types, `messages[${index}].content`, calls, problems);
    else if (typeof content !== "string" || role === "tool") {
      problems.push(`messages[${index}].content must be ${role === "tool" ? "" : "a string or "}an array of parts`);
    }
  }
  return problems;
}

function checkParts(
  parts: readonly unknown[],
  types: readonly string[],
  where: string,
  calls: Set<unknown>,
  problems: string[],
): void {
  for (const [position, part] of parts.entries()) {
    if (problems.length > MOST_PROBLEMS) return;
    const place = `${where}[${position}]`;
    const type = isJsonObject(part) ? part["type"] : undefined;
    if (!isJsonObject(part) || !isIn(PARTS, type) || !types.includes(type)) {
      problems.push(`${place} must be a part of type ${types.join(", ")}`);
      continue;
    }
    checkAt(place, part, PARTS[type], problems);
    if (isJsonObject(part["source"])) checkSource(part["source"], place, problems);
    if (type === "opaque" && !types.includes("tool-call") && part["origin"] === undefined) {
      problems.push(`${place}.origin must be given: that of the part which it answers`);
    }
    if (type === "tool-call") calls.add(part["toolCallId"]);
    if (type !== "tool-result") continue;
    if (!calls.has(part["toolCallId"])) {
      problems.push(`${place} is a tool result without a call: append \`answer.message\` before the results`);
    }
    checkParts(listOf(part["content"]), RESULT_TYPES, `${place}.content`, calls, problems);
  }
}

function checkSource(source: { readonly [name: string]: unknown }, place: string, problems: string[]): void {
  const { type } = source;
  if (!isIn(SOURCES, type)) {
    problems.push(`${place}.source.type must be ${Object.keys(SOURCES).join(", ")}`);
  } else checkAt(`${place}.source`, source, SOURCES[type], problems);
}

/** Most of what is looked at is right. */
function checkAt(place: string, given: { readonly [name: string]: unknown }, shape: Shape, problems: string[]): void {
  if (!fits(given, shape)) problems.push(...checkShape(given, shape, `${place}.`, `${place} has an unknown field`));
}

function isObjects(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isJsonObject);
}

function areVendorOptions(options: unknown): boolean {
  if (options === undefined) return true;
  if (!isJsonObject(options)) return false;
  const { headers = {} } = options;
  return (
    isJsonObject(headers) &&
    Object.entries(headers).every(([name, value]) => isHeaderName(name) && isHeaderValue(value))
  );
}

function isBlank(message: unknown): boolean {
  const content = isJsonObject(message) ? message["content"] : undefined;
  const parts = typeof content === "string" ? [{ text: content }] : content;
  if (!isList(parts)) return false;
  return parts.every((part) => isJsonObject(part) && typeof part["text"] === "string" && part["text"].trim() === "");
}

function isIn<Table extends object>(table: Table, name: unknown): name is keyof Table {
  return typeof name === "string" && Object.hasOwn(table, name);
}

function isContent(value: unknown): boolean {
  return typeof value === "string" || isList(value);
}

function isFilled(value: unknown): value is readonly unknown[] {
  return isList(value) && value.length > 0;
}

function listOf(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

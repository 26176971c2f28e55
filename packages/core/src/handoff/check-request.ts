import { isJsonObject } from "../model/json.ts";
import { isHeaderName, isHeaderValue } from "../model/header.ts";
import type { Message } from "../model/message.ts";
import type { AssistantPart, Citation, MediaSource, Origin, ToolResultPart } from "../model/parts.ts";
import type { Request, Tool } from "../model/request.ts";
import { legalToolName } from "../model/tool-name.ts";
import {
  ANYTHING,
  checkShape,
  FLAG,
  FULL_TEXT,
  isText,
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
import { meant, misspelt, shownName } from "../model/unknown-names.ts";

type Fields = { readonly [name: string]: unknown };

/** More would make the error unreadable, and the first ones are enough. */
const MOST_PROBLEMS = 20;
const MEDIA_TYPE_FORM = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:;[ -~]*)?$/;

const MEDIA_TYPE: Rule = {
  must: "be a media type such as image/png",
  test: (value) => isText(value) && MEDIA_TYPE_FORM.test(value),
};

/** Some vendors take the form of a data URL, too. */
const BASE64 = /^(?:\s*data:[^,]*;base64,)?[+/=\s-]*\w[\w+/=\s-]*$/i;

const CHOICES = ["auto", "none", "required"];

const TOOL: ShapeOf<Tool> = {
  name: {
    must: "be 1 to 64 letters, digits, _ or -",
    test: (value) => isText(value) && legalToolName(value) === value,
    isRequired: true,
  },
  description: TEXT,
  inputSchema: ANYTHING,
  vendorOptions: { must: "hold an object for each vendor", test: isObjects },
};

const REQUEST: ShapeOf<Request> = {
  system: TEXT,
  messages: { must: "hold at least one user message", test: isFilled, isRequired: true },
  tools: { ...LIST, fields: TOOL },
  toolChoice: {
    must: "be auto, none, required or { tool }",
    test: (value) => CHOICES.some((choice) => choice === value) || isJsonObject(value),
    known: CHOICES,
    fields: { tool: required(TEXT) },
  },
  output: {
    must: "be { type: 'text' } or { type: 'json', schema }",
    test: (value) =>
      isJsonObject(value) && (value["type"] === "json" || (value["type"] === "text" && value["schema"] === undefined)),
    fields: { type: ANYTHING, schema: ANYTHING, name: FULL_TEXT },
  },
  reasoning: {
    ...OBJECT,
    fields: {
      effort: oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max"),
      budgetTokens: whole(0),
      visible: FLAG,
    },
  },
  maxOutputTokens: whole(1),
  temperature: NUMBER,
  topP: NUMBER,
  topK: whole(1),
  stop: {
    must: "be an array of strings that are not empty",
    test: (value) => isList(value) && value.every(FULL_TEXT.test),
  },
  seed: NUMBER,
  cache: FLAG,
  userId: TEXT,
  vendorOptions: {
    must: "hold an object for each vendor, whose `headers` are strings",
    test: (value) => isJsonObject(value) && Object.values(value).every(areVendorOptions),
  },
};

const ORIGIN: Rule = {
  ...OBJECT,
  fields: { vendor: required(TEXT), model: required(TEXT), endpoint: required(TEXT) } satisfies ShapeOf<Origin>,
};
const CITATIONS: Rule = {
  ...LIST,
  fields: {
    citedText: TEXT,
    title: TEXT,
    url: TEXT,
    documentIndex: NUMBER,
    start: NUMBER,
    end: NUMBER,
  } satisfies ShapeOf<Citation>,
};
const MESSAGE = { role: ANYTHING, content: ANYTHING };
const ON_ALL = { type: ANYTHING, origin: ORIGIN, opaque: OBJECT };
const WORDS = { ...ON_ALL, text: required(TEXT) };
const MEDIA = { ...ON_ALL, source: required(OBJECT) };

const PARTS: { readonly [Type in AssistantPart["type"] | "tool-result"]: Shape } = {
  text: { ...WORDS, citations: CITATIONS },
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
  opaque: { type: ANYTHING, kind: required(TEXT), data: required(ANYTHING), origin: ORIGIN },
};

const SOURCES: { readonly [Type in MediaSource["type"]]: Shape } = {
  base64: { type: ANYTHING, mediaType: required(MEDIA_TYPE), data: required(TEXT) },
  url: { type: ANYTHING, url: required(TEXT), mediaType: MEDIA_TYPE },
  "vendor-file": { type: ANYTHING, vendor: required(FULL_TEXT), id: required(FULL_TEXT) },
};

const CONTENT_TYPES: { readonly [Role in Message["role"]]: readonly string[] } = {
  user: ["text", "image", "file", "audio", "opaque"],
  assistant: ["text", "reasoning", "tool-call", "refusal", "source", "image", "file", "audio", "opaque"],
  tool: ["tool-result"],
};
const RESULT_TYPES: readonly string[] = ["text", "image", "file"];

/**
 * Everything that is wrong with a request, which is plain JSON beside its schemas: what, where and how to fix it. Options
 * may be for any vendor, but not for one that is nearly one of `vendors`.
 */
export function checkRequest(request: unknown, vendors: readonly string[]): string[] {
  if (!isJsonObject(request)) return ["the request must be a string or an object with `messages`"];
  const problems = checkFields(request, REQUEST, vendors);
  const { messages, tools, toolChoice } = request;
  if (isFilled(messages)) problems.push(...checkMessages(messages));
  const names = new Set(listOf(tools).map((tool) => (isJsonObject(tool) ? tool["name"] : undefined)));
  if (isJsonObject(toolChoice) && !names.has(toolChoice["tool"])) {
    problems.push(`toolChoice.tool names no tool of this request${meant(toolChoice["tool"], [...names].map(String))}`);
  }
  if (toolChoice === "required" && names.size === 0) problems.push("toolChoice is required, but there are no `tools`");
  return problems;
}

/** The same for a part of a request that is laid over another. */
export function checkOverrides(overrides: unknown, vendors: readonly string[]): string[] {
  if (!isJsonObject(overrides)) return ["it must be an object of request options, or a function"];
  const shape = { ...REQUEST, messages: { ...REQUEST.messages, isRequired: undefined } };
  const problems = checkFields(overrides, shape, vendors);
  return isFilled(overrides["messages"]) ? [...problems, ...checkMessages(overrides["messages"])] : problems;
}

function checkFields(request: Fields, shape: Shape, vendors: readonly string[]): string[] {
  const problems = checkShape(request, shape, "", "unknown request option");
  checkVendors("vendorOptions", request["vendorOptions"], vendors, problems);
  const names = new Set<unknown>();
  for (const [index, tool] of listOf(request["tools"]).entries()) {
    if (problems.length > MOST_PROBLEMS) break;
    if (!isJsonObject(tool)) continue;
    const where = `tools[${index}].`;
    checkVendors(`${where}vendorOptions`, tool["vendorOptions"], vendors, problems);
    if (names.has(tool["name"])) problems.push(`${where}name repeats an earlier tool's name`);
    names.add(tool["name"]);
  }
  return problems;
}

function checkVendors(place: string, options: unknown, vendors: readonly string[], problems: string[]): void {
  for (const name of Object.keys(options ?? {})) {
    const vendor = vendors.includes(name) ? undefined : misspelt(name, vendors);
    if (vendor !== undefined) {
      problems.push(`${place} holds options for \`${shownName(name)}\`: did you mean \`${vendor}\`?`);
    }
  }
}

/** Everything that is wrong with a history. */
export function checkMessages(messages: readonly unknown[]): string[] {
  if (messages.every(isBlank)) return ["messages hold nothing but blank text"];
  const problems: string[] = [];
  const calls = new Set<unknown>();
  for (const [index, message] of messages.entries()) {
    if (problems.length > MOST_PROBLEMS) break;
    const place = `messages[${index}]`;
    const { role, content }: Fields = isJsonObject(message) ? message : {};
    if (!isJsonObject(message) || !isIn(CONTENT_TYPES, role)) {
      const near = meant(role, Object.keys(CONTENT_TYPES)) || "; the system prompt goes into `system`";
      problems.push(`${place}.role must be user, assistant or tool${near}`);
      continue;
    }
    checkAt(place, message, MESSAGE, problems);
    if (isList(content)) checkParts(content, CONTENT_TYPES[role], `${place}.content`, calls, problems);
    else if (!isText(content) || role === "tool") {
      problems.push(`${place}.content must be ${role === "tool" ? "" : "a string or "}an array of parts`);
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
      problems.push(`${place} must be a part of type ${types.join(", ")}${meant(type, types)}`);
      continue;
    }
    checkAt(place, part, PARTS[type], problems);
    const { source } = part;
    // What a model made goes back as it came.
    const isMade = types.includes("tool-call");
    if (isJsonObject(source)) checkSource(source, `${place}.source`, isMade ? undefined : type, problems);
    if (type === "opaque" && !isMade && part["origin"] === undefined) {
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

function checkSource(source: Fields, place: string, given: string | undefined, problems: string[]): void {
  const { type } = source;
  const types = Object.keys(SOURCES);
  if (isIn(SOURCES, type)) checkAt(place, source, SOURCES[type], problems);
  else problems.push(`${place}.type must be ${types.join(", ")}${meant(type, types)}`);
  const problem = given === undefined ? undefined : mediaProblem(source, given);
  if (problem !== undefined) problems.push(`${place}.${problem}`);
}

/** What is wrong with media that no vendor would take. */
function mediaProblem({ mediaType, data, url }: Fields, type: string): string | undefined {
  if (type !== "file" && isText(mediaType) && !mediaType.toLowerCase().startsWith(`${type}/`)) {
    return `mediaType must begin with ${type}/, or the part be a file`;
  }
  if (isText(data) && !isBase64(data)) return "data must be base64 that is not empty";
  if (!isText(url) || (URL.canParse(url) && !/^\s*(?:data|blob|file):/i.test(url))) return undefined;
  return "url must be an absolute URL that the vendor can fetch; a data: URL goes into `data` of a base64 source";
}

/** Only the beginning is looked at: it can be long. */
function isBase64(text: string): boolean {
  return BASE64.test(text.slice(0, 1_000));
}

function checkAt(place: string, given: Fields, shape: Shape, problems: string[]): void {
  problems.push(...checkShape(given, shape, `${place}.`, `${place} has an unknown field`));
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
  const { content }: Fields = isJsonObject(message) ? message : {};
  if (isText(content)) return content.trim() === "";
  return isList(content) && content.every((part) => isJsonObject(part) && isText(part["text"]) && !part["text"].trim());
}

function isIn<Table extends object>(table: Table, name: unknown): name is keyof Table {
  return isText(name) && Object.hasOwn(table, name);
}

function isContent(value: unknown): boolean {
  return isText(value) || isList(value);
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

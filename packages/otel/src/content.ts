import type { AssistantPart, Message, Request, ToolResultPart, UserPart } from "@understudy/core";

/** Of an attribute, in bytes of UTF-8. */
const MOST_BYTES = 65_536;
/** Texts are cut no further: then whole entries are left out. */
const SHORTEST_TEXT = 64;

type Part = UserPart | AssistantPart | ToolResultPart;
type Json = Readonly<Record<string, unknown>>;
/** Cuts a text, visibly. */
type Cut = (text: string) => string;

const encoder = new TextEncoder();

/** What was asked, as attributes: by the conventions' schemas. */
export function askedAttributes({ system, messages, tools = [] }: Request): Record<string, string> {
  return {
    ...(system !== undefined && {
      "gen_ai.system_instructions": fitted((cut) => [{ type: "text", content: cut(system) }]),
    }),
    "gen_ai.input.messages": fitted((cut) => messages.map((message) => messageOf(message, cut))),
    ...(tools.length > 0 && {
      "gen_ai.tool.definitions": fitted((cut) =>
        tools.map(({ name, description = "", inputSchema }) => ({
          type: "function",
          name,
          description: cut(description),
          parameters: valueOf(inputSchema, cut),
        })),
      ),
    }),
  };
}

/** `finish`: why the answer ended. */
export function answerAttribute(message: Message, finish: string): string {
  return fitted((cut) => [
    { ...messageOf(message, cut), finish_reason: finish === "tool_calls" ? "tool_call" : finish },
  ]);
}

function messageOf({ role, content }: Message, cut: Cut): Json {
  const parts: readonly Part[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return { role, parts: parts.map((part) => partOf(part, cut)) };
}

function partOf(part: Part, cut: Cut): Json {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, content: cut(part.text) };
    case "refusal":
      return { type: "text", content: cut(part.text) };
    case "tool-call": {
      const { toolCallId: id, toolName: name, input, inputText } = part;
      return { type: "tool_call", id, name, arguments: inputText === undefined ? valueOf(input, cut) : cut(inputText) };
    }
    case "tool-result": {
      const { toolCallId: id, content } = part;
      const response = typeof content === "string" ? cut(content) : content.map((one) => partOf(one, cut));
      return { type: "tool_call_response", id, response };
    }
    case "image":
    case "audio":
    case "file":
      return mediaOf(part, cut);
    case "source":
      return { type: "source", uri: cut(part.url ?? ""), title: cut(part.title ?? "") };
    case "opaque":
      // Only its vendor understands it, and it may be megabytes.
      return { type: "opaque", kind: part.kind };
    default:
      return part satisfies never;
  }
}

function mediaOf({ type, source }: Extract<Part, { readonly source: unknown }>, cut: Cut): Json {
  const modality = type === "file" ? "document" : type;
  switch (source.type) {
    case "base64":
      // The bytes would not fit, and are of no use to a reader.
      return { type: "blob", modality, mime_type: source.mediaType, content: "" };
    case "url":
      return { type: "uri", modality, mime_type: source.mediaType, uri: cut(withoutQuery(source.url)) };
    case "vendor-file":
      return { type: "file", modality, file_id: source.id };
    default:
      return source satisfies never;
  }
}

/** Signed addresses have their key there. */
function withoutQuery(url: string): string {
  return url.startsWith("data:") ? "data:" : url.replace(/[?#].*$/s, "");
}

/** Any JSON; cut, it is text. */
function valueOf(value: unknown, cut: Cut): unknown {
  const text = JSON.stringify(value) ?? "null";
  const short = cut(text);
  return short === text ? value : short;
}

/**
 * The JSON of a list, cut where it is too long for an attribute so that it stays JSON: first the longest texts, then the
 * oldest entries.
 */
function fitted(make: (cut: Cut) => readonly Json[]): string {
  let list: readonly Json[] = [];
  for (let longest = MOST_BYTES; longest >= SHORTEST_TEXT; longest /= 4) {
    list = make((text) => shortened(text, longest));
    const json = JSON.stringify(list);
    if (isShort(json)) return json;
  }
  for (let left = list.length >> 1; left > 0; left >>= 1) {
    const json = JSON.stringify([leftOut(list.length - left), ...list.slice(-left)]);
    if (isShort(json)) return json;
  }
  return JSON.stringify([leftOut(list.length)]);
}

function isShort(json: string): boolean {
  return json.length <= MOST_BYTES && encoder.encode(json).length <= MOST_BYTES;
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest).toWellFormed()}… [${text.length - longest} more characters]`;
}

/** Fits the schemas of messages, instructions and tools alike. */
function leftOut(count: number): Json {
  const content = `[${count} more entries]`;
  const message = { role: "system", parts: [{ type: "text", content }], finish_reason: "other" };
  return { ...message, type: "text", content, name: "more", description: content };
}

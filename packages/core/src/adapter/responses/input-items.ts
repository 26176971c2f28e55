import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isJsonObject } from "../../model/json.ts";
import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  ToolCallPart,
  UserPart,
} from "../../model/parts.ts";
import type { TargetMessage, TargetToolResult } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { callArguments } from "../chat/chat-answer.ts";
import { unsupported } from "../failures/unsupported.ts";
import { asArray, asJsonObject, asString, asText } from "../foreign.ts";
import { fileName, loseCitations, loseName, toDataURL } from "../parts/media-source.ts";
import { inMessage, type ReportMessageLoss } from "../requests/message-loss.ts";
import { defined } from "../requests/native-fields.ts";

/** How one server takes a conversation in the Responses format. */
export interface InputRules {
  /** Media that it takes in another way; undefined: as the format has it. */
  readonly toMedia?:
    | ((part: ImagePart | FilePart | AudioPart, lost: ReportMessageLoss) => JsonObject | undefined)
    | undefined;
  /** A refusal goes back as text. */
  readonly plainRefusals?: boolean | undefined;
}

/**
 * Items of an answer that have no common words: the only ones that go back. Stored messages come back through the hands of
 * others, and an input item can also speak as the developer, approve a call or name another conversation's item.
 */
const OWN_ITEMS =
  /^(?!function_|custom_tool_)[a-z_]+_call$|^(?:shell_call|apply_patch_call|tool_search|program)_output$|^(?:program|compaction|mcp_list_tools|mcp_approval_request)$/;

/** The conversation as input items. Ids and encrypted reasoning go back where they came from: hand-off saw to that. */
export function toInputItems(
  messages: readonly TargetMessage[],
  loss: (loss: Loss) => void,
  rules: InputRules = {},
): JsonObject[] {
  const items: JsonObject[] = [];
  const customCalls = new Set<string>();
  const ids = new Set<JsonValue | undefined>();
  for (const [index, message] of messages.entries()) {
    const lost = inMessage(message.index ?? index, loss);
    switch (message.role) {
      case "user":
        addUser(message.content, items, lost, rules);
        break;
      case "assistant":
        new OutputItems(lost, { customCalls, ids, items }, rules).add(message.content);
        break;
      case "tool":
        for (const result of message.content) items.push(toToolOutput(result, customCalls, lost, rules));
        break;
      default:
        message satisfies never;
    }
  }
  return items;
}

/** What answers an item that was handed over. Anything else could impersonate another role. */
const ANSWERS = /^[a-z_]+_output$|^mcp_approval_response$/;

/** Answers to items that were handed over are their own items. */
function addUser(parts: readonly UserPart[], items: JsonObject[], lost: ReportMessageLoss, rules: InputRules): void {
  const content: JsonObject[] = [];
  for (const part of parts) {
    if (part.type !== "opaque") content.push(toInput(part, lost, rules));
    else if (isJsonObject(part.data) && ANSWERS.test(asString(part.data["type"]) ?? "")) items.push(part.data);
    else lost("opaque", "dropped");
  }
  if (content.length > 0) items.push({ type: "message", role: "user", content });
}

interface Sent {
  readonly items: JsonObject[];
  readonly customCalls: Set<string>;
  /** Of items: the vendor refuses one that comes again, as it does where an answer was stored twice. */
  readonly ids: Set<JsonValue | undefined>;
}

/** One assistant turn, item by item. */
class OutputItems {
  readonly #report: ReportMessageLoss;
  readonly #sent: Sent;
  readonly #rules: InputRules;
  readonly #reasoningIds = new Set<JsonValue | undefined>();
  #message: { readonly id: JsonValue | undefined; readonly content: JsonObject[] } | undefined;

  constructor(report: ReportMessageLoss, sent: Sent, rules: InputRules) {
    this.#report = report;
    this.#sent = sent;
    this.#rules = rules;
  }

  add(parts: readonly AssistantPart[]): void {
    for (const [index, part] of parts.entries()) this.#add(part, parts[index + 1]);
  }

  #add(part: AssistantPart, next: AssistantPart | undefined): void {
    switch (part.type) {
      case "text": {
        const annotations = asArray(part.opaque?.["annotations"]).map(asJsonObject);
        if (annotations.length === 0 && part.citations !== undefined) this.#lost("citations");
        this.#say(part.opaque, { type: "output_text", text: part.text, annotations });
        break;
      }
      case "refusal":
        this.#say(
          part.opaque,
          this.#rules.plainRefusals === true
            ? { type: "output_text", text: part.text, annotations: [] }
            : { type: "refusal", refusal: part.text },
        );
        break;
      case "reasoning":
        this.#reason(part, next);
        break;
      case "tool-call":
        this.#push(this.#toCall(part));
        break;
      case "opaque":
        if (this.#isNewItem(part.data)) this.#push(part.data);
        else this.#lost(part.type);
        break;
      case "image":
        if (this.#isNewItem(part.opaque) && part.source.type === "base64") {
          this.#push({ ...part.opaque, type: "image_generation_call", result: part.source.data });
        } else this.#lost(part.type);
        break;
      case "file":
      case "audio":
        this.#lost(part.type);
        break;
      case "source":
        break;
      default:
        part satisfies never;
    }
  }

  /** Texts of one message stay together. */
  #say(opaque: JsonObject = {}, content: JsonObject): void {
    const id = this.#idOf(opaque);
    if (this.#message !== undefined && this.#message.id === id) {
      this.#message.content.push(content);
      return;
    }
    const message = { id, content: [content] };
    this.#push(
      defined({
        type: "message",
        role: "assistant",
        id,
        status: "completed",
        phase: asString(opaque["phase"]),
        content: message.content,
      }),
    );
    this.#message = message;
  }

  /** Refused without its encrypted form, and without the item that came after it. */
  #reason({ opaque = {} }: ReasoningPart, next: AssistantPart | undefined): void {
    const isFollowed = next?.type === "opaque" || (next?.opaque !== undefined && next.origin !== undefined);
    const { id, summary, content, encrypted_content } = opaque;
    if (!isFollowed || encrypted_content === undefined || this.#sent.ids.has(asString(id))) {
      this.#lost("reasoning");
      return;
    }
    this.#reasoningIds.add(id);
    const texts = { summary: listOf(summary), content: listOf(content) };
    this.#push(defined({ id, ...texts, encrypted_content, type: "reasoning" }));
  }

  #toCall(part: ToolCallPart): JsonObject {
    const { toolCallId, toolName, input, opaque = {} } = part;
    const { namespace, caller } = opaque;
    const call = { namespace, caller, id: this.#idOf(opaque), call_id: toolCallId, name: toolName };
    if (opaque["custom"] === true && typeof input === "string") {
      this.#sent.customCalls.add(toolCallId);
      return defined({ ...call, input, type: "custom_tool_call" });
    }
    return defined({ ...call, arguments: callArguments(part, this.#report), type: "function_call" });
  }

  /** An id is refused when the reasoning that it belongs to is missing. */
  #idOf(opaque: JsonObject): JsonValue | undefined {
    const { after } = opaque;
    const id = asString(opaque["id"]);
    if (after !== undefined && !this.#reasoningIds.has(after)) return undefined;
    return this.#sent.ids.has(id) && this.#message?.id !== id ? undefined : id;
  }

  #isNewItem(data: JsonValue | undefined): data is JsonObject {
    return isOwnItem(data) && !this.#sent.ids.has(asString(data["id"]));
  }

  #lost(what: string): void {
    this.#report(what, "dropped", "it cannot go back");
  }

  #push(item: JsonObject): void {
    this.#message = undefined;
    if (item["id"] !== undefined) this.#sent.ids.add(item["id"]);
    this.#sent.items.push(item);
  }
}

function listOf(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isOwnItem(data: JsonValue | undefined): data is JsonObject {
  if (!isJsonObject(data) || !OWN_ITEMS.test(asText(data["type"]))) return false;
  const { role = "assistant" } = data;
  return role === "assistant";
}

function toToolOutput(
  { toolCallId, content, isError }: TargetToolResult,
  customCalls: Set<string>,
  lost: ReportMessageLoss,
  rules: InputRules,
): JsonObject {
  const type = customCalls.has(toolCallId) ? "custom_tool_call_output" : "function_call_output";
  if (isError === true) lost("tool-result isError", "translated", "the API has no such mark; its text says so");
  const marked = isError === true ? [{ type: "text", text: "Error:" } as const, ...content] : content;
  const texts = marked.map((part) => (part.type === "text" ? part.text : undefined));
  const output = texts.includes(undefined) ? marked.map((part) => toInput(part, lost, rules)) : texts.join("\n");
  return { type, call_id: toolCallId, output };
}

function toInput(part: Exclude<UserPart, OpaquePart>, lost: ReportMessageLoss, { toMedia }: InputRules): JsonObject {
  const media = part.type === "text" ? undefined : toMedia?.(part, lost);
  if (media !== undefined) return media;
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return toImage(part);
    case "file":
      return toFile(part, lost);
    case "audio":
      throw unsupported("audio");
    default:
      return part satisfies never;
  }
}

function toImage({ source }: ImagePart): JsonObject {
  const base = { type: "input_image", detail: "auto" };
  return source.type === "vendor-file"
    ? { ...base, file_id: source.id }
    : { ...base, image_url: source.type === "url" ? source.url : toDataURL(source) };
}

function toFile(part: FilePart, lost: ReportMessageLoss): JsonObject {
  const { source, name } = part;
  loseCitations(part, lost);
  if (source.type !== "base64") loseName(part, lost);
  switch (source.type) {
    case "base64":
      return { type: "input_file", filename: name ?? fileName(source.mediaType), file_data: toDataURL(source) };
    case "url":
      return { type: "input_file", file_url: source.url };
    case "vendor-file":
      return { type: "input_file", file_id: source.id };
    default:
      return source satisfies never;
  }
}

/** Behind the last question: what came before is found in the vendor's cache, and a tool loop leaves it where it is. */
export function addToInput(
  items: readonly JsonObject[],
  text: string | undefined,
  role: "developer" | "system",
): readonly JsonObject[] {
  if (text === undefined) return items;
  const position = items.findLastIndex((item) => item["role"] === "user") + 1;
  return items.toSpliced(position, 0, toInputText(role, text));
}

/** A text as an input item of its own. */
export function toInputText(role: "developer" | "system", text: string): JsonObject {
  return { type: "message", role, content: [{ type: "input_text", text }] };
}

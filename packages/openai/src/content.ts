import {
  asArray,
  asJsonObject,
  defined,
  inMessage,
  isJsonObject,
  toDataURL,
  toolInputText,
  unsupported,
  type AssistantPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type JsonValue,
  type Loss,
  type ReasoningPart,
  type ReportMessageLoss,
  type TargetMessage,
  type TargetToolResult,
  type ToolCallPart,
  type UserPart,
} from "@understudy/core/adapter";

/** The conversation as input items. Ids and encrypted reasoning go back where they came from: hand-off saw to that. */
export function toItems(messages: readonly TargetMessage[], loss: (loss: Loss) => void): JsonObject[] {
  const items: JsonObject[] = [];
  const customCalls = new Set<string>();
  for (const [index, message] of messages.entries()) {
    switch (message.role) {
      case "user":
        items.push({ type: "message", role: "user", content: message.content.map((part) => toInput(part)) });
        break;
      case "assistant":
        items.push(...new OutputItems(inMessage(index, loss), customCalls).of(message.content));
        break;
      case "tool":
        items.push(...message.content.map((result) => toToolOutput(result, customCalls)));
        break;
      default:
        message satisfies never;
    }
  }
  return items;
}

/** One assistant turn, item by item. */
class OutputItems {
  readonly #report: ReportMessageLoss;
  readonly #customCalls: Set<string>;
  readonly #items: JsonObject[] = [];
  readonly #reasoningIds = new Set<JsonValue | undefined>();
  #message: { readonly id: JsonValue | undefined; readonly content: JsonObject[] } | undefined;

  constructor(report: ReportMessageLoss, customCalls: Set<string>) {
    this.#report = report;
    this.#customCalls = customCalls;
  }

  of(parts: readonly AssistantPart[]): readonly JsonObject[] {
    for (const [index, part] of parts.entries()) this.#add(part, parts[index + 1]);
    return this.#items;
  }

  #add(part: AssistantPart, next: AssistantPart | undefined): void {
    switch (part.type) {
      case "text":
        this.#say(part.opaque, {
          type: "output_text",
          text: part.text,
          annotations: asArray(part.opaque?.["annotations"]).map(asJsonObject),
        });
        break;
      case "refusal":
        this.#say(part.opaque, { type: "refusal", refusal: part.text });
        break;
      case "reasoning":
        this.#reason(part, next);
        break;
      case "tool-call":
        this.#push(this.#toCall(part));
        break;
      case "opaque":
        if (isJsonObject(part.data)) this.#push(asJsonObject(part.data));
        break;
      case "image":
        if (part.opaque?.["type"] === "image_generation_call" && part.source.type === "base64") {
          this.#push({ ...part.opaque, result: part.source.data });
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
        phase: opaque["phase"],
        content: message.content,
      }),
    );
    this.#message = message;
  }

  /** Refused without its encrypted form, and without the item that came after it. */
  #reason({ opaque }: ReasoningPart, next: AssistantPart | undefined): void {
    const isFollowed = next?.type === "opaque" || (next?.opaque !== undefined && next.origin !== undefined);
    if (!isFollowed || opaque?.["encrypted_content"] === undefined) {
      this.#lost("reasoning");
      return;
    }
    this.#reasoningIds.add(opaque["id"]);
    this.#push({ ...opaque, type: "reasoning" });
  }

  #toCall(part: ToolCallPart): JsonObject {
    const { toolCallId, toolName, input, opaque = {} } = part;
    const { custom, arguments: _spelled, after: _after, ...rest } = opaque;
    const call = { ...rest, id: this.#idOf(opaque), call_id: toolCallId, name: toolName };
    if (custom === true) {
      this.#customCalls.add(toolCallId);
      return defined({ type: "custom_tool_call", ...call, input });
    }
    return defined({ type: "function_call", ...call, arguments: toolInputText(part) });
  }

  /** An id is refused when the reasoning that it belongs to is missing. */
  #idOf(opaque: JsonObject): JsonValue | undefined {
    const { id, after } = opaque;
    return after === undefined || this.#reasoningIds.has(after) ? id : undefined;
  }

  #lost(what: string): void {
    this.#report(what, "dropped", "it cannot go back");
  }

  #push(item: JsonObject): void {
    this.#message = undefined;
    this.#items.push(item);
  }
}

function toToolOutput({ toolCallId, content, isError }: TargetToolResult, customCalls: Set<string>): JsonObject {
  const type = customCalls.has(toolCallId) ? "custom_tool_call_output" : "function_call_output";
  // The API has no word for a failed call.
  const marked = isError === true ? [{ type: "text", text: "Error:" } as const, ...content] : content;
  const texts = marked.map((part) => (part.type === "text" ? part.text : undefined));
  const output = texts.includes(undefined) ? marked.map((part) => toInput(part)) : texts.join("\n");
  return { type, call_id: toolCallId, output };
}

function toInput(part: UserPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return toImage(part);
    case "file":
      return toFile(part);
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

function toFile({ source, name }: FilePart): JsonObject {
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

/** The API wants a name, and goes by its ending. */
export function fileName(mediaType: string): string {
  const subtype = /\/([a-z0-9]+)/.exec(mediaType)?.[1] ?? "bin";
  return `file.${subtype === "plain" ? "txt" : subtype}`;
}

import {
  asArray,
  asJsonObject,
  asString,
  asText,
  defined,
  inMessage,
  isJsonObject,
  toPlainText,
  unsupported,
  type AssistantPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type JsonValue,
  type Loss,
  type MediaSource,
  type ReportMessageLoss,
  type TargetMessage,
  type TargetToolResult,
  type UserPart,
} from "@understudy/core/adapter";

/**
 * Blocks of an answer that have no common words: the only ones that go back. Stored messages come back through the hands of
 * others.
 */
const OWN_BLOCKS = /^[a-z_]+_tool_(?:use|result)$|^(?:container_upload|compaction|fallback|mcp_tool_listing)$/;

/**
 * The conversation as the Messages API wants it: calls stand last in their turn, their results first in the user message
 * after it. `canCite`: documents may ask for citations, which exclude a native output format.
 */
export function toMessages(
  messages: readonly TargetMessage[],
  canCite: boolean,
  loss: (loss: Loss) => void,
): JsonObject[] {
  const native: { readonly role: string; readonly content: JsonObject[] }[] = [];
  for (const [index, message] of messages.entries()) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = toContent(message, { canCite, lost: inMessage(index, loss) });
    if (content.length === 0) continue;
    const last = native.at(-1);
    if (last?.role === role) for (const block of content) last.content.push(block);
    else native.push({ role, content });
  }
  return native.map(({ role, content }) => ({ role, content: role === "assistant" ? callsLast(content) : content }));
}

/**
 * Anything behind a call of the client's is refused, also the tools of the vendor, which other answers hold in any order.
 * The rest keeps its order: thinking is bound to it, and a hosted tool stands before its result.
 */
function callsLast(content: readonly JsonObject[]): JsonObject[] {
  const isCall = content.map(({ type }) => type === "tool_use");
  return [...content.filter((_, index) => !isCall[index]), ...content.filter((_, index) => isCall[index])];
}

interface BlockContext {
  readonly canCite: boolean;
  readonly lost: ReportMessageLoss;
}

function toContent(message: TargetMessage, context: BlockContext): JsonObject[] {
  switch (message.role) {
    case "user":
      return message.content.flatMap((part) => toUserBlock(part, context));
    case "assistant":
      return message.content.flatMap((part) => toAssistantBlock(part, context));
    case "tool":
      return message.content.map((result) => toToolResult(result, context));
    default:
      return message satisfies never;
  }
}

function toUserBlock(part: UserPart, context: BlockContext): JsonObject[] {
  switch (part.type) {
    case "text":
      return textBlock(part.text);
    case "image":
      return [toImage(part)];
    case "file":
      return [toDocument(part, context)];
    case "audio":
      context.lost("audio", "dropped");
      return [];
    case "opaque":
      return isJsonObject(part.data) ? [part.data] : [];
    default:
      return part satisfies never;
  }
}

function toAssistantBlock(part: AssistantPart, context: BlockContext): JsonObject[] {
  switch (part.type) {
    case "text": {
      const citations = asArray(part.opaque?.["citations"]).map(asJsonObject);
      return textBlock(part.text, citations.length === 0 ? {} : { citations });
    }
    case "refusal":
      return textBlock(part.text);
    case "reasoning": {
      const [signature, data] = [asString(part.opaque?.["signature"]), asString(part.opaque?.["redacted"])];
      if (data !== undefined) return [{ type: "redacted_thinking", data }];
      // Refused without its signature: all of the block goes, or none.
      if (signature === undefined || signature === "") context.lost("reasoning", "dropped");
      else return [{ type: "thinking", thinking: part.text, signature }];
      return [];
    }
    case "tool-call": {
      const { toolCallId: id, toolName: name, input, opaque } = part;
      const { caller, toolset_name } = opaque ?? {};
      const call = { type: "tool_use", id, name, input: isJsonObject(input) ? input : {} };
      return [defined({ caller, toolset_name, ...call })];
    }
    case "opaque":
      if (isOwnBlock(part.data)) return [part.data];
      context.lost("opaque", "dropped", "no block of this version's answers");
      return [];
    case "source":
      return [];
    case "image":
    case "file":
    case "audio":
      context.lost(part.type, "dropped");
      return [];
    default:
      return part satisfies never;
  }
}

function isOwnBlock(data: JsonValue): data is JsonObject {
  return isJsonObject(data) && OWN_BLOCKS.test(asText(data["type"])) && data["role"] === undefined;
}

function toToolResult(result: TargetToolResult, context: BlockContext): JsonObject {
  const content = result.content.flatMap((part) => toUserBlock(part, context));
  return {
    type: "tool_result",
    tool_use_id: result.toolCallId,
    ...(content.length === 0 ? {} : { content }),
    ...(result.isError === true ? { is_error: true } : {}),
  };
}

/** Blank text is refused, wherever it stands. */
function textBlock(text: string, more: JsonObject = {}): JsonObject[] {
  return text.trim() === "" ? [] : [{ type: "text", text, ...more }];
}

function toImage({ source }: ImagePart): JsonObject {
  switch (source.type) {
    case "base64":
      return {
        type: "image",
        source: { type: "base64", media_type: source.mediaType, data: source.data },
      };
    case "url":
      return { type: "image", source: { type: "url", url: source.url } };
    case "vendor-file":
      return { type: "image", source: { type: "file", file_id: source.id } };
    default:
      return source satisfies never;
  }
}

function toDocument({ source, name, citations }: FilePart, { canCite, lost }: BlockContext): JsonObject {
  if (citations === true && !canCite) lost("citations", "dropped");
  const more = {
    ...(name === undefined ? {} : { title: name }),
    ...(citations === true && canCite ? { citations: { enabled: true } } : {}),
  };
  switch (source.type) {
    case "base64":
      return { type: "document", source: documentData(source), ...more };
    case "url":
      return { type: "document", source: { type: "url", url: source.url }, ...more };
    case "vendor-file":
      return { type: "document", source: { type: "file", file_id: source.id }, ...more };
    default:
      return source satisfies never;
  }
}

function documentData(source: Extract<MediaSource, { readonly type: "base64" }>): JsonObject {
  const { mediaType, data } = source;
  if (mediaType === "application/pdf") return { type: "base64", media_type: mediaType, data };
  const text = toPlainText(source);
  if (text === undefined) throw unsupported("files");
  return { type: "text", media_type: "text/plain", data: text };
}

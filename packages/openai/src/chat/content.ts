import {
  asJsonObject,
  defined,
  inMessage,
  toDataURL,
  toolInputText,
  unsupported,
  type AssistantPart,
  type FilePart,
  type JsonObject,
  type Loss,
  type ReportMessageLoss,
  type TargetMessage,
  type TargetToolResult,
  type ToolCallPart,
  type UserPart,
} from "@understudy/core/adapter";
import { fileName } from "../content.ts";

/** The conversation as chat messages. */
export function toMessages(
  system: string | undefined,
  messages: readonly TargetMessage[],
  loss: (loss: Loss) => void,
): JsonObject[] {
  const native: JsonObject[] = system === undefined ? [] : [{ role: "system", content: system }];
  return [...native, ...messages.flatMap((message, index) => toMessage(message, inMessage(index, loss)))];
}

function toMessage(message: TargetMessage, lost: ReportMessageLoss): readonly JsonObject[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: toUserContent(message.content) }];
    case "assistant":
      return toAssistantMessage(message.content, lost);
    case "tool":
      return toToolMessages(message.content, lost);
    default:
      return message satisfies never;
  }
}

/** Some compatible servers take nothing but a string. */
function toUserContent(parts: readonly UserPart[]): string | JsonObject[] {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? first.text : parts.map((part) => toPart(part));
}

function toPart(part: UserPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image": {
      const { source } = part;
      if (source.type === "vendor-file") return { type: "file", file: { file_id: source.id } };
      return { type: "image_url", image_url: { url: source.type === "url" ? source.url : toDataURL(source) } };
    }
    case "file":
      return { type: "file", file: toFile(part) };
    case "audio": {
      const { source } = part;
      if (source.type !== "base64") throw unsupported("audio");
      const format = /^audio\/(?:mpeg|mp3)$/.test(source.mediaType) ? "mp3" : "wav";
      return { type: "input_audio", input_audio: { data: source.data, format } };
    }
    case "opaque":
      return asJsonObject(part.data);
    default:
      return part satisfies never;
  }
}

function toFile({ source, name }: FilePart): JsonObject {
  switch (source.type) {
    case "base64":
      return { filename: name ?? fileName(source.mediaType), file_data: toDataURL(source) };
    case "url":
      throw unsupported("urls");
    case "vendor-file":
      return { file_id: source.id };
    default:
      return source satisfies never;
  }
}

function toAssistantMessage(parts: readonly AssistantPart[], lost: ReportMessageLoss): readonly JsonObject[] {
  let content = "";
  const calls: JsonObject[] = [];
  for (const part of parts) {
    if (part.type === "text" || part.type === "refusal") content += part.text;
    else if (part.type === "tool-call") calls.push(toToolCall(part));
    else if (part.type !== "source") lost(part.type, "dropped", "it cannot go back");
  }
  if (content === "" && calls.length === 0) return [];
  return [
    defined({
      role: "assistant",
      content: content === "" ? null : content,
      tool_calls: calls.length === 0 ? undefined : calls,
    }),
  ];
}

function toToolCall(part: ToolCallPart): JsonObject {
  const { toolCallId: id, toolName: name, input, opaque } = part;
  if (opaque?.["custom"] === true && typeof input === "string") return { id, type: "custom", custom: { name, input } };
  return { id, type: "function", function: { name, arguments: toolInputText(part) } };
}

/** Results are text. What else they hold follows in a user message, behind the results of all calls. */
function toToolMessages(results: readonly TargetToolResult[], lost: ReportMessageLoss): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  const attached: JsonObject[] = [];
  for (const { toolCallId, toolName, content, isError } of results) {
    // The API has no word for a failed call.
    const texts = isError === true ? ["Error:"] : [];
    for (const part of content) {
      if (part.type === "text") texts.push(part.text);
      else {
        lost(`tool-result ${part.type}`, "translated", "sent in a user message");
        attached.push({ type: "text", text: `From the result of ${toolName} (${toolCallId}):` }, toPart(part));
        texts.push(`(${part.type} in the next message)`);
      }
    }
    messages.push({ role: "tool", tool_call_id: toolCallId, content: texts.join("\n") });
  }
  return attached.length === 0 ? messages : [...messages, { role: "user", content: attached }];
}

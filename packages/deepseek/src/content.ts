import {
  asJsonObject,
  asString,
  defined,
  inMessage,
  toDataURL,
  toolInputText,
  toPlainText,
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

/** The conversation as the chat API wants it. `isThinking` brings the duty to send reasoning back. */
export function toMessages(
  system: string | undefined,
  messages: readonly TargetMessage[],
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject[] {
  const native: JsonObject[] = system === undefined ? [] : [{ role: "system", content: system }];
  for (const [index, message] of messages.entries()) {
    const lost = inMessage(index, loss);
    switch (message.role) {
      case "user":
        native.push({ role: "user", content: toUserContent(message.content, lost) });
        break;
      case "assistant":
        native.push(...toAssistantMessage(message.content, isThinking, lost));
        break;
      case "tool":
        for (const result of toToolMessages(message.content, lost)) native.push(result);
        break;
      default:
        message satisfies never;
    }
  }
  return native;
}

function toUserContent(parts: readonly UserPart[], lost: ReportMessageLoss): string | readonly JsonObject[] {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? first.text : parts.map((part) => toPart(part, lost));
}

function toPart(part: UserPart, lost: ReportMessageLoss): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return part.source.type === "vendor-file"
        ? { type: "file", file_id: part.source.id }
        : {
            type: "image_url",
            image_url: { url: part.source.type === "url" ? part.source.url : toDataURL(part.source) },
          };
    case "file":
      return part.source.type === "vendor-file"
        ? { type: "file", file_id: part.source.id }
        : { type: "text", text: textOfFile(part, lost) };
    case "audio":
      throw unsupported("audio");
    case "opaque":
      return asJsonObject(part.data);
    default:
      return part satisfies never;
  }
}

/** Documents are taken from the vendor's own storage only. What is text anyway goes as text. */
function textOfFile({ source, name }: FilePart, lost: ReportMessageLoss): string {
  const text = source.type === "base64" ? toPlainText(source) : undefined;
  if (text === undefined) throw unsupported("files");
  lost("file", "translated", "the API takes no documents; its text is sent");
  return name === undefined ? text : `${name}:\n\n${text}`;
}

function toAssistantMessage(
  parts: readonly AssistantPart[],
  isThinking: boolean,
  lost: ReportMessageLoss,
): JsonObject[] {
  let content = "";
  let reasoning = "";
  const calls: JsonObject[] = [];
  for (const part of parts) {
    switch (part.type) {
      case "text":
      case "refusal":
        content += part.text;
        break;
      case "reasoning":
        // Byte for byte: the vendor finds its cache by it.
        reasoning += part.text;
        break;
      case "tool-call":
        calls.push(toToolCall(part));
        break;
      case "image":
      case "file":
      case "audio":
        lost(part.type, "dropped", "earlier answers go back as text only");
        break;
      case "source":
      case "opaque":
        break;
      default:
        part satisfies never;
    }
  }
  if (content === "" && calls.length === 0 && !(isThinking && reasoning !== "")) return [];
  const tool_calls = calls.length === 0 ? undefined : calls;
  // Once a conversation has tool calls the field is missed on any turn, also where there was no reasoning.
  const reasoning_content = isThinking ? reasoning : undefined;
  // Content is never null: that is refused on a turn of reasoning alone.
  return [defined({ role: "assistant", content, reasoning_content, tool_calls })];
}

function toToolCall(part: ToolCallPart): JsonObject {
  const { toolCallId: id, toolName: name } = part;
  return { id, type: "function", function: { name, arguments: toolInputText(part) } };
}

/** Results are text. What else they hold follows in a user message, behind the results of all calls. */
function toToolMessages(results: readonly TargetToolResult[], lost: ReportMessageLoss): JsonObject[] {
  const messages: JsonObject[] = [];
  const attached: JsonObject[] = [];
  for (const { toolCallId, toolName, content, isError = false } of results) {
    const texts: string[] = [];
    for (const part of content) {
      const native = toPart(part, lost);
      const text = asString(native["text"]);
      if (text !== undefined) texts.push(text);
      else {
        lost(`tool-result ${part.type}`, "translated", "tool results are text; it is sent in a user message");
        attached.push({ type: "text", text: `From the result of ${toolName} (${toolCallId}):` }, native);
      }
    }
    if (isError) lost("tool-result isError", "translated", "the API has no such mark; its text says so");
    messages.push({ role: "tool", tool_call_id: toolCallId, content: toResultText(texts.join("\n"), isError) });
  }
  return attached.length === 0 ? messages : [...messages, { role: "user", content: attached }];
}

/** An empty result carries some text all the same. */
function toResultText(text: string, isError: boolean): string {
  const said = text.trim() === "" ? "(no text)" : text;
  return isError ? `Error: ${said}` : said;
}

import {
  TargetFailure,
  type AssistantPart,
  type FilePart,
  type Loss,
  type MediaSource,
  type TargetMessage,
  type TargetRequest,
  type TargetToolResult,
  type ToolCallPart,
  type UserPart,
} from "@understudy/core/adapter";

type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string } }
  | { readonly type: "file"; readonly file_id: string };

interface ChatToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

interface AssistantMessage {
  readonly role: "assistant";
  /** Never null: a turn may consist of reasoning alone. */
  readonly content: string;
  readonly reasoning_content?: string | undefined;
  readonly tool_calls?: readonly ChatToolCall[] | undefined;
}

export type ChatMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string | readonly ContentPart[] }
  | AssistantMessage
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

type Report = (loss: Loss) => void;

/** Translates system prompt and history. `thinks` brings the duty to send reasoning back. */
export function buildMessages(
  { system, messages }: Pick<TargetRequest, "system" | "messages">,
  thinks: boolean,
  loss: Report,
): ChatMessage[] {
  const native: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  return [...native, ...messages.flatMap((message) => buildMessage(message, thinks, loss))];
}

function buildMessage(message: TargetMessage, thinks: boolean, loss: Report): readonly ChatMessage[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: userContent(message.content, loss) }];
    case "assistant":
      return assistantMessage(message.content, thinks, loss);
    case "tool":
      return toolMessages(message.content, loss);
    default:
      return message satisfies never;
  }
}

function userContent(parts: readonly UserPart[], loss: Report): string | readonly ContentPart[] {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? first.text : parts.map((part) => contentPart(part, loss));
}

function contentPart(part: UserPart, loss: Report): ContentPart {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return part.source.type === "vendor-file"
        ? { type: "file", file_id: part.source.id }
        : { type: "image_url", image_url: { url: urlOf(part.source) } };
    case "file":
      return part.source.type === "vendor-file"
        ? { type: "file", file_id: part.source.id }
        : { type: "text", text: textOfFile(part, loss) };
    case "audio":
      throw new TargetFailure("request.unsupported", { capability: "audio" });
    default:
      return part satisfies never;
  }
}

function urlOf(source: Exclude<MediaSource, { readonly type: "vendor-file" }>): string {
  return source.type === "url" ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

/** The API takes documents from the vendor's own storage only. What is text anyway goes as text. */
function textOfFile({ source, name }: FilePart, loss: Report): string {
  if (source.type !== "base64" || !/^(?:text\/|application\/json\b)/i.test(source.mediaType)) {
    throw new TargetFailure("request.unsupported", { capability: "files" });
  }
  loss({ what: "file", action: "translated", reason: "sent as text" });
  const text = decodeText(source.data);
  return name === undefined ? text : `${name}:\n\n${text}`;
}

function decodeText(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch {
    // The decoder's message repeats the data.
    throw new TargetFailure("request.rejected");
  }
}

function assistantMessage(parts: readonly AssistantPart[], thinks: boolean, loss: Report): readonly AssistantMessage[] {
  let content = "";
  let reasoning = "";
  const calls: ChatToolCall[] = [];
  for (const part of parts) {
    if (part.type === "text" || part.type === "refusal") content += part.text;
    // Byte for byte: the vendor checks that it is there, and finds its cache by it.
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call") calls.push(toolCall(part));
    else if (part.type === "image" || part.type === "file" || part.type === "audio") {
      loss({ what: `assistant ${part.type}`, action: "dropped", reason: "an earlier answer goes back as text only" });
    }
  }
  if (content === "" && calls.length === 0 && (reasoning === "" || !thinks)) return [];
  return [
    {
      role: "assistant",
      content,
      // Once a conversation has tool calls, the field has to be on every turn, also where there was no reasoning.
      reasoning_content: thinks ? reasoning : undefined,
      tool_calls: calls.length === 0 ? undefined : calls,
    },
  ];
}

function toolCall({ toolCallId, toolName, input, inputText, opaque }: ToolCallPart): ChatToolCall {
  const own = opaque?.["arguments"];
  const text = typeof own === "string" ? own : (inputText ?? JSON.stringify(input));
  return { id: toolCallId, type: "function", function: { name: toolName, arguments: text } };
}

/** Results are text. What else they hold follows in a user message, behind the results of all calls. */
function toolMessages(results: readonly TargetToolResult[], loss: Report): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  const attached: ContentPart[] = [];
  for (const { toolCallId, toolName, content, isError } of results) {
    const texts: string[] = [];
    for (const part of content) {
      if (part.type === "text") texts.push(part.text);
      else if (part.type === "file" && part.source.type !== "vendor-file") texts.push(textOfFile(part, loss));
      else {
        loss({ what: `tool-result ${part.type}`, action: "translated", reason: "sent in a user message" });
        attached.push(
          { type: "text", text: `From the result of ${toolName} (${toolCallId}):` },
          contentPart(part, loss),
        );
        texts.push(`(${part.type} in the next message)`);
      }
    }
    const text = texts.join("\n");
    if (isError === true) loss({ what: "tool-result isError", action: "translated", reason: "said in its text" });
    messages.push({ role: "tool", tool_call_id: toolCallId, content: resultText(text, isError === true) });
  }
  return attached.length === 0 ? messages : [...messages, { role: "user", content: attached }];
}

/** An empty result carries some text, or the vendor may take it for missing. */
function resultText(text: string, isError: boolean): string {
  const said = text.trim() === "" ? "(no output)" : text;
  return isError ? `Error: ${said}` : said;
}

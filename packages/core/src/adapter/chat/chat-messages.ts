import type { JsonObject } from "../../model/json.ts";
import type { UserPart } from "../../model/parts.ts";
import type { TargetMessage, TargetToolResult } from "../../model/target.ts";
import type { RequestContext } from "../transport/connection.ts";
import { asJsonObject, asString } from "../foreign.ts";
import { fileAsText, loseCitations, toDataURL } from "../parts/media-source.ts";
import { inMessage, type ReportMessageLoss } from "../requests/message-loss.ts";
import { unsupported } from "../failures/unsupported.ts";
import { callIdOf, toAnswer } from "./chat-answer.ts";

/** In what servers differ that speak this format. */
export interface ChatMessageRules {
  /** Citations of its own answers never go back; of others' that is reported. */
  readonly vendor: string;
  /** The content of an answer without text. */
  readonly noContent: "" | null;
  /** Where the reasoning of the server's own answers goes back: a field, or `content`, as a part. Default: nowhere. */
  readonly reasoning?: string | undefined;
  /** On every answer, also where there is none. */
  readonly isReasoningNeeded?: boolean | undefined;
  /** A refusal goes back as its own part. Default: as text. */
  readonly refusals?: boolean | undefined;
  /** Media that are neither text nor an image by data or URL. Throws `unsupported` for what the server does not take. */
  readonly toMedia: (
    part: Exclude<UserPart, { readonly type: "text" | "opaque" }>,
    lost: ReportMessageLoss,
  ) => JsonObject;
}

/** The conversation as chat messages. */
export function toChatMessages(
  system: string | undefined,
  messages: readonly TargetMessage[],
  rules: ChatMessageRules,
  { loss, wallNow = 0 }: Pick<RequestContext, "loss" | "wallNow">,
): JsonObject[] {
  const native: JsonObject[] = system === undefined ? [] : [{ role: "system", content: system }];
  const ownIds = ownCallIds(messages);
  for (const [index, message] of messages.entries()) {
    const lost = inMessage(message.index ?? index, loss);
    switch (message.role) {
      case "user":
        native.push({ role: "user", content: toUserContent(message.content, rules, lost) });
        break;
      case "assistant":
        native.push(...toAnswer(message.content, rules, wallNow, lost));
        break;
      case "tool":
        for (const result of toToolMessages(message.content, ownIds, rules, lost)) native.push(result);
        break;
      default:
        message satisfies never;
    }
  }
  return native;
}

/** The server's own ids of calls to which hand-off has given other ones. */
function ownCallIds(messages: readonly TargetMessage[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { role, content } of messages) {
    if (role !== "assistant") continue;
    for (const part of content) if (part.type === "tool-call") ids.set(part.toolCallId, callIdOf(part));
  }
  return ids;
}

/** Some servers take nothing but a string. */
function toUserContent(
  parts: readonly UserPart[],
  rules: ChatMessageRules,
  lost: ReportMessageLoss,
): string | JsonObject[] {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? first.text : parts.map((part) => toPart(part, rules, lost));
}

function toPart(part: UserPart, rules: ChatMessageRules, lost: ReportMessageLoss): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image": {
      const { source } = part;
      if (source.type === "vendor-file") return rules.toMedia(part, lost);
      return { type: "image_url", image_url: { url: source.type === "url" ? source.url : toDataURL(source) } };
    }
    case "file": {
      loseCitations(part, lost);
      const text = fileAsText(part, lost);
      return text === undefined ? rules.toMedia(part, lost) : { type: "text", text };
    }
    case "audio":
      return rules.toMedia(part, lost);
    case "opaque":
      return asJsonObject(part.data);
    default:
      return part satisfies never;
  }
}

/** Results are text. What else they hold follows in a user message, behind the results of all calls. */
function toToolMessages(
  results: readonly TargetToolResult[],
  ownIds: ReadonlyMap<string, string>,
  rules: ChatMessageRules,
  lost: ReportMessageLoss,
): JsonObject[] {
  const messages: JsonObject[] = [];
  const attached: JsonObject[] = [];
  for (const { toolCallId, toolName, content, isError = false } of results) {
    const texts: string[] = [];
    for (const part of content) {
      const native = toPart(part, rules, lost);
      const text = asString(native["text"]);
      if (text !== undefined) texts.push(text);
      else {
        lost(`tool-result ${part.type}`, "translated", "tool results are text; it is sent in a user message");
        attached.push({ type: "text", text: `From the result of ${toolName} (${toolCallId}):` }, native);
        texts.push(`(${part.type} in the next message)`);
      }
    }
    if (isError) lost("tool-result isError", "translated", "the API has no such mark; its text says so");
    const id = ownIds.get(toolCallId) ?? toolCallId;
    messages.push({ role: "tool", tool_call_id: id, content: toResultText(texts.join("\n"), isError) });
  }
  return attached.length === 0 ? messages : [...messages, { role: "user", content: attached }];
}

/** An empty result carries some text all the same. */
function toResultText(text: string, isError: boolean): string {
  const said = text.trim() === "" ? "(no text)" : text;
  return isError ? `Error: ${said}` : said;
}

/** For `ChatMessageRules.toMedia` of servers that take no such thing. */
export function noMedia(part: Parameters<ChatMessageRules["toMedia"]>[0]): never {
  throw unsupported(part.type === "image" ? "images" : part.type === "file" ? "files" : "audio");
}

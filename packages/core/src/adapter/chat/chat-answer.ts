import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import type { AssistantPart, AudioPart, RefusalPart, TextPart, ToolCallPart } from "../../model/parts.ts";
import { asJsonObject, asNumber, asString, asText } from "../foreign.ts";
import type { ReportMessageLoss } from "../requests/message-loss.ts";
import { defined } from "../requests/native-fields.ts";
import { toolInputText } from "../parts/tool-input.ts";
import { TRANSCRIPT_OF } from "./chat-media.ts";
import type { ChatMessageRules } from "./chat-messages.ts";
import { REASONING_DETAILS } from "./chat-reasoning.ts";

/** An earlier answer as a message of a chat; none where nothing of it can go back. */
export function toAnswer(
  parts: readonly AssistantPart[],
  rules: ChatMessageRules,
  wallNow: number,
  lost: ReportMessageLoss,
): JsonObject[] {
  const spoken = parts.find((part): part is AudioPart => part.type === "audio" && isKept(part.opaque, wallNow));
  const texts: JsonObject[] = [];
  const thoughts: JsonObject[] = [];
  const details: JsonValue[] = [];
  const calls: JsonObject[] = [];
  let reasoning = "";
  for (const part of parts) {
    switch (part.type) {
      case "text":
      case "refusal": {
        if (spoken !== undefined && part.opaque?.[TRANSCRIPT_OF] !== undefined) break;
        if (part.type === "text" && part.citations !== undefined && part.origin?.vendor !== rules.vendor) {
          lost("citations", "dropped", "the API takes none back");
        }
        if (part.text !== "") texts.push(toText(part, rules));
        break;
      }
      case "reasoning":
        if (rules.reasoning === undefined) lost("reasoning", "dropped", "it cannot go back");
        // Byte for byte: caches are found by it.
        reasoning += part.text;
        thoughts.push(
          defined({
            type: "thinking",
            thinking: [{ type: "text", text: part.text }],
            signature: asString(part.opaque?.["signature"]),
          }),
        );
        break;
      case "tool-call":
        calls.push(toToolCall(part, lost));
        break;
      case "opaque":
        // Others are of another API of the same vendor.
        if (part.kind === REASONING_DETAILS && Array.isArray(part.data)) details.push(...part.data);
        else lost("opaque", "dropped", "it cannot go back");
        break;
      case "audio":
        if (part !== spoken) lost("audio", "dropped", "it cannot go back");
        break;
      case "image":
      case "file":
        lost(part.type, "dropped", "it cannot go back");
        break;
      case "source":
        break;
      default:
        part satisfies never;
    }
  }
  const text = texts.map((part) => asText(part["text"])).join("");
  const isRefused = texts.some((part) => part["refusal"] !== undefined);
  const isInContent = rules.reasoning === "content";
  const field = isInContent ? undefined : rules.reasoning;
  // Text is a string where it can be: not every server takes parts.
  const inParts = isRefused
    ? texts
    : isInContent && thoughts.length > 0
      ? [...thoughts, ...(text === "" ? [] : [{ type: "text", text }])]
      : undefined;
  const hasReasoning = rules.reasoning !== undefined && reasoning !== "";
  const audio = spoken === undefined ? undefined : { id: asString(spoken.opaque?.["id"]) ?? "" };
  const isNothing = texts.length + calls.length + details.length === 0 && !hasReasoning && audio === undefined;
  if (isNothing) return [];
  const said = text === "" ? rules.noContent : text;
  return [
    defined({
      role: "assistant",
      content: inParts ?? said,
      ...(field !== undefined && { [field]: hasReasoning || rules.isReasoningNeeded === true ? reasoning : undefined }),
      [REASONING_DETAILS]: details.length === 0 ? undefined : details,
      audio,
      tool_calls: calls.length === 0 ? undefined : calls,
    }),
  ];
}

function toText({ type, text }: TextPart | RefusalPart, { refusals = false }: ChatMessageRules): JsonObject {
  return type === "refusal" && refusals ? { type, refusal: text } : { type: "text", text };
}

/** At its origin, until the vendor forgets it. */
function isKept(opaque: JsonObject | undefined, now: number): boolean {
  const expiresAt = asNumber(opaque?.["expires_at"]) ?? Infinity;
  return asString(opaque?.["id"]) !== undefined && expiresAt * 1_000 > now;
}

function toToolCall(part: ToolCallPart, lost: ReportMessageLoss): JsonObject {
  const { toolName: name, input, opaque } = part;
  const id = callIdOf(part);
  const kept = asJsonObject(opaque?.["fields"]);
  if (opaque?.["custom"] === true && typeof input === "string") {
    return { ...kept, id, type: "custom", custom: { name, input } };
  }
  return { ...kept, id, type: "function", function: { name, arguments: callArguments(part, lost) } };
}

/** An id that this very server gave goes back as it came: some read the tool's name out of it. */
export function callIdOf({ toolCallId, opaque }: ToolCallPart): string {
  return asString(opaque?.["callId"]) ?? toolCallId;
}

/** As the model spelled them, and always the text of an object, which some servers parse. */
export function callArguments(part: ToolCallPart, lost: ReportMessageLoss): string {
  const { input, inputText } = part;
  const text = toolInputText(part);
  const isObject = inputText === undefined ? input === null || isJsonObject(input) : text === inputText;
  if (!isObject) lost("tool-call", "translated", "its arguments are not an object; they are sent in one");
  return text;
}

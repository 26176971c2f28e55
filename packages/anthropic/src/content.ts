import {
  asArray,
  asJsonObject,
  asString,
  asText,
  isJsonObject,
  type AssistantPart,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetMessage,
  type TargetToolResult,
  type UserPart,
} from "@understudy/core/adapter";
import { defined, inMessage, settleHostedTools, objectInput, type ReportMessageLoss } from "@understudy/core/toolkit";
import { isContainer } from "./container.ts";
import { toDocument, toImage } from "./media.ts";
import { SERVER_TOOLS } from "./server-tools.ts";

/**
 * Blocks of an answer that have no common words: the only ones that go back. Stored messages come back through the hands of
 * others.
 */
const OWN_BLOCKS = /^[a-z_]+_tool_(?:use|result)$|^(?:container_upload|compaction|fallback|mcp_tool_listing)$/;

const FAILED = "Error: the tool failed.";

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
  const isCiting = canCite && messages.some(asksForCitations);
  const toolsets = new Map<string, JsonValue>();
  for (const [index, message] of settleHostedTools(messages, SERVER_TOOLS, loss).entries()) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = toContent(message, { isCiting, toolsets, lost: inMessage(message.index ?? index, loss) });
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
  return content.toSorted((left, right) => Number(isCall(left)) - Number(isCall(right)));
}

function isCall({ type }: JsonObject): boolean {
  return type === "tool_use";
}

function asksForCitations({ role, content }: TargetMessage): boolean {
  return role === "user" && content.some((part) => part.type === "file" && part.citations === true);
}

interface BlockContext {
  readonly isCiting: boolean;
  /** Which set a tool belongs to, by the ids of its calls: results say it too. */
  readonly toolsets: Map<string, JsonValue>;
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
      return [toDocument(part, context.isCiting, context.lost)];
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
      const citations = asArray(part.opaque?.["citations"]).map(toCitation);
      const block = textBlock(part.text, citations.length === 0 ? {} : { citations });
      if (block.length === 0 && citations.length > 0) context.lost("text", "dropped", "it is blank");
      if (citations.length === 0 && part.citations !== undefined)
        context.lost("citations", "dropped", "not the API's own");
      return block;
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
      const { toolCallId: id, toolName: name, opaque } = part;
      const { caller, toolset_name } = opaque ?? {};
      if (toolset_name !== undefined) context.toolsets.set(id, toolset_name);
      return [defined({ caller, toolset_name, type: "tool_use", id, name, input: objectInput(part, context.lost) })];
    }
    case "opaque":
      if (isOwnBlock(part.data)) return [part.data];
      if (isContainer(part)) return [];
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

/** The vendor names the file in its answers, and refuses it in requests. */
function toCitation(citation: unknown): JsonObject {
  const { file_id: _, ...rest } = asJsonObject(citation);
  return rest;
}

function isOwnBlock(data: JsonValue): data is JsonObject {
  return isJsonObject(data) && OWN_BLOCKS.test(asText(data["type"])) && data["role"] === undefined;
}

/** A result that is marked as an error may hold texts only. */
function toToolResult({ toolCallId, content, isError }: TargetToolResult, context: BlockContext): JsonObject {
  // What a tool returns is not cited.
  const blocks = content.flatMap((part) => toUserBlock(part, { ...context, isCiting: false }));
  const isMarked = isError === true && blocks.every(({ type }) => type === "text");
  if (isError === true && !isMarked) {
    context.lost("tool-result isError", "translated", "a failed result takes only texts");
  }
  // Nor may it be empty.
  if (isError === true && (!isMarked || blocks.length === 0)) blocks.unshift({ type: "text", text: FAILED });
  return {
    ...defined({ toolset_name: context.toolsets.get(toolCallId) }),
    type: "tool_result",
    tool_use_id: toolCallId,
    ...(blocks.length === 0 ? {} : { content: blocks }),
    ...(isMarked ? { is_error: true } : {}),
  };
}

/** Blank text is refused, wherever it stands. */
function textBlock(text: string, more: JsonObject = {}): JsonObject[] {
  return text.trim() === "" ? [] : [{ type: "text", text, ...more }];
}

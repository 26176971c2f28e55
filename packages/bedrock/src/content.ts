import {
  asString,
  isJsonObject,
  type AssistantPart,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetMessage,
  type TargetToolResult,
  type UserPart,
} from "@understudy/core/adapter";
import { GO_ON, inMessage, objectInput, userTurnBehind, type ReportMessageLoss } from "@understudy/core/toolkit";
import { DocumentNames, toAudio, toFile, toImage } from "./media.ts";
import type { BedrockModel } from "./models.ts";

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: JsonObject[];
}

/** Blocks of an answer that have no common words: the only ones that go back. */
const OWN_BLOCKS = ["toolUse", "toolResult", "image", "video", "audio", "searchResult"];
const HAS_MEDIA = ["document", "image", "video", "audio"];
const NO_OUTPUT = "(no output)";
export const VENDOR = "bedrock";
const FAILED = "Error: the tool failed.";
const BESIDE = "See the attached file.";
const NOTED = "Noted.";

/**
 * The conversation as the API wants it: turns take turns and begin with the user's, results stand first in the user turn
 * behind their calls, and a document is never without a text.
 */
export function toMessages(
  messages: readonly TargetMessage[],
  model: BedrockModel,
  loss: (loss: Loss) => void,
): JsonObject[] {
  const names = new DocumentNames();
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const lost = inMessage(message.index ?? index, loss);
    const content = toContent(message, { model, names, lost });
    if (content.length === 0) continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    if (role === "user" && content.some(isDocument) && !content.some(isText)) {
      lost("file", "translated", "a text was put beside it");
      content.push({ text: BESIDE });
    }
    const last = turns.at(-1);
    if (last?.role !== role) turns.push({ role, content });
    else if (model.resultsAlone && role === "user" && last.content.some(isResult)) {
      loss({
        what: "messages",
        action: "translated",
        reason: "results stand alone; a word was put behind them",
      });
      turns.push({ role: "assistant", content: [{ text: NOTED }] }, { role, content });
    } else for (const block of content) last.content.push(block);
  }
  return closing(beginning(turns, loss), model, loss).map(({ role, content }) => ({
    role,
    content: role === "assistant" ? callsLast(content) : content,
  }));
}

function beginning(turns: readonly Turn[], loss: (loss: Loss) => void): readonly Turn[] {
  if (turns[0]?.role !== "assistant") return turns;
  loss({
    what: "messages",
    action: "translated",
    reason: "a user turn was put before the model's",
  });
  return [{ role: "user", content: [{ text: GO_ON }] }, ...turns];
}

/** Only some models continue their own turn, and they refuse blanks at its end. */
function closing(turns: readonly Turn[], { prefill }: BedrockModel, loss: (loss: Loss) => void): readonly Turn[] {
  const last = turns.at(-1);
  if (last?.role !== "assistant") return turns;
  const ending = last.content.at(-1);
  const text = asString(ending?.["text"])?.trimEnd();
  if (!prefill || text === undefined || text === "") {
    return userTurnBehind<Turn>(turns, { role: "user", content: [{ text: GO_ON }] }, loss);
  }
  return [...turns.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), { ...ending, text }] }];
}

interface Context {
  readonly model: BedrockModel;
  readonly names: DocumentNames;
  readonly lost: ReportMessageLoss;
}

function toContent(message: TargetMessage, context: Context): JsonObject[] {
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

function toUserBlock(part: UserPart, { names, lost }: Context): JsonObject[] {
  if ("source" in part && part.source.type === "url") {
    lost(part.type, "translated", "the API fetches nothing; its address is told");
    return [{ text: `[${part.type}: ${part.source.url}]` }];
  }
  switch (part.type) {
    case "text":
      return textBlock(part.text);
    case "image":
      return [toImage(part)];
    case "file":
      return [toFile(part, names, lost)];
    case "audio":
      return [toAudio(part)];
    case "opaque":
      if (isJsonObject(part.data)) return [part.data];
      lost("opaque", "dropped");
      return [];
    default:
      return part satisfies never;
  }
}

function toAssistantBlock(part: AssistantPart, { model, lost }: Context): JsonObject[] {
  switch (part.type) {
    case "text":
      // Its own do not go back either: that is no news.
      if (part.citations !== undefined && part.origin?.vendor !== VENDOR) lost("citations", "dropped");
      return textBlock(part.text);
    case "refusal":
      return textBlock(part.text);
    case "reasoning": {
      const [signature, redacted] = [asString(part.opaque?.["signature"]), asString(part.opaque?.["redacted"])];
      if (redacted !== undefined) return [{ reasoningContent: { redactedContent: redacted } }];
      // Claude refuses it without its signature, and nobody takes an empty one.
      if (signature === undefined && (part.text === "" || model.signsReasoning)) {
        lost("reasoning", "dropped");
        return [];
      }
      const signed = signature === undefined ? {} : { signature };
      return [{ reasoningContent: { reasoningText: { text: part.text, ...signed } } }];
    }
    case "tool-call": {
      const { toolCallId: toolUseId, toolName: name } = part;
      return [{ toolUse: { toolUseId, name, input: objectInput(part, lost) } }];
    }
    case "opaque":
      if (isOwnBlock(part.data)) return [part.data];
      lost("opaque", "dropped", "no block of this version's answers");
      return [];
    case "source":
      return [];
    case "image":
    case "file":
    case "audio":
      lost(part.type, "dropped", "it cannot go back");
      return [];
    default:
      return part satisfies never;
  }
}

function toToolResult(result: TargetToolResult, context: Context): JsonObject {
  const { toolCallId: toolUseId, content, isError } = result;
  const blocks = content.flatMap((part) => toUserBlock(part, context));
  const isMarked = isError === true && context.model.marksErrors && blocks.every(isText);
  if (isError === true && !isMarked) {
    const reason = context.model.marksErrors ? "a failed result takes only texts" : "the model takes no mark";
    context.lost("tool-result isError", "translated", `${reason}; it is told`);
    blocks.unshift({ text: FAILED });
  }
  if (blocks.length === 0) blocks.push({ text: NO_OUTPUT });
  return { toolResult: { toolUseId, content: blocks, ...(isMarked && { status: "error" }) } };
}

/** Blank texts are refused. */
function textBlock(text: string): JsonObject[] {
  return text.trim() === "" ? [] : [{ text }];
}

/** Anything behind a call is refused. The rest keeps its order: reasoning is bound to it. */
function callsLast(content: readonly JsonObject[]): JsonObject[] {
  return content.toSorted((left, right) => Number(isCall(left)) - Number(isCall(right)));
}

function isCall({ toolUse }: JsonObject): boolean {
  return isJsonObject(toolUse) && toolUse["type"] !== SERVER_TOOL;
}

/** The type of a call that ran at the vendor. */
export const SERVER_TOOL = "server_tool_use";

function isResult(block: JsonObject): boolean {
  return block["toolResult"] !== undefined;
}

function isText(block: JsonObject): boolean {
  return block["text"] !== undefined;
}

function isDocument(block: JsonObject): boolean {
  return HAS_MEDIA.some((name) => block[name] !== undefined);
}

function isOwnBlock(data: JsonValue): data is JsonObject {
  return isJsonObject(data) && Object.keys(data).length === 1 && OWN_BLOCKS.includes(Object.keys(data)[0] ?? "");
}

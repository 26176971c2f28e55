import type { Message } from "../model/message.ts";
import { legalToolName } from "../model/tool-name.ts";
import type {
  AssistantPart,
  Origin,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from "../model/parts.ts";
import type { TargetMessage, TargetToolResult } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";

interface FitContext {
  readonly origin: Origin;
  /** Gives the next call its id at the target. */
  readonly callId: (id: string) => string;
  /** The native options as JSON. A name that stands there is the vendor's business. */
  readonly native: string;
  readonly loss: (loss: Loss) => void;
}

/** A message that can still grow. */
type Draft = { readonly index: number } & (
  | { readonly role: "user"; readonly content: UserPart[] }
  | { readonly role: "assistant"; readonly content: AssistantPart[] }
  | { readonly role: "tool"; readonly content: TargetToolResult[] }
);

const NOT_RUN: ToolResultPart = {
  type: "tool-result",
  toolCallId: "",
  content: "No result: the call was not run.",
  isError: true,
};
/** Stands for a user's turn of which nothing is left: without it the model would be asked to continue its own answer. */
const NO_CONTENT: TextPart = { type: "text", text: "(no content)" };

/**
 * Makes a history legal for one target without touching the original: opaque data only to its origin, foreign reasoning
 * left out, blank texts dropped, every tool call followed by its result, neighbours of one role merged. Empty when
 * nothing of it can be sent.
 */
export function fitHistory(messages: readonly Message[], context: FitContext): TargetMessage[] {
  const results = pairResults(messages);
  const fitted: Draft[] = [];
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    switch (message.role) {
      case "user": {
        const content = fitParts(message.content, where, context);
        const before = fitted.at(-1)?.role ?? "assistant";
        if (content.length === 0 && before === "assistant" && messages[index + 1]?.role !== "user") {
          content.push(NO_CONTENT);
          context.loss({ what: `${where} content`, action: "translated", reason: "was empty" });
        }
        append(fitted, { index, role: "user", content });
        break;
      }
      case "assistant": {
        const answers: TargetToolResult[] = [];
        const toCall = (part: AssistantPart): AssistantPart => {
          if (part.type !== "tool-call") return part;
          const isNative = part.toolName !== "" && context.native.includes(`"${part.toolName}"`);
          const toolName = isNative ? part.toolName : legalToolName(part.toolName);
          if (toolName !== part.toolName) context.loss({ what: `${where} toolName`, action: "translated" });
          const names = { toolName, toolCallId: context.callId(part.toolCallId) };
          const result = results.get(part) ?? NOT_RUN;
          if (result === NOT_RUN) {
            context.loss({ what: `${where} tool-call`, action: "translated", reason: "had no result" });
          }
          const kept = sameOrigin(result.origin, context.origin) ? result : withoutOpaque(result);
          answers.push({ ...kept, ...names, content: fitParts(result.content, where, context) });
          return { ...part, ...names };
        };
        const content = typeof message.content === "string" ? message.content : message.content.map(toCall);
        append(fitted, { index, role: "assistant", content: fitParts(content, where, context) });
        // Results follow their calls at once, whatever the order in the history.
        const behind = messages[index + 1]?.role === "tool" ? 1 : 0;
        append(fitted, { index: index + behind, role: "tool", content: answers });
        break;
      }
      case "tool":
        break;
      default:
        message satisfies never;
    }
  }
  const isSomething = (part: Draft["content"][number]): boolean => part !== NO_CONTENT && part.type !== "reasoning";
  return fitted.some(({ content }) => content.some(isSomething)) ? fitted : [];
}

/** Which result belongs to which call. Some vendors number their calls anew in every turn: the nearest call before counts. */
function pairResults(messages: readonly Message[]): Map<ToolCallPart, ToolResultPart> {
  const results = new Map<ToolCallPart, ToolResultPart>();
  // The calls of the latest turn that has some of this id, the first one at the end.
  const open = new Map<string, ToolCallPart[]>();
  for (const message of messages) {
    if (message.role === "assistant" && typeof message.content !== "string") {
      const calls = message.content.filter((part) => part.type === "tool-call").toReversed();
      for (const [id, group] of Map.groupBy(calls, ({ toolCallId }) => toolCallId)) open.set(id, group);
    } else if (message.role === "tool") {
      for (const result of message.content) {
        const group = open.get(result.toolCallId) ?? [];
        const call = group.length > 1 ? group.pop() : group[0];
        if (call !== undefined) results.set(call, result);
      }
    }
  }
  return results;
}

function fitParts<Part extends UserPart | AssistantPart>(
  content: string | readonly Part[],
  where: string,
  { origin, loss }: FitContext,
): (Part | TextPart)[] {
  const parts: readonly (Part | TextPart)[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return parts.flatMap((part) => {
    const isOwn = sameOrigin(part.origin, origin);
    if (part.type === "source") return [];
    if (part.type === "reasoning" || part.type === "opaque") {
      // Reasoning is bound to the model that made it, and so are its signatures.
      if (isOwn) return [part];
      loss({ what: `${where} ${part.type}`, action: "dropped", reason: "made by another target" });
      return [];
    }
    const kept = isOwn ? part : withoutOpaque(part);
    return isSaid(kept) && kept.text.trim() === "" && kept.opaque === undefined ? [] : [kept];
  });
}

/** Adds a message, merged into its neighbour when both have one role; nothing when it is empty. */
function append(messages: Draft[], message: Draft): void {
  if (message.content.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === "user" && message.role === "user") addAll(last.content, message.content);
  else if (last?.role === "assistant" && message.role === "assistant") addAnswer(last.content, message.content);
  else messages.push(message);
}

/** Models read the texts of one turn as one text. */
function addAnswer(parts: AssistantPart[], more: AssistantPart[]): void {
  const [first] = more;
  if (isSaid(parts.at(-1)) && isSaid(first) && first.opaque === undefined) {
    more[0] = { ...first, text: `\n\n${first.text}` };
  }
  addAll(parts, more);
}

function isSaid(part: AssistantPart | undefined): part is TextPart | RefusalPart {
  return part?.type === "text" || part?.type === "refusal";
}

/** One by one: there may be more than a call takes arguments. */
function addAll<Part>(parts: Part[], more: readonly Part[]): void {
  for (const part of more) parts.push(part);
}

function withoutOpaque<Part extends AssistantPart | ToolResultPart>(part: Part): Part {
  return part.type === "opaque" || part.opaque === undefined ? part : { ...part, opaque: undefined };
}

function sameOrigin(left: Origin | undefined, right: Origin): boolean {
  return left?.vendor === right.vendor && left.model === right.model && left.endpoint === right.endpoint;
}

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
  readonly mapId: (id: string) => string;
  /** Names of natively declared tools are the vendor's business. */
  readonly isNativeTool: (name: string) => boolean;
  readonly loss: (loss: Loss) => void;
}

/** A message that can still grow. */
type Draft =
  | { readonly role: "user"; readonly content: UserPart[] }
  | { readonly role: "assistant"; readonly content: AssistantPart[] }
  | { readonly role: "tool"; readonly content: TargetToolResult[] };

const NOT_RUN = "No result: the call was not run.";
/** Stands for a user's turn of which nothing is left: without it the model would be asked to continue its own answer. */
const NO_CONTENT: TextPart = { type: "text", text: "(no content)" };

/**
 * Makes a history legal for one target without touching the original: opaque data only to its origin, foreign reasoning
 * left out, blank texts dropped, every tool call followed by its result, neighbours of one role merged. Empty when
 * nothing of it can be sent.
 */
export function fitHistory(messages: readonly Message[], context: FitContext): TargetMessage[] {
  const results = pairResults(messages);
  const ids = uniqueIds(context.mapId);
  const fitted: Draft[] = [];
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    switch (message.role) {
      case "user": {
        const content = fitParts(message.content, where, context);
        const before = fitted.at(-1)?.role ?? "assistant";
        if (content.length === 0 && before === "assistant" && messages[index + 1]?.role !== "user") {
          content.push(NO_CONTENT);
          context.loss({ what: `${where} content`, action: "translated", reason: "a placeholder stands for nothing" });
        }
        append(fitted, { role: "user", content });
        break;
      }
      case "assistant": {
        const answers: TargetToolResult[] = [];
        const content = fitParts(message.content, where, context).map((part) => {
          if (part.type !== "tool-call") return part;
          const toolName = context.isNativeTool(part.toolName) ? part.toolName : legalToolName(part.toolName);
          if (toolName !== part.toolName) context.loss({ what: `${where} toolName`, action: "translated" });
          const isOwn = sameOrigin(part.origin, context.origin);
          const call = { ...(isOwn ? part : withoutOpaque(part)), toolName, toolCallId: ids(part.toolCallId) };
          answers.push(answerCall(call, results.get(part), where, context));
          return call;
        });
        append(fitted, { role: "assistant", content });
        // Results follow their calls at once, whatever the order in the history.
        append(fitted, { role: "tool", content: answers });
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
  const latest = new Map<string, { readonly calls: ToolCallPart[]; answered: number }>();
  for (const message of messages) {
    if (message.role === "assistant" && typeof message.content !== "string") {
      const calls = message.content.filter((part) => part.type === "tool-call");
      for (const { toolCallId } of calls) latest.set(toolCallId, { calls: [], answered: 0 });
      for (const call of calls) latest.get(call.toolCallId)?.calls.push(call);
    } else if (message.role === "tool") {
      for (const result of message.content) {
        const group = latest.get(result.toolCallId);
        const call = group?.calls[group.answered++] ?? group?.calls.at(-1);
        if (call !== undefined) results.set(call, result);
      }
    }
  }
  return results;
}

/** Tool-call ids as the target takes them, each only once: vendors refuse an id that repeats. */
function uniqueIds(mapId: (id: string) => string): (id: string) => string {
  const uses = new Map<string, number>();
  const taken = new Set<string>();
  return (id) => {
    let count = uses.get(id) ?? 0;
    let unique: string;
    do unique = ++count === 1 ? id : `${id}#${count}`;
    while (taken.has(unique));
    uses.set(id, count);
    taken.add(unique);
    return mapId(unique);
  };
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
    // Calls are known by what they are until their results are found.
    const kept = isOwn || part.type === "tool-call" ? part : withoutOpaque(part);
    return isSaid(kept) && kept.text.trim() === "" && kept.opaque === undefined ? [] : [kept];
  });
}

function answerCall(
  { toolCallId, toolName }: ToolCallPart,
  result: ToolResultPart | undefined,
  where: string,
  context: FitContext,
): TargetToolResult {
  const names = { toolCallId, toolName };
  const { origin, loss } = context;
  if (result === undefined) {
    loss({ what: `${where} tool-call`, action: "translated", reason: "had no result; an error result was added" });
    return { type: "tool-result", ...names, isError: true, content: [{ type: "text", text: NOT_RUN }] };
  }
  const kept = sameOrigin(result.origin, origin) ? result : withoutOpaque(result);
  return { ...kept, ...names, content: fitParts(result.content, where, context) };
}

/** Adds a message, merged into its neighbour when both have one role; nothing when it is empty. Results stand behind their calls, never behind others. */
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
  if (part.type === "opaque" || part.opaque === undefined) return part;
  return { ...part, opaque: undefined };
}

function sameOrigin(left: Origin | undefined, right: Origin): boolean {
  return left?.vendor === right.vendor && left.model === right.model && left.endpoint === right.endpoint;
}

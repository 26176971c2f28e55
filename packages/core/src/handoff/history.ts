import type { Message } from "../model/message.ts";
import type { AssistantPart, Origin, ToolCallPart, ToolResultPart, UserPart } from "../model/parts.ts";
import type { TargetMessage, TargetToolResult } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";

interface FitContext {
  readonly origin: Origin;
  readonly mapId: (id: string) => string;
  readonly loss: (loss: Loss) => void;
}

const NOT_RUN = "No result: the call was not run.";

/**
 * Makes a history legal for one target without touching the original: opaque data only to its origin, foreign reasoning
 * left out, blank texts dropped, every tool call followed by its result, neighbours of one role merged.
 */
export function fitHistory(messages: readonly Message[], context: FitContext): TargetMessage[] {
  const results = collectResults(messages);
  const fitted: TargetMessage[] = [];
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    switch (message.role) {
      case "user":
        append(fitted, { role: "user", content: fitUserParts(message.content) });
        break;
      case "assistant": {
        const content = fitAssistantParts(message.content, where, context);
        append(fitted, { role: "assistant", content });
        const calls = content.filter((part) => part.type === "tool-call");
        // Results follow their calls at once, whatever the order in the history.
        if (calls.length > 0) append(fitted, answerCalls(message.content, results, where, context));
        break;
      }
      case "tool":
        break;
      default:
        message satisfies never;
    }
  }
  return fitted;
}

function collectResults(messages: readonly Message[]): Map<string, ToolResultPart> {
  const results = new Map<string, ToolResultPart>();
  for (const message of messages) {
    if (message.role !== "tool") continue;
    for (const part of message.content) results.set(part.toolCallId, part);
  }
  return results;
}

function fitUserParts(content: string | readonly UserPart[]): UserPart[] {
  const parts: readonly UserPart[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return parts.filter((part) => part.type !== "text" || part.text.trim() !== "");
}

function fitAssistantParts(
  content: string | readonly AssistantPart[],
  where: string,
  context: FitContext,
): AssistantPart[] {
  if (typeof content === "string") return content.trim() === "" ? [] : [{ type: "text", text: content }];
  const fitted: AssistantPart[] = [];
  for (const part of content) {
    const own = sameOrigin(part.origin, context.origin);
    if (part.type === "reasoning" || part.type === "opaque") {
      // Reasoning is bound to the model that made it, and so are its signatures.
      if (own) fitted.push(part);
      else context.loss({ what: `${where} ${part.type}`, action: "dropped", reason: "made by another target" });
      continue;
    }
    if (part.type === "source") continue;
    const kept = own ? part : withoutOpaque(part);
    const blank = (kept.type === "text" || kept.type === "refusal") && kept.text.trim() === "";
    if (blank && kept.opaque === undefined) continue;
    fitted.push(kept.type === "tool-call" ? { ...kept, toolCallId: context.mapId(kept.toolCallId) } : kept);
  }
  return fitted;
}

function answerCalls(
  content: string | readonly AssistantPart[],
  results: ReadonlyMap<string, ToolResultPart>,
  where: string,
  context: FitContext,
): TargetMessage {
  const calls = typeof content === "string" ? [] : content.filter((part) => part.type === "tool-call");
  return { role: "tool", content: calls.map((call) => answerCall(call, results, where, context)) };
}

function answerCall(
  call: ToolCallPart,
  results: ReadonlyMap<string, ToolResultPart>,
  where: string,
  context: FitContext,
): TargetToolResult {
  const names = { toolCallId: context.mapId(call.toolCallId), toolName: call.toolName };
  const result = results.get(call.toolCallId);
  if (result === undefined) {
    context.loss({
      what: `${where} tool-call`,
      action: "translated",
      reason: "had no result; an error result was added",
    });
    return { type: "tool-result", ...names, isError: true, content: [{ type: "text", text: NOT_RUN }] };
  }
  const parts = typeof result.content === "string" ? [{ type: "text", text: result.content } as const] : result.content;
  return { ...result, ...names, content: parts };
}

/** Adds a message, merged into its neighbour when both have one role; nothing when it is empty. */
function append(messages: TargetMessage[], message: TargetMessage): void {
  if (message.content.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === "user" && message.role === "user") {
    messages[messages.length - 1] = { role: "user", content: [...last.content, ...message.content] };
  } else if (last?.role === "assistant" && message.role === "assistant") {
    messages[messages.length - 1] = { role: "assistant", content: [...last.content, ...message.content] };
  } else if (last?.role === "tool" && message.role === "tool") {
    messages[messages.length - 1] = { role: "tool", content: [...last.content, ...message.content] };
  } else {
    messages.push(message);
  }
}

function withoutOpaque<Part extends Exclude<AssistantPart, { type: "opaque" }>>(part: Part): Part {
  if (part.opaque === undefined) return part;
  return { ...part, opaque: undefined };
}

function sameOrigin(left: Origin | undefined, right: Origin): boolean {
  return left?.vendor === right.vendor && left.model === right.model && left.endpoint === right.endpoint;
}

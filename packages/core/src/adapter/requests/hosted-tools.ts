import type { AssistantPart } from "../../model/parts.ts";
import type { TargetMessage } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { inMessage } from "./message-loss.ts";

/** How a vendor's tools that run at the vendor stand in an answer. Ids are those of their calls. */
export interface HostedTools {
  /** Whose call a part is, or whose result. */
  readonly callOf: (part: AssistantPart) => string | undefined;
  /** The id of the call whose result a part is; undefined when it is not a hosted tool's result. */
  readonly resultOf: (part: AssistantPart) => string | undefined;
  /** Which hosted call made this call of the client's. */
  readonly callerOf: (part: AssistantPart) => string | undefined;
  /** The same call as if the model itself had made it. */
  readonly withoutCaller: (part: AssistantPart) => AssistantPart;
  /** Stands in an answer without being said in it. */
  readonly isBeside: (part: AssistantPart) => boolean;
}

/**
 * A hosted tool may wait for its result while the application answers the calls beside it. One that waits when anything but
 * results follows is left out, and so is a result without its call.
 */
export function settleHostedTools(
  messages: readonly TargetMessage[],
  tools: HostedTools,
  loss: (loss: Loss) => void,
): readonly TargetMessage[] {
  const { callOf, resultOf, callerOf, withoutCaller } = tools;
  const parts = messages.flatMap(({ role, content }) => (role === "assistant" ? content : []));
  const results = new Set(parts.map(resultOf));
  const calls = new Set(parts.map(callOf));
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const dropped = new Set<string | undefined>();
  return messages.map((message, index) => {
    if (message.role !== "assistant") return message;
    const isKept = (part: AssistantPart, position: number): boolean => {
      const [id, answered] = [callOf(part), resultOf(part)];
      if (id === undefined) return answered === undefined || calls.has(answered);
      const behind = message.content.slice(position + 1);
      if (results.has(id) || (index > lastUser && waits(id, behind, messages.slice(index + 1), tools))) return true;
      dropped.add(id);
      return false;
    };
    const kept = message.content.filter(isKept);
    if (kept.length < message.content.length) {
      inMessage(message.index ?? index, loss)(
        "opaque",
        "dropped",
        "a server tool without its result, or a result without its call",
      );
    }
    const content = kept.map((part) => (dropped.has(callerOf(part)) ? withoutCaller(part) : part));
    return { ...message, content };
  });
}

/** Nothing but calls stands behind it in its turn, and in later ones nothing but the calls that it makes itself. */
function waits(
  id: string,
  behind: readonly AssistantPart[],
  later: readonly TargetMessage[],
  { callerOf, isBeside }: HostedTools,
): boolean {
  if (behind.some(({ type }) => type === "text" || type === "refusal")) return false;
  return later.every(
    (message) =>
      message.role !== "assistant" || message.content.every((part) => isBeside(part) || callerOf(part) === id),
  );
}

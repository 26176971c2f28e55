import type { FailoverEvent, RestartEvent } from "@understudy/core";
import { isObject } from "./metadata.ts";
import { misuse, read } from "./misuse.ts";

/** The kind of the `custom` part that stands where another target began the answer again. */
export const FAILOVER_KIND = "understudy.failover";

const NOTICE: unique symbol = Symbol.for("understudy.failover-notice");

/** What the `custom` part of a failover holds, in its `providerMetadata.understudy`. */
export type FailoverMetadata = Pick<RestartEvent, "mode" | "from" | "to" | "reason" | "discards" | "sideEffects">;

export function failoverMetadata({ mode, from, to, reason, discards, sideEffects }: RestartEvent): FailoverMetadata {
  return { mode, from, to, reason, discards, sideEffects };
}

/** Says in a stream that what it gave is void and the answer begins again. Not a failure: nothing has to be done about it. */
export class FailoverNotice extends Error {
  override readonly name: string = "UnderstudyFailover";

  constructor({ from, to, reason }: FailoverEvent) {
    super(`${from.tier} failed (${reason}); ${to.tier} begins the answer again.`);
    Object.defineProperty(this, NOTICE, { value: true });
  }
}

/**
 * Whether what `onError` was called with only announces that another target begins the answer again. Such a notice comes
 * with `understudyCall` alone, and the answer follows.
 */
export function isFailoverNotice(error: unknown): boolean {
  try {
    return typeof error === "object" && error !== null && NOTICE in error;
  } catch {
    // Whatever was thrown may be a proxy that throws itself.
    return false;
  }
}

/**
 * The same messages without what a failover voided: in assistant messages, from a failover's part backwards, everything up
 * to the nearest tool call or the beginning. For a history that goes to another model than `understudy(chain)`, which
 * does this itself, and for storage. Messages of which nothing is left are left out; the others are the very same.
 */
export function withoutDiscarded<M extends { role: string; content: unknown }>(messages: readonly M[]): M[] {
  return read("withoutDiscarded", () => {
    if (!Array.isArray(messages)) throw misuse("invalid-request", "withoutDiscarded() takes an array of messages.");
    return messages.flatMap((message) => {
      if (!isObject(message)) return [message];
      const { role, content } = message;
      if (role !== "assistant" || !isParts(content) || !content.some(isFailover)) return [message];
      const kept = validParts(content);
      return kept.length === 0 ? [] : [{ ...message, content: kept }];
    });
  });
}

/** An attempt that was left has never released a tool call: what stands before one belongs to an earlier answer. */
export function validParts<Part>(parts: readonly Part[]): Part[] {
  const kept: Part[] = [];
  for (const part of parts) {
    if (!isFailover(part)) kept.push(part);
    else while (kept.length > 0 && !isToolCall(kept.at(-1))) kept.pop();
  }
  return kept;
}

function isParts(content: unknown): content is readonly unknown[] {
  return Array.isArray(content);
}

export function isFailover(part: unknown): boolean {
  return isObject(part) && part["type"] === "custom" && part["kind"] === FAILOVER_KIND;
}

/** In messages for models and in those of user interfaces. */
function isToolCall(part: unknown): boolean {
  const type = isObject(part) ? part["type"] : undefined;
  return (
    type === "tool-call" ||
    type === "tool-result" ||
    (typeof type === "string" && /^(?:tool-|dynamic-tool$)/.test(type))
  );
}

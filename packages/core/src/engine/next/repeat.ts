import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { RepeatKind } from "../../model/trace.ts";

export interface RepeatOffer {
  readonly kind: RepeatKind;
  readonly delayMs: number;
}

export interface RepeatState {
  /** Whether output of the call has reached the consumer. */
  readonly released: boolean;
  /** Whether another candidate is left: then moving beats waiting. */
  readonly hasNext: boolean;
  /** Repeats of this kind at this target so far. */
  readonly made: (kind: RepeatKind) => number;
  readonly random: () => number;
}

const BACKOFF_MS = [250, 1_000] as const;
/** Longest wait for a vendor's own stated time; beyond it the call fails with that time instead. */
const LONGEST_WAIT_MS = 2_000;
const CONCURRENCY_WAIT_MS = 2_000;

/** Whether the same target may be asked again after this failure, and after how long (rules R2.4, R2.6 and R2.7). */
export function offerRepeat(failure: TargetFailure, state: RepeatState): RepeatOffer | undefined {
  const { repeat } = FAILURE_RULES[failure.class];
  const { retryAfterMs, repeatForbidden, beforeResponse } = failure.details;
  if (repeat === "no" || repeatForbidden === true) return undefined;
  if (repeat === "fresh-connection") {
    // A kept-alive connection may be closed by the server just as it is used; a new one shows whether the server is well.
    if (beforeResponse !== true || state.made(repeat) > 0) return undefined;
    return { kind: repeat, delayMs: 0 };
  }
  if (state.released || state.hasNext || (retryAfterMs ?? 0) > LONGEST_WAIT_MS) return undefined;
  if (repeat === "wait") {
    const stated = retryAfterMs ?? (failure.class === "rate.concurrency" ? CONCURRENCY_WAIT_MS : undefined);
    if (stated === undefined || state.made(repeat) > 0) return undefined;
    return { kind: repeat, delayMs: stated };
  }
  const base = BACKOFF_MS[state.made(repeat)];
  if (base === undefined) return undefined;
  return { kind: repeat, delayMs: Math.max(retryAfterMs ?? 0, base * (1 + state.random() / 2)) };
}

import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { HealthVerdict } from "../../model/failure.ts";
import type { TargetFailure } from "../../model/target-failure.ts";

/** What has to be known of a failed attempt beside its failure. */
export interface FailureCircumstances {
  /** It waited for less than a third of its own limit. */
  readonly isShort: boolean;
  /** It was decided after the process had stood still. */
  readonly isLate: boolean;
  /** It had asked for a connection that was never used before. */
  readonly isFresh: boolean;
}

export interface VerdictContext extends FailureCircumstances {
  readonly isProbe: boolean;
  /** Unclassified throws of this adapter in a row, this one included. */
  readonly throwsInARow: number;
}

const THROWS_THAT_COUNT = 3;

/** What a failed attempt says about the health of its route (rules R2.5, R3.8, R6.2, R6.8 and R6.15). */
export function verdictOf(failure: TargetFailure, context: VerdictContext): HealthVerdict {
  const { code, health } = FAILURE_RULES[failure.class];
  if (context.isLate) return "neutral";
  if (failure.class === "timeout.first-content" && context.isShort) return "neutral";
  if (metStaleConnection(failure, context.isFresh)) return "neutral";
  // One bad release of an adapter must not make every vendor look dead at once.
  if (failure.class === "adapter.threw") return context.throwsInARow >= THROWS_THAT_COUNT ? "bad" : "neutral";
  // A server that limits a probe is alive.
  return context.isProbe && code === "rate-limited" ? "ok" : health;
}

/**
 * Whether a request may only have met a kept-alive connection that was closed while it was idle. That says nothing about
 * the vendor: the request has to be sent on a new connection before anything is concluded.
 */
export function metStaleConnection(failure: TargetFailure, wasFresh: boolean): boolean {
  const { beforeResponse, connection } = failure.details;
  return failure.class === "network.reset" && beforeResponse === true && connection !== "new" && !wasFresh;
}

import type { AttemptRecord, BreakerState, FailureClass, HealthCounts } from "@understudy/core";

/** What `GET …/state` answers: nothing of prompts, answers, keys or scopes. */
export interface LiveState {
  /** In the order in which they were made. */
  readonly chains: readonly ChainState[];
}

/** One chain as it is now. */
export interface ChainState {
  /** The name that `observe()` was given. */
  readonly name: string;
  /** Whether its store is left alone; `none` until the store has said something. */
  readonly store: "none" | "paused" | "back";
  /** Every target, in order. */
  readonly targets: readonly TargetState[];
  /** What a person has to act on, the latest first; gone once the target has answered again. */
  readonly problems: readonly CredentialProblem[];
  /** The last 50 calls, the latest first. */
  readonly calls: readonly CallState[];
}

/** One target as it is now. */
export interface TargetState {
  /** Name of the tier, and the place in it where it has several. */
  readonly place: string;
  /** The vendor's name. */
  readonly vendor: string;
  /** The model's id. */
  readonly model: string;
  /** Host or region label. */
  readonly endpoint: string;
  /** State of its breaker. */
  readonly breaker: BreakerState;
  /** What its attempts of the last 60 s were. */
  readonly counts: Pick<HealthCounts, "ok" | "bad" | "slow">;
  /** Why it is passed over, if it is. */
  readonly blocked: "isolated" | "no-key" | "cooldown" | "breaker" | undefined;
  /** What failed to cause it, where that is known. */
  readonly cause: FailureClass | undefined;
  /** Milliseconds until it may be asked again; undefined where nobody knows. */
  readonly blockedForMs: number | undefined;
}

/** A key or an account that needs a person. */
export interface CredentialProblem {
  /** Name of the tier. */
  readonly tier: string;
  /** What failed. */
  readonly reason: FailureClass;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** One call that is over. */
export interface CallState {
  /** Counts the calls of the chain, from 1. */
  readonly callId: number;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** `abandoned`: its consumer left. */
  readonly outcome: "answered" | "failed" | "abandoned";
  /** The tier that answered, or the error's code. */
  readonly by: string | undefined;
  /** Milliseconds from its beginning to its end. */
  readonly totalMs: number;
  /** Whether the answer is less than the first tier would give. */
  readonly isDegraded: boolean;
  /** How many candidates were passed over. */
  readonly skipped: number;
  /** Every attempt, in order. */
  readonly attempts: readonly CallAttempt[];
}

/** One attempt of a call. */
export interface CallAttempt extends Pick<AttemptRecord, "tier" | "outcome" | "startedAtMs" | "endedMs"> {
  /** What kind of failure ended it; undefined when it answered. */
  readonly failed: FailureClass | undefined;
}

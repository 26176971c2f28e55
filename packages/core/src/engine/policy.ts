import { FAILURE_RULES } from "../model/failure-rules.ts";
import type { FailureClass, FailureScope } from "../model/failure.ts";

/** What failed, for the policy function. Holds no prompt and no answer. */
export interface PolicyFailure {
  /** What kind of failure it is: the key into `FAILURE_RULES`. */
  readonly class: FailureClass;
  /** What the failure belongs to. */
  readonly scope: FailureScope;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** The vendor's own code, where it gave one that is safe to show. */
  readonly vendorCode: string | undefined;
  /** Milliseconds until trying again can help, where the vendor stated a time. */
  readonly retryAfterMs: number | undefined;
}

/** Where in its call the failed attempt stands. */
export interface PolicyContext {
  /** The tier of the failed attempt. */
  readonly tier: string;
  /** The vendor of the failed attempt. */
  readonly vendor: string;
  /** The model of the failed attempt, as it was asked for. */
  readonly model: string;
  /** Attempts made so far in this call, this one included. */
  readonly attempts: number;
  /** Whether output of this call has reached the consumer. */
  readonly released: boolean;
  /** Whether a candidate is left after this one. */
  readonly hasNext: boolean;
  /** Whether the rules offer to ask the same target again now. */
  readonly canRepeat: boolean;
}

/**
 * `again`: ask the same target again. `next`: go to the next candidate. `stop`: end the call; for a refusal or an
 * unusable tool call that means to deliver the answer as it is.
 */
export type PolicyDecision = "again" | "next" | "stop";

/** Decides what happens after a failure, at once: when it throws or returns a promise, `defaultPolicy` decides. */
export type Policy = (failure: PolicyFailure, context: PolicyContext) => PolicyDecision;

/** The failure table's own answer: repeat where it offers to, stop where moving on cannot help or is not ours to decide. */
export const defaultPolicy: Policy = (failure, context) => {
  const { advance } = FAILURE_RULES[failure.class];
  if (advance === "no" || advance === "policy") return "stop";
  if (context.canRepeat) return "again";
  return advance === "unreleased" && context.released ? "stop" : "next";
};

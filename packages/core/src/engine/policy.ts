import { FAILURE_RULES } from "../model/failure-rules.ts";
import type { FailureClass, FailureScope } from "../model/failure.ts";

/** What failed, for the policy function. Holds no prompt and no answer. */
export interface PolicyFailure {
  readonly class: FailureClass;
  readonly scope: FailureScope;
  readonly status: number | undefined;
  readonly vendorCode: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface PolicyContext {
  readonly tier: string;
  readonly vendor: string;
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

export type Policy = (failure: PolicyFailure, context: PolicyContext) => PolicyDecision;

/** The failure table's own answer: repeat where it offers to, stop where moving on cannot help or is not ours to decide. */
export const defaultPolicy: Policy = (failure, context) => {
  const { advance } = FAILURE_RULES[failure.class];
  if (advance === "no" || advance === "policy") return "stop";
  if (context.canRepeat) return "again";
  return advance === "unreleased" && context.released ? "stop" : "next";
};

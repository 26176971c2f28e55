import type { AttemptPlan, TargetRequest } from "../model/target.ts";
import type { TargetFailure } from "../model/target-failure.ts";
import type { Loss, NotContinued, RepeatKind } from "../model/trace.ts";
import type { Joint } from "./ahead/joint.ts";
import type { Permit } from "./health/breaker.ts";
import type { Candidate } from "./tier.ts";

/** One attempt that may be made now: at whom, with what, and by what right. */
export interface Turn {
  readonly candidate: Candidate;
  readonly request: TargetRequest;
  readonly losses: readonly Loss[];
  /** How the target is going to answer. A failure is what the adapter threw instead: the attempt reports it. */
  readonly plan: AttemptPlan | TargetFailure;
  readonly permit: Permit;
  /** Why this turn repeats the one before. */
  readonly repeat?: RepeatKind | undefined;
  /** What was changed in the request after it was rejected. */
  readonly repair?: string | undefined;
  /** Where it goes on with what was shown of another attempt. */
  readonly joint?: Joint | undefined;
  /** Why it does not, where the call asks for that. */
  readonly notContinued?: NotContinued | undefined;
}

import type { Answer } from "../../model/answer.ts";
import type { AttemptRecord, PinRecord, SkipRecord } from "../../model/trace.ts";
import type { Cost } from "../../model/usage.ts";
import type { CallRequests } from "../next/requests.ts";
import type { Obstacle } from "../next/selection.ts";
import type { CallOptions } from "../options.ts";
import type { Candidate } from "../tier.ts";

/** A call that is about to choose its candidates. */
export interface CourseCall {
  readonly callId: number;
  readonly requests: CallRequests;
  readonly options: CallOptions;
}

/** What a chain has learnt of its targets, as one call uses it: it changes whom the call asks, and nothing else. */
export interface Course {
  /** The same candidates as this call prefers them. Asked when it begins, and again for siblings that share their calls. */
  order(candidates: readonly Candidate[]): readonly Candidate[];
  /** Why this call never asks a candidate: the caller's word. */
  refusal(candidate: Candidate): Obstacle | undefined;
  /** Why a candidate is asked only behind all others: then it is tried all the same. */
  objection(candidate: Candidate): Obstacle | undefined;
  /** The call is with this candidate from now on; `undefined`: with none any more. */
  moveTo(candidate: Candidate | undefined): void;
  /** What these attempts cost, as far as it is known. */
  cost(billed: readonly AttemptRecord[]): Cost | undefined;
  /** What the next call of the conversation is given, to come back to the candidate that answered. */
  pin(candidate: Candidate): Answer["pin"];
  /** What became of the pin that the call was given, by what it did. */
  pinRecord(attempts: readonly AttemptRecord[], skipped: readonly SkipRecord[]): PinRecord | undefined;
}

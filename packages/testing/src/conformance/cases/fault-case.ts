import type { FailureClass, TierLimits, Usage } from "@understudy/core";
import type { Fault, Place } from "../../faults/fault.ts";
import type { ScriptedAnswer } from "../../simulators/answer.ts";
import type { CaseId } from "./case-id.ts";

/** What a fault has to lead to: the good answer all the same, or the next tier with a failure of one of these classes. */
export type Expected = "answered" | readonly FailureClass[];

export interface FaultCase {
  /** What an exemption names. */
  readonly id: CaseId;
  readonly name: string;
  /** Default: none, where the answer itself is the case. */
  readonly fault?: Fault | undefined;
  /** Default: a text of four deltas. */
  readonly answer?: ScriptedAnswer | undefined;
  /** The request offers a tool. */
  readonly tools?: true | undefined;
  readonly expected: Expected;
  /** Short limits, where only time shows it. */
  readonly limits?: TierLimits | undefined;
  /** A real pause is part of it. */
  readonly slow?: true | undefined;
  /** The wait that the vendor states, which the failure has to carry. */
  readonly waitMs?: number | undefined;
  /** The counts that the answer has to have, exact. */
  readonly usage?: Usage | undefined;
}

export const TWO_DELTAS: Place = { deltas: 2 };
export const CUT_OFF: readonly FailureClass[] = ["stream.truncated", "stream.reset"];
export const RATE_LIMITED: readonly FailureClass[] = [
  "rate.requests",
  "rate.tokens",
  "rate.concurrency",
  "rate.unknown",
];

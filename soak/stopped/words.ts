import type { FailureClass, TargetHealth } from "@understudy/core";

/** What is under way when the process is stopped, as the prompt names it to the vendor. */
export const SITUATIONS = ["flowing", "waiting", "unanswered", "pausing", "silent", "half"] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Of these all of the answer is there to be read when the process goes on. */
export const READABLE: readonly Situation[] = ["flowing", "waiting", "unanswered", "pausing"];

/** Every limit of the chains, in milliseconds: shorter than the stop. */
export const LIMIT_MS = 2_000;
/** Pieces of every answer. */
export const PIECES = 40;

export interface StreamReport {
  readonly situation: Situation;
  readonly way: string;
  readonly isWhole: boolean;
  /** Classes of attempts that failed. */
  readonly failures: readonly FailureClass[];
}

export interface ProcessReport {
  readonly streams: readonly StreamReport[];
  readonly health: readonly TargetHealth[];
  readonly breakerEvents: number;
  readonly timers: number;
  readonly complaints: string;
}

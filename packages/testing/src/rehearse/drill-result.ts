import type { ErrorCode, Trace } from "@understudy/core";
import type { FaultName } from "./faults.ts";

/** One target of the rehearsed chain, and the limits that explain what users saw. Times are in milliseconds. */
export interface DrillTarget {
  /** For people: the tier's name, and which target of it where it has several. */
  readonly name: string;
  /** Name of the tier. */
  readonly tier: string;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id. */
  readonly model: string;
  /** Its place in the tier, from 1; absent where it is the only one. */
  readonly sibling?: number | undefined;
  /** Whether its tier is marked. */
  readonly degraded: boolean;
  /** The tier's limit for the rehearsed request; `undefined` when its function throws. */
  readonly timeoutMs: number | undefined;
  /** As in `TierLimits`. */
  readonly silentReasoningMs: number;
  /** As in `TierLimits`. */
  readonly progressMs: number;
}

/** What is struck together. */
export interface Strike {
  /** For people: a target, a vendor, `tiers 1 to 2`, `everyone`. */
  readonly name: string;
  /** `chosen`: by a selector. */
  readonly kind: "target" | "vendor" | "tiers" | "everyone" | "chosen";
  /** Places in the list of targets. */
  readonly targets: readonly number[];
}

/** How a user would have seen a call. `late`: its first words came more than 2 s later than in the healthy run. */
export type CallMark = "well" | "late" | "seam" | "failed";

/** One call of a scenario. Times are in milliseconds. */
export interface DrillCall {
  /** Since the scenario began. */
  readonly startedAtMs: number;
  /** Of which of ten conversations it is a turn; they take turns, and each call knows the turns before it. */
  readonly conversation: number;
  /** How a user would have seen it. */
  readonly mark: CallMark;
  /** Since the call began, until the user saw something; absent when nothing came. */
  readonly firstWordsMs?: number | undefined;
  /** Since the call began, until its end. */
  readonly endedMs: number;
  /** Whether the answer was less than the first tier's: its tier is marked, or its model is smaller. */
  readonly degraded: boolean;
  /** Name of the tier that answered; absent when none did. */
  readonly tier?: string | undefined;
  /** Code of the error; absent when the call was answered. */
  readonly code?: ErrorCode | undefined;
  /** What it cost by the chain's `prices`; absent without any. */
  readonly cost?: number | undefined;
  /** What the chain did. */
  readonly trace: Trace;
}

/** What users wait for their first words, over the calls that got some, in milliseconds. */
export interface FirstWords {
  /** Half of the calls waited less. */
  readonly p50: number;
  /** 95 of 100 calls waited less. */
  readonly p95: number;
  /** The longest wait. */
  readonly max: number;
  /** How much longer the longest wait is than that of the healthy run; 0 when it is not. */
  readonly added: number;
}

/** What came of one scenario. Times are in milliseconds. */
export interface DrillNumbers {
  /** All calls of the scenario. */
  readonly calls: number;
  /** Calls that failed. */
  readonly failed: number;
  /** Calls in which shown text became void, and another target began again. */
  readonly seams: number;
  /** Calls whose first words came late, without failure or seam. */
  readonly late: number;
  /** Calls that a lesser tier answered. */
  readonly degraded: number;
  /** Absent when no call got any. */
  readonly firstWords?: FirstWords | undefined;
  /** Requests to struck targets that failed. */
  readonly askedInVain: number;
  /** All requests. */
  readonly attempts: number;
  /** Tokens of all requests that told them, by the counts of the script; a request that a hedge stopped counts as read. */
  readonly tokens: number;
  /** Tokens of requests that failed, as far as they were billed, by the counts of the script. */
  readonly tokensInVain: number;
  /** Turns that another target answered than the turn before in the same conversation: no cache knows the conversation. */
  readonly moved: number;
  /** What all calls cost by the chain's `prices`; absent without any. */
  readonly cost?: number | undefined;
  /** From the begin of the outage to the first call that passed a struck target over; absent when none did. */
  readonly noticedAfterMs?: number | undefined;
  /** From the end of the outage to the first call that the usual tier answered; absent when none did. */
  readonly backAfterMs?: number | undefined;
}

/** One outage, rehearsed. */
export interface Scenario {
  /** What happens; absent in the healthy run. */
  readonly fault?: FaultName | undefined;
  /** To whom; absent in the healthy run. */
  readonly strike?: Strike | undefined;
  /** Whether a chain can be expected to survive it: false when everyone is struck on purpose. Budgets leave it out. */
  readonly isSurvivable: boolean;
  /** When it happens, in milliseconds since the scenario began; absent in the healthy run. */
  readonly outage?:
    | {
        /** Its begin. */
        readonly fromMs: number;
        /** Its end. */
        readonly toMs: number;
      }
    | undefined;
  /** The chain's targets, in order. */
  readonly targets: readonly DrillTarget[];
  /** Every call, in the order in which they began. */
  readonly calls: readonly DrillCall[];
  /** What came of it. */
  readonly numbers: DrillNumbers;
  /** One sentence for people. */
  readonly verdict: string;
  /** What to change, one sentence each, with the setting that is meant. */
  readonly advice: readonly string[];
}

/** What real targets were asked. */
export interface RealCost {
  /** Requests that were begun. */
  readonly requests: number;
  /** Tokens that they say they read. */
  readonly inputTokens: number;
  /** Tokens that they say they wrote, reasoning included. */
  readonly outputTokens: number;
  /** False when a request said nothing of its tokens, or ended early: then more may be billed. */
  readonly exact: boolean;
}

/** Sums over scenarios. */
export interface AheadNumbers extends Pick<
  DrillNumbers,
  "calls" | "failed" | "seams" | "late" | "attempts" | "tokens" | "moved" | "cost"
> {
  /** 95 of 100 of these calls waited less for their first words, in milliseconds; absent when no call got any. */
  readonly p95?: number | undefined;
}

/** What came of the same outages with one mechanism that looks ahead. */
export interface AheadRow {
  /** What was changed, as it is written in code; `as it is` in the first row, `without …` for what the chain has. */
  readonly change: string;
  /** The same calls without any outage. */
  readonly healthy: AheadNumbers;
  /** All survivable scenarios. */
  readonly total: AheadNumbers;
  /** The same by what happened. */
  readonly faults: Readonly<Partial<Record<FaultName, AheadNumbers>>>;
}

/** What a drill takes, before it begins. */
export interface DrillPlan {
  /** Outages that it plays. */
  readonly scenarios: number;
  /**
   * Calls that it makes, as far as it is known: an outage of those that a well chain does not ask is not played. Each is a
   * request or more; live, those cost money.
   */
  readonly calls: number;
  /** How long that is in milliseconds: of virtual time, or live of your own. */
  readonly durationMs: number;
}

/** What a drill found. */
export interface DrillResult {
  /** Of all chance. The same seed gives the same result. */
  readonly seed: number;
  /** How the calls were made. */
  readonly mode: "stream" | "generate";
  /** Milliseconds between two calls. */
  readonly everyMs: number;
  /** The chain's targets, in order. */
  readonly targets: readonly DrillTarget[];
  /** The same calls without any outage. */
  readonly healthy: Scenario;
  /** Worst first. */
  readonly scenarios: readonly Scenario[];
  /** Failed calls of all survivable scenarios. */
  readonly failed: number;
  /** Seams of all survivable scenarios. */
  readonly seams: number;
  /** Calls of all survivable scenarios that a lesser tier answered. */
  readonly degraded: number;
  /** What each mechanism that looks ahead would have changed, where that was asked for; the first row is the chain as it is. */
  readonly ahead?: readonly AheadRow[] | undefined;
  /** Of a live drill: what was really asked. Absent otherwise. */
  readonly asked?: RealCost | undefined;
}

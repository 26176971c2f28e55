import type { Clock } from "../model/clock.ts";
import type { JsonObject } from "../model/json.ts";
import type { Request } from "../model/request.ts";
import type { Target, Transport } from "../model/target.ts";
import type { EngineEvent } from "./engine-events.ts";
import type { SharedStore } from "./health/health-store.ts";
import type { ObserverFactory } from "./observers.ts";
import type { Policy } from "./policy.ts";

/**
 * Rewrites what is asked for one tier: options to replace, or a function from request to request. A function that throws
 * or returns a promise ends the call with a `config` error.
 */
export type RequestOverrides = Partial<Request> | ((request: Request) => Request);

/**
 * After how many milliseconds without text, reasoning or tool input an attempt is hedged. `p95`: after what 95 % of the
 * target's attempts in the last five minutes needed, once there are 20 of them. A function decides for each call, at once,
 * and `Infinity` is never; one that throws, or returns a promise or anything else, ends the call with a `config` error.
 */
export type HedgeAfter = number | "p95" | ((request: Request) => number | "p95");

/**
 * What becomes of an answer whose attempt fails after some of it was shown. `restart`: the next target begins the answer again.
 * `continue`: where it can be done safely the next target goes on with it, else it begins again. `fail`: the call ends with the
 * failure and what was shown.
 */
export type AfterRelease = "restart" | "continue" | "fail";

/**
 * The user's turn that asks a target to go on with an answer that broke off. A function gets the beginning of the answer and the
 * last words of it, which the model has to be asked to repeat: they are what the two are joined by. It has to answer at once;
 * where it throws, or returns no text, the answer begins again.
 */
export type ContinueWith = string | ((partial: string, lastWords: string) => string);

/** How long a tier may take, in milliseconds; `Infinity` means without a limit. */
export interface TierLimits {
  /**
   * Bounds the wait for output of this tier, never a flowing answer: milliseconds from entering the tier to the first
   * text, reasoning or tool input. May depend on the request. Default 15,000.
   */
  readonly timeoutMs?: number | ((request: Request) => number) | undefined;
  /** Replaces `timeoutMs` where a model reasons without showing it, or answers in one piece. Default 180,000. */
  readonly silentReasoningMs?: number | undefined;
  /** Longest time without any byte, in milliseconds, on wires that send keep-alives. Default 90,000. */
  readonly livenessMs?: number | undefined;
  /** Longest time without model output once it began, in milliseconds. Default 60,000. */
  readonly progressMs?: number | undefined;
  /** Replaces `progressMs` while silence is expected: hidden reasoning, tools on the vendor's side. Default 300,000. */
  readonly workingMs?: number | undefined;
}

interface TierBase extends TierLimits {
  /** Names the tier in answers, traces and options. Default `vendor/model` of the first target. */
  readonly name?: string | undefined;
  /** Marks answers of this tier, so that the application can tell its users. Default false. */
  readonly degraded?: boolean | undefined;
  /**
   * Which sibling a call asks first. `first`: the first in order that may be asked. `spread`: the one with the fewest
   * running attempts, of equals the one that was chosen longest ago. Default `first`.
   */
  readonly balance?: "first" | "spread" | undefined;
  /**
   * Which target a call asks first, where the tier's targets are *different* models that are equally good for you.
   * `fastest`: by the time to first content in the last minutes. `cheapest`: by `prices`, for this request. Then what one
   * model cannot take, another one of the tier is still asked for. Default `declared`: as listed, and all are one model.
   */
  readonly order?: "declared" | "fastest" | "cheapest" | undefined;
  /** Changes the request for this tier only. Default: it is sent as it was made. */
  readonly requestOverrides?: RequestOverrides | undefined;
  /**
   * Asks the next candidate beside an attempt of this tier that has shown nothing for so many milliseconds; the first of the
   * two with content answers, and the other one is stopped. At most one call in ten is hedged, and none that lets a vendor
   * act on its side. Default: no attempt is hedged.
   */
  readonly hedgeAfterMs?: HedgeAfter | undefined;
}

/** One step of a chain: a target, or interchangeable siblings (other keys, regions or clouds of the same model). */
export type TierInput =
  | Target
  | (TierBase & {
      /** The only target of the tier. */
      readonly target: Target;
    })
  | (TierBase & {
      /** Siblings, asked one after the other within the tier's time; at least one. */
      readonly targets: readonly Target[];
    });

/** What a target costs, per million tokens. */
export interface Price {
  /** Input that no cache helped with. */
  readonly input: number;
  /** Output, reasoning included. */
  readonly output: number;
  /** Input that was read from a cache. Default: as `input`. */
  readonly cacheRead?: number | undefined;
  /** Input that was written to a cache. Default: as `input`. */
  readonly cacheWrite?: number | undefined;
  /** Such as `USD`, for your eyes alone; the same in all prices of a chain. Default: none. */
  readonly currency?: string | undefined;
}

/** Options of `createChain`; every one may be left out. */
export interface ChainOptions {
  /** Decides after each failure, at once: when it throws or returns a promise, `defaultPolicy` decides. Default `defaultPolicy`. */
  readonly policy?: Policy | undefined;
  /**
   * How long streamed text is held back after the first of it, in milliseconds, so that an early failure stays invisible.
   * `Infinity` holds every stream until it is whole: all failures are silent, nothing streams. Default 50.
   */
  readonly holdMs?: number | undefined;
  /** What `textStream()` prints where another target starts the answer again. Default `DEFAULTS.marker`. */
  readonly marker?: string | undefined;
  /** What happens when an attempt fails after some of its answer was shown. Default `restart`. */
  readonly afterRelease?: AfterRelease | undefined;
  /** What asks a target to go on, for `afterRelease: "continue"`. Default: English words, which `docs/ahead.md` shows. */
  readonly continueWith?: ContinueWith | undefined;
  /** The most attempts of one call, repeats included. Default: the number of targets + 2. */
  readonly maxAttempts?: number | undefined;
  /** A stream that is not read for so many milliseconds is stopped, after at most twice the time. Default 120,000. */
  readonly consumerIdleMs?: number | undefined;
  /**
   * Keeps the vendors' own words, redacted, as `vendorMessage` of failed attempts: not enumerable, so that no log shows them
   * by accident, as they may repeat parts of the prompt. Default false.
   */
  readonly vendorMessages?: boolean | undefined;
  /**
   * What becomes of targets without a key. `throw`: the chain cannot be built. `skip`: they are passed over, loudly, as
   * long as one target has a key. Default `throw`.
   */
  readonly missingKeys?: "throw" | "skip" | undefined;
  /**
   * What targets make their requests by that have not chosen it themselves, by `transport`, `fetch` or `client`: `node`,
   * for `node:http`, is the fastest on Node. Those that have no choice keep what they have. Default: each target's own.
   */
  readonly transport?: Transport | undefined;
  /** Gives answers a `pin`, and has calls heed the one they are given. Default false. */
  readonly pins?: boolean | undefined;
  /** How long a pin is heeded after its answer, in milliseconds. Default 3,600,000. */
  readonly pinMs?: number | undefined;
  /**
   * Passes over a target whose remaining requests or tokens, as its vendor last stated them, do not suffice for the request,
   * while another one is well. Default false: a limit is noticed when the vendor refuses.
   */
  readonly steering?: boolean | undefined;
  /**
   * What targets cost, by `vendor/model`, or by `vendor/model@endpoint` where that differs: for `cost`, `maxCost` and tiers in
   * the order `cheapest`. Entries that no target has are not looked at. Default: none, and nothing is estimated.
   */
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Sees every decision. May be async; it is not waited for. What it throws or rejects with goes to `onInternalError`. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /**
   * Watch the chain, for telemetry: `openTelemetry()` of `@understudy/otel`, or your own. Each is called once, while the
   * chain is built. Default: none.
   */
  readonly observers?: readonly ObserverFactory[] | undefined;
  /** Sees what callbacks throw or reject with. What it throws or rejects with itself is ignored. Default: ignored. */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
  /**
   * Shares health with other chains or processes: `memoryStore()`, or what `shareHealth` makes of a store. Default: each
   * chain knows only what it saw itself.
   */
  readonly store?: SharedStore | undefined;
  /** Every clock and timer of the chain, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Returns numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** Options of `generate` and `stream`; every one may be left out. */
export interface CallOptions {
  /** Cancels the call: it rejects with `aborted`, whose cause is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Bounds the whole call, answer included, in milliseconds. Default 3,600,000. */
  readonly deadlineMs?: number | undefined;
  /** Bounds the wait until output is released, in milliseconds. Default: no bound. */
  readonly startWithinMs?: number | undefined;
  /** Only these tiers, in the chain's order. An unknown name throws `invalid-request`. Default: all. */
  readonly tiers?: readonly string[] | undefined;
  /** False leaves out tiers marked degraded, and only those: a smaller model without a mark is asked. Default true. */
  readonly allowDegraded?: boolean | undefined;
  /** The chain's option of this name, for this call. */
  readonly afterRelease?: AfterRelease | undefined;
  /** The chain's option of this name, for this call. */
  readonly continueWith?: ContinueWith | undefined;
  /**
   * The `pin` of the answer before in the same conversation: its target is asked first while it is well. One that is stale,
   * damaged or of another chain is ignored, and so is every one in a chain without `pins`. Default: none.
   */
  readonly pin?: string | undefined;
  /**
   * The most that the call may cost, attempts that failed included, in the currency of the chain's `prices`: targets that
   * could cost more are passed over, and those for which that is not known. Needs `prices`. Default: no bound.
   */
  readonly maxCost?: number | undefined;
  /**
   * Your own facts about the call, for events and trace; no vendor gets them. Plain JSON of at most 8,192 characters, copied
   * when the call begins. Put ids in it, not prompts: it is shown wherever events and traces are. Default: none.
   */
  readonly metadata?: JsonObject | undefined;
}

/** What counts where an option is left out. Times are in milliseconds. */
export const DEFAULTS = {
  timeoutMs: 15_000,
  silentReasoningMs: 180_000,
  livenessMs: 90_000,
  progressMs: 60_000,
  workingMs: 300_000,
  holdMs: 50,
  marker: "\n\n—continuing on backup—\n\n",
  consumerIdleMs: 120_000,
  deadlineMs: 3_600_000,
} as const;

import type { FailureClass, FailureScope } from "./failure.ts";
import type { Usage } from "./usage.ts";

/** Something of the request that a target could not take as asked. */
export interface Loss {
  /** What was lost, by its name in the request: `temperature`, `messages[2] reasoning`, `stop`. */
  readonly what: string;
  readonly action: "dropped" | "downgraded" | "translated";
  /** Why, in a few words, without any content of the request. */
  readonly reason?: string | undefined;
}

/** What the vendor said about remaining quota, by header name without the vendor's prefix. */
export type RateLimits = { readonly [name: string]: string };

/** `half-open`: one probe is finding out whether the route is well again. */
export type BreakerState = "closed" | "open" | "half-open";

/**
 * Why an attempt is made although its target is not known to be well: `probe` finds out for its breaker, `trial` whether
 * somebody has acted on a hard block, `last-resort` because nothing else is left.
 */
export type Venture = "probe" | "trial" | "last-resort";

/** Why the same target is asked again with the same request. */
export type RepeatKind = "fresh-connection" | "backoff" | "wait";

/** One call to one target. Holds no key, prompt, completion, header or URL. */
export interface AttemptRecord {
  /** Its number within the call, from 1. */
  readonly attempt: number;
  readonly tier: string;
  readonly vendor: string;
  readonly model: string;
  readonly endpoint: string;
  /** Milliseconds since the call began. */
  readonly startedAtMs: number;
  /** Milliseconds since the attempt began, for this and the next. */
  readonly firstContentMs?: number | undefined;
  readonly endedMs: number;
  readonly outcome: "answered" | "failed" | "stopped";
  readonly class?: FailureClass | undefined;
  readonly scope?: FailureScope | undefined;
  readonly status?: number | undefined;
  readonly vendorCode?: string | undefined;
  /** What is wrong in our own words, where the class leaves it open. */
  readonly explanation?: string | undefined;
  readonly requestId?: string | undefined;
  /** The model that answered, where the vendor says so. */
  readonly servedModel?: string | undefined;
  /** Characters of text and reasoning that reached the consumer. */
  readonly deliveredChars: number;
  readonly retryAfterMs?: number | undefined;
  /** How long the failed scope is left alone by later calls. */
  readonly cooldownMs?: number | undefined;
  /** State of the breaker of this model at its endpoint when the attempt began and ended. */
  readonly breakerBefore: BreakerState;
  readonly breakerAfter: BreakerState;
  readonly venture?: Venture | undefined;
  /** Why this attempt repeats the one before at the same target. */
  readonly repeat?: RepeatKind | undefined;
  /** What the adapter changed in the request after the attempt before was rejected. */
  readonly repair?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly usageSource: "vendor" | "unknown";
  readonly rateLimits?: RateLimits | undefined;
  readonly losses: readonly Loss[];
}

/** A candidate that was not tried, and why. */
export interface SkipRecord {
  readonly tier: string;
  readonly vendor: string;
  readonly model: string;
  readonly endpoint: string;
  readonly reason: SkipReason;
  readonly detail?: string | undefined;
  /** What failed in an earlier call, where that is why. */
  readonly class?: FailureClass | undefined;
}

export type SkipReason =
  | "not-selected"
  | "degraded-not-allowed"
  | "unsupported"
  | "window-too-small"
  | "scope-failed"
  | "no-time"
  | "cooldown"
  | "breaker"
  | "isolated"
  | "repeats-used-up";

export interface Trace {
  readonly attempts: readonly AttemptRecord[];
  readonly skipped: readonly SkipRecord[];
  readonly totalMs: number;
  /**
   * An attempt failed, or a candidate was passed over, for a reason the operator has to mend: credentials, billing,
   * configuration, a vendor's drift.
   */
  readonly needsAttention: boolean;
}

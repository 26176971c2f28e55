import type { FailureClass, FailureScope } from "./failure.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { JsonObject } from "./json.ts";
import type { Usage } from "./usage.ts";

/** Something of the request that a target could not take as asked. */
export interface Loss {
  /** What was lost, by its name in the caller's request: `temperature`, `messages[2] reasoning`, `stop`. */
  readonly what: string;
  /** `translated`: said in another way; `downgraded`: only in part; `dropped`: not at all. */
  readonly action: "dropped" | "downgraded" | "translated";
  /** Why, in a few words, without any content of the request. */
  readonly reason?: string | undefined;
}

/** What the vendor said about remaining quota, by header name without the vendor's prefix. */
export type RateLimits = {
  /** Such as `requests-remaining`, with the vendor's value as text. */
  readonly [name: string]: string;
};

/** `half-open`: one probe is finding out whether the route is well again. */
export type BreakerState = "closed" | "open" | "half-open";

/**
 * Why an attempt is made although its target is not known to be well: `probe` finds out for its breaker, `trial` whether
 * a person has acted on a hard block, `last-resort` because nothing else is left.
 */
export type Venture = "probe" | "trial" | "last-resort";

/** Why the same target is asked again with the same request. */
export type RepeatKind = "fresh-connection" | "backoff" | "wait";

/**
 * Why an answer is not gone on with, but begun again. `used`: the call has done it before. `too-short`: less than 200
 * characters were shown. `not-plain-text`: more than text and reasoning was shown or begun, or the vendor ran tools. `tools`,
 * `json`: the request has them. `native-fields`: it asks for what belongs to the text of one answer (citations, log
 * probabilities). `ends-with-answer`: it has the model go on with an answer of its own. `repetitive`: the last words shown
 * could be mistaken for earlier ones. `wording`: `continueWith` gave no text. `no-attempt`: the attempts of the call would not
 * suffice to ask again without. `refused`: the target did not take it. `no-seam`: it is not certain where the two meet.
 */
export type NotContinued =
  | "used"
  | "too-short"
  | "not-plain-text"
  | "tools"
  | "json"
  | "native-fields"
  | "ends-with-answer"
  | "repetitive"
  | "wording"
  | "no-attempt"
  | "refused"
  | "no-seam";

/** One call to one target. Holds no key, prompt, completion, header or URL. */
export interface AttemptRecord {
  /** Its number within the call, from 1. */
  readonly attempt: number;
  /** Name of the tier. */
  readonly tier: string;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model: string;
  /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
  readonly sibling?: number | undefined;
  /** Host or region label. */
  readonly endpoint: string;
  /** Milliseconds since the call began. */
  readonly startedAtMs: number;
  /** Milliseconds from the beginning of the attempt to the first text, reasoning or tool input; absent when none came. */
  readonly firstContentMs?: number | undefined;
  /** Milliseconds from the beginning of the attempt to its end. */
  readonly endedMs: number;
  /** `stopped`: it was no longer wanted while it ran, for a reason that is not the target's. */
  readonly outcome: "answered" | "failed" | "stopped";
  /** `hedge`: of two attempts that ran beside each other, the other one decided the call. Absent where the call was stopped. */
  readonly stoppedBy?: "hedge" | undefined;
  /** What kind of failure ended it; absent when it answered, and when the other of two attempts was preferred. */
  readonly class?: FailureClass | undefined;
  /** What that failure belongs to. */
  readonly scope?: FailureScope | undefined;
  /** The HTTP status of the failure, where there was one. */
  readonly status?: number | undefined;
  /** The vendor's own code for the failure, where it gave one that is safe to show. */
  readonly vendorCode?: string | undefined;
  /** What is wrong in our own words, where the class leaves it open. */
  readonly explanation?: string | undefined;
  /**
   * The vendor's own words, redacted and cut to 500 characters, where the chain keeps them (`vendorMessages`). Not
   * enumerable: they may repeat parts of the prompt.
   */
  readonly vendorMessage?: string | undefined;
  /** The vendor's id of the request, for its support. */
  readonly requestId?: string | undefined;
  /** The vendor's id of the answer, where it came to its end and the wire has one. */
  readonly responseId?: string | undefined;
  /** The model that answered, where the vendor says so. */
  readonly servedModel?: string | undefined;
  /** Why the answer ended; absent where it did not come to its end. */
  readonly finishReason?: FinishReason | undefined;
  /** The vendor's own word for it, where it gave one that is safe to keep. */
  readonly rawFinishReason?: string | undefined;
  /** Characters of text and reasoning that reached the consumer. */
  readonly deliveredChars: number;
  /** Milliseconds that the vendor asked to wait, where it stated a time. */
  readonly retryAfterMs?: number | undefined;
  /** How long the failed scope is left alone by later calls. */
  readonly cooldownMs?: number | undefined;
  /** State of the breaker of this model at its endpoint when the attempt began. */
  readonly breakerBefore: BreakerState;
  /** State of the same breaker when the attempt ended. */
  readonly breakerAfter: BreakerState;
  /** Why it was made although its target was not known to be well. */
  readonly venture?: Venture | undefined;
  /** Why this attempt repeats the one before at the same target. */
  readonly repeat?: RepeatKind | undefined;
  /** What the adapter changed in the request after the attempt before was rejected. */
  readonly repair?: string | undefined;
  /** It began beside an attempt that had shown nothing for `hedgeAfterMs`; absent where it did not. */
  readonly hedge?: true | undefined;
  /** It was to go on with the answer of an earlier attempt, and how it was asked to; absent where it began its own. */
  readonly continues?: "prefix" | "prefill" | "instruct" | undefined;
  /** Why it was not, where the call asks for that (`afterRelease: "continue"`) and something had been shown. */
  readonly notContinued?: NotContinued | undefined;
  /** Tokens, where the vendor stated them; failed attempts are usually billed too. */
  readonly usage?: Usage | undefined;
  /** `unknown`: the vendor stated no counts. */
  readonly usageSource: "vendor" | "unknown";
  /** What the vendor said about remaining quota, where it said something. */
  readonly rateLimits?: RateLimits | undefined;
  /** What of the request this target could not take as asked. */
  readonly losses: readonly Loss[];
}

/** A candidate that was not tried, and why. */
export interface SkipRecord {
  /** Name of the tier. */
  readonly tier: string;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model: string;
  /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
  readonly sibling?: number | undefined;
  /** Host or region label. */
  readonly endpoint: string;
  /** Why it was passed over. */
  readonly reason: SkipReason;
  /** More on the reason: the missing capability, or the kind of scope that is blocked. */
  readonly detail?: string | undefined;
  /** What failed in an earlier call, where that is why. */
  readonly class?: FailureClass | undefined;
}

/** Why a candidate was not tried. */
export type SkipReason =
  | "not-selected"
  | "no-key"
  | "degraded-not-allowed"
  | "unsupported"
  | "window-too-small"
  | "scope-failed"
  | "no-time"
  | "cooldown"
  | "breaker"
  | "isolated"
  | "repeats-used-up"
  | "quota-low"
  | "too-dear";

/** What became of the pin that a call was given. */
export interface PinRecord {
  /** `kept`: the pinned target answered. `left`: another one was asked. `ignored`: the pin names no target of this chain now. */
  readonly outcome: "kept" | "left" | "ignored";
  /** Why it was left, or ignored; absent where it was kept. */
  readonly because?: SkipReason | FailureClass | "foreign" | "stale" | "hedge" | undefined;
}

/** What a call did: every attempt, and every candidate that was passed over. */
export interface Trace {
  /** Counts the calls of the chain, from 1; the same in events, answer and error. */
  readonly callId: number;
  /** Wall time at the beginning of the call, in milliseconds since 1970. */
  readonly startedAt: number;
  /** What the caller gave with the call, copied and frozen; absent when nothing was given. */
  readonly metadata?: JsonObject | undefined;
  /** Every attempt, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** Candidates that were not tried, in order. */
  readonly skipped: readonly SkipRecord[];
  /** What became of the pin that the call was given; absent without one, and while no target was asked. */
  readonly pin?: PinRecord | undefined;
  /** Milliseconds from the beginning of the call to its end. */
  readonly totalMs: number;
  /**
   * An attempt failed, or a candidate was passed over, for a reason the operator has to fix: credentials, billing,
   * configuration, a vendor's drift.
   */
  readonly needsAttention: boolean;
}

/** Where it went wrong, for failures that are about the way to the vendor. */
export function hostOf({ class: failed = "unknown", endpoint }: AttemptRecord): string | undefined {
  return /^(network|gateway|redirect|endpoint)/.test(failed) ? `at ${endpoint}` : undefined;
}

/** Which target of which tier, in words. */
export function placeOf({ tier, sibling }: Pick<SkipRecord, "tier" | "sibling">): string {
  return sibling === undefined ? tier : `${tier} #${sibling}`;
}

/** Why a candidate was not tried, in words. */
export function reasonOf({ reason, detail, class: failed }: SkipRecord): string {
  const why = failed ?? detail;
  return why === undefined ? reason : `${reason} (${why})`;
}

/** What became of an attempt that did not answer, in words. */
export function wordsOf(record: AttemptRecord): string {
  const { outcome, class: failed, status, vendorCode, explanation, venture, stoppedBy } = record;
  const why = stoppedBy === undefined ? `with ${failed}` : `by ${stoppedBy}`;
  const facts = [placeOf(record), venture && `(${venture})`, outcome, why, status && `(${status})`];
  const line = [...facts, vendorCode, hostOf(record)].filter((fact) => fact !== undefined).join(" ");
  return explanation === undefined ? line : `${line}: ${explanation}`;
}

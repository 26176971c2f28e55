import type { AttemptRecord } from "@understudy/core";
import { lateness } from "./clocks.ts";
import type { KnownHealth, Progress, ReplayedAttempt } from "./known-health.ts";
import { wordsOf } from "./output.ts";
import { RULES } from "./rules.ts";
import type { Limits } from "./shares.ts";
import { LATE_MS } from "./tolerance.ts";
import {
  failureOf,
  isDeadConnection,
  isOurTimeout,
  ownLimit,
  readsOf,
  sleptWithin,
  thrownBy,
  type AttemptFact,
  type HealthVerdict,
} from "./words.ts";

/**
 * What an attempt says about the health of its route: rules R2.5, R3.8, R3.9, R6.2 and R6.8. Undefined where the
 * reading of a clock decides.
 */
export function verdictOf(
  known: KnownHealth,
  limits: Limits,
  attempt: ReplayedAttempt,
  record: AttemptRecord,
): HealthVerdict | undefined {
  const route = known.route(attempt.target);
  if (record.outcome === "stopped") return "neutral";
  const failureClass = record.class;
  if (failureClass === undefined) {
    if (thrownBy(attempt) === undefined) route.throwsInARow = 0;
    return "ok";
  }
  route.throwsInARow = failureClass === "adapter.threw" ? route.throwsInARow + 1 : 0;
  if (failureClass === "adapter.threw") return route.throwsInARow >= 3 ? "bad" : "neutral";
  const isOurs = isOurTimeout(attempt);
  if (isOurs && sleptWithin(known.facts, attempt.startedAt, known.at) > 0) {
    // Whatever was decided that late says nothing; in between, the engine may have armed its timer for something earlier.
    return lateness(known.facts, attempt, limits) > 250 + 2 * LATE_MS ? "neutral" : undefined;
  }
  if (isOurs && failureClass === "timeout.first-content") return patience(known, attempt);
  if (isDeadConnection(attempt)) return "neutral";
  if (attempt.permit.kind === "probe" && failureClass.startsWith("rate.")) return "ok";
  return RULES[failureClass].health;
}

/** Silence for a third of the limit says something of the route, less says something of the caller. */
function patience({ facts, at }: KnownHealth, attempt: ReplayedAttempt): HealthVerdict | undefined {
  const { target, upstream, startedAt } = attempt;
  const tier = facts.plan.tiers[target.tier];
  const isMute = readsOf(upstream).every(({ parts }) => parts.every(({ type }) => type === "response"));
  const awaitsEvent = target.silentReasoning && target.eventsAtOnce && !target.unary && isMute;
  const own = Math.min(ownLimit(facts, target), awaitsEvent ? (tier?.timeoutMs ?? 0) : Infinity);
  const waited = at - startedAt;
  if (Math.abs(waited - own / 3) < LATE_MS) return undefined;
  return waited > own / 3 ? "slow" : "neutral";
}

/** The same failure with the same words, twice in a row at a model: nobody is asked there a third time. */
export function learnOutput(
  progress: Progress,
  { target, upstream }: ReplayedAttempt,
  { class: failureClass }: AttemptRecord,
): void {
  const words = upstream === undefined ? "" : wordsOf(upstream);
  const output = `${failureClass} ${words}`;
  if (words === "" && failureClass?.startsWith("output.") !== true) return;
  if (progress.lastOutput.get(target.tier) === output) progress.closedTiers.add(target.tier);
  progress.lastOutput.set(target.tier, output);
}

/** The time an upstream stated; what is no time at all counts as not stated. */
export function statedOf(attempt: AttemptFact): number | undefined {
  const retryAfterMs = failureOf(attempt)?.details.retryAfterMs;
  return retryAfterMs === undefined || Number.isNaN(retryAfterMs) || retryAfterMs < 0 ? undefined : retryAfterMs;
}

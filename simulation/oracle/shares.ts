import type { KnownHealth, Progress } from "./known-health.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { UpstreamFact } from "../facts.ts";
import { ownLimit } from "./words.ts";

/** How long an attempt may wait for its first content: bounds, where health decides and is known only roughly. */
export interface LimitRange {
  readonly shortest: number;
  readonly longest: number;
}

/** The limits of all attempts of a schedule. */
export type Limits = ReadonlyMap<UpstreamFact, LimitRange>;

const LEAST_SHARE_MS = 250;

/** Milliseconds that the call's own deadlines leave. */
export function leftOfCall({ call, isReleased }: Progress, now: number): number {
  const { deadlineMs = 3_600_000, startWithinMs = Infinity } = call.plan;
  return call.startedAt + Math.min(deadlineMs, isReleased ? Infinity : startWithinMs) - now;
}

/**
 * What the tier's clock leaves, and of what the call's deadlines leave half while somebody else could still be asked:
 * a target that hangs leaves the next one its half.
 */
export function limitOf(known: KnownHealth, progress: Progress, target: TargetPlan, isLastResort: boolean): LimitRange {
  const own = ownLimit(known.facts, target);
  const left = leftOfCall(progress, known.at);
  const ofTier = (progress.tierSince.get(target.tier) ?? known.at) + own - known.at;
  const limit = (share: number): number => Math.max(0, Math.min(own, ofTier, share));
  const whole = limit(left);
  const half = limit(Math.min(left, Math.max(left / 2, LEAST_SHARE_MS)));
  const others = isLastResort ? "none" : known.othersLeft(progress);
  return { shortest: others === "none" ? whole : half, longest: others === "some" ? half : whole };
}

import { findOrderedViolations } from "./ordered/oracle.ts";
import { makeOrderedPlan } from "./ordered/plan.ts";
import { playOrdered } from "./ordered/play.ts";
import { findSharedViolations } from "./shared/oracle.ts";
import { makeSharedPlan } from "./shared/plan.ts";
import { playShared } from "./shared/play.ts";
import type { Profile } from "./world/plan.ts";
import type { Violation } from "./oracle/words.ts";
import { profileOf, runSchedule } from "./schedule.ts";

/** In worlds of their own: `shared`, several processes with one store; `ordered`, tiers in an order, for many minutes. */
export type AnyProfile = Profile | "shared" | "ordered";

export interface Batch {
  readonly seed: number;
  readonly schedules: number;
  /** Distance between two seeds, so that several workers share a range. */
  readonly step: number;
  readonly profile: AnyProfile | "mixed";
  /** Schedules between two reports. Default 100. */
  readonly reportEvery?: number;
  /** The first seed that fails is enough. */
  readonly stopsAtFirst?: boolean;
}

export interface Failing {
  readonly seed: number;
  readonly profile: AnyProfile;
  readonly violations: readonly Violation[];
}

export interface Figures {
  schedules: number;
  calls: number;
  attempts: number;
  readonly failing: Failing[];
}

export const noFigures = (): Figures => ({ schedules: 0, calls: 0, attempts: 0, failing: [] });

/** Plays schedule after schedule; `report` sees the figures now and then and says whether to go on. */
export async function runBatch(batch: Batch, report?: (figures: Figures) => boolean): Promise<Figures> {
  let figures = noFigures();
  const total = noFigures();
  for (let index = 0; index < batch.schedules; index++) {
    const seed = batch.seed + index * batch.step;
    const profile = batch.profile === "mixed" ? profileOf(seed) : batch.profile;
    // oxlint-disable-next-line no-await-in-loop -- one world at a time
    const { violations, calls, attempts } = await playOne(seed, profile);
    for (const sum of [figures, total]) {
      sum.schedules++;
      sum.calls += calls;
      sum.attempts += attempts;
      if (violations.length > 0) sum.failing.push({ seed, profile, violations: violations.slice(0, 5) });
    }
    const isTime =
      (index + 1) % (batch.reportEvery ?? 100) === 0 || index === batch.schedules - 1 || violations.length > 0;
    if (isTime && report !== undefined) {
      if (!report(figures)) break;
      figures = noFigures();
    }
    if (violations.length > 0 && batch.stopsAtFirst === true) break;
  }
  return total;
}

interface Played {
  readonly violations: readonly Violation[];
  readonly calls: number;
  readonly attempts: number;
}

async function playOne(seed: number, profile: AnyProfile): Promise<Played> {
  if (profile === "shared") {
    const facts = await playShared(makeSharedPlan(seed));
    const { violations } = findSharedViolations(facts);
    return { violations, calls: facts.calls.length, attempts: facts.asks.length };
  }
  if (profile === "ordered") {
    const facts = await playOrdered(makeOrderedPlan(seed));
    return { violations: findOrderedViolations(facts), calls: facts.plan.calls.length, attempts: facts.asks.length };
  }
  const { violations, facts } = await runSchedule(seed, profile);
  const attempts = facts.calls.reduce((sum, call) => sum + call.upstream.length, 0);
  return { violations, calls: facts.calls.length, attempts };
}

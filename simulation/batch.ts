import type { Profile } from "./world/plan.ts";
import type { Violation } from "./oracle/words.ts";
import { profileOf, runSchedule } from "./schedule.ts";

export interface Batch {
  readonly seed: number;
  readonly schedules: number;
  /** Distance between two seeds, so that several workers share a range. */
  readonly step: number;
  readonly profile: Profile | "mixed";
  /** The first seed that fails is enough. */
  readonly stopsAtFirst?: boolean;
}

export interface Failing {
  readonly seed: number;
  readonly profile: Profile;
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
    const { violations, facts } = await runSchedule(seed, profile);
    for (const sum of [figures, total]) {
      sum.schedules++;
      sum.calls += facts.calls.length;
      sum.attempts += facts.calls.reduce((attempts, call) => attempts + call.upstream.length, 0);
      if (violations.length > 0) sum.failing.push({ seed, profile, violations: violations.slice(0, 5) });
    }
    const isTime = (index + 1) % 100 === 0 || index === batch.schedules - 1 || violations.length > 0;
    if (isTime && report !== undefined) {
      if (!report(figures)) break;
      figures = noFigures();
    }
    if (violations.length > 0 && batch.stopsAtFirst === true) break;
  }
  return total;
}

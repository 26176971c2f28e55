import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";
import { formatLog, runSchedule } from "./schedule.ts";
import type { Profile } from "./world/plan.ts";
import { isLong } from "../scripts/long.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = isLong ? 20_000 : 4_000;

interface ProfileTests {
  /** What the schedules are like, in words. */
  readonly of: string;
  readonly profile: Profile;
  readonly most: number;
  readonly least: number;
  /** A schedule that has all of it, and signs of that in its log: one without would be the same each time, too. */
  readonly sample?: { readonly seed: number; readonly signs: readonly string[] };
}

/** The same tests for each profile, in a file of its own, as files are run side by side. */
export function testProfile({ of, profile, most, least, sample }: ProfileTests): void {
  test(`no schedule ${of} breaks a rule`, { timeout: 60_000 }, async () => {
    const started = performance.now();
    const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

    const figures = await runBatch({ seed: 1, schedules: most, step: 1, profile }, isTimeLeft);

    expect(figures.failing).toEqual([]);
    expect(figures.schedules).toBeGreaterThanOrEqual(least);
  });

  if (sample === undefined) return;
  test(`R9.8 the same seed gives the same log, ${of} too`, async () => {
    const { seed, signs } = sample;
    const logs = [await runSchedule(seed, profile), await runSchedule(seed, profile)].map(({ facts }) =>
      formatLog(facts),
    );

    expect(logs[0]).toBe(logs[1]);
    for (const sign of signs) expect(logs[0]).toContain(sign);
  });
}

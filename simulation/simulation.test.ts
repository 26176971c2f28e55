import { describe, expect, test } from "vitest";
import { CORPUS } from "./corpus.ts";
import { formatLog, profileOf, runSchedule } from "./schedule.ts";
import { SimulatedClock } from "./world/clock.ts";
import { makePlan } from "./world/make-plan.ts";
import { SeededRandom } from "./world/random.ts";
import { runWorld } from "./world/world.ts";

describe("deterministic simulation", () => {
  test.each(CORPUS)("seed $seed ($profile) holds, where $found", async ({ seed, profile }) => {
    const { violations } = await runSchedule(seed, profile);

    expect(violations).toEqual([]);
  });

  test("R9.8 the same seed gives the same log, byte for byte, three times over", async () => {
    for (const seed of [3, 4, 5, 6, 7, 8]) {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const logs = [await logOf(seed), await logOf(seed), await logOf(seed)];

      expect(new Set(logs).size).toBe(1);
      expect(logs[0]?.length).toBeGreaterThan(1_000);
    }
  });

  test("R3.1 a wall clock that jumps by a day changes nothing", async () => {
    for (const seed of [9, 10, 11, 12, 13, 14]) {
      const plan = { ...makePlan(seed, profileOf(seed), new SeededRandom(seed)), wallJumps: [] };
      const jumps = [-1, 1].map((sign, index) => ({ at: 300 * (index + 1), ms: sign * 86_400_000 }));

      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const [still, jumping] = [await runWorld(plan), await runWorld({ ...plan, wallJumps: jumps })];

      expect(outcomes(jumping)).toEqual(outcomes(still));
    }
  });

  test.each([
    { hook: "throws", lastHook: "quiet" },
    { hook: "rejects", lastHook: "quiet" },
    { hook: "rejects", lastHook: "rejects" },
    { hook: "throws", lastHook: "throws" },
  ] as const)("R9.6 callbacks that fail at every event change nothing (%o)", async (manners) => {
    for (const seed of [15, 16, 17, 18, 19, 20]) {
      const made = makePlan(seed, profileOf(seed), new SeededRandom(seed));
      const plan = { ...made, hook: "quiet", lastHook: "quiet" } as const;

      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const [quiet, failing] = [await runWorld(plan), await runWorld({ ...plan, ...manners })];

      expect(formatLog(failing)).toBe(formatLog(quiet));
      expect(failing.stray).toEqual([]);
    }
  });

  test("two readings of the clock are never the same, and no timer is early", async () => {
    const clock = new SimulatedClock(new SeededRandom(1));
    const engine = clock.engineClock();
    const fired: number[] = [];
    const readings = Array.from({ length: 1_000 }, () => engine.now());
    const from = engine.now();
    for (const delayMs of [0, 1, 50, 50, 7_000])
      engine.setTimeout(() => fired.push(engine.now() - from - delayMs), delayMs, false);

    await clock.run(() => false, Infinity);

    expect(readings.every((at, index) => at > (readings[index - 1] ?? 0))).toBe(true);
    expect(fired).toHaveLength(5);
    expect(Math.min(...fired)).toBeGreaterThan(0);
    expect(Math.max(...fired)).toBeLessThan(5);
  });
});

async function logOf(seed: number): Promise<string> {
  return formatLog((await runSchedule(seed, profileOf(seed))).facts);
}

function outcomes(facts: Awaited<ReturnType<typeof runWorld>>): unknown[] {
  return facts.calls.map(({ events }) => events.map(({ event }) => event));
}

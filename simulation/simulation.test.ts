import { describe, expect, test } from "vitest";
import { CORPUS } from "./corpus.ts";
import { formatLog, profileOf, runSchedule } from "./schedule.ts";
import { makePlan } from "./world/plan.ts";
import { SeededRandom } from "./world/random.ts";
import { runWorld } from "./world/world.ts";

describe("deterministic simulation", () => {
  test.each(CORPUS)("seed $seed ($profile) holds, where $found", async ({ seed, profile }) => {
    const { violations } = await runSchedule(seed, profile);

    expect(violations).toEqual([]);
  });

  test("invariant 37: the same seed gives the same log, byte for byte, three times over", async () => {
    for (const seed of [3, 4, 5, 6, 7, 8]) {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const logs = [await logOf(seed), await logOf(seed), await logOf(seed)];

      expect(new Set(logs).size).toBe(1);
      expect(logs[0]?.length).toBeGreaterThan(1_000);
    }
  });

  test("invariant 42: a wall clock that jumps by a day changes nothing", async () => {
    for (const seed of [9, 10, 11, 12, 13, 14]) {
      const plan = { ...makePlan(seed, profileOf(seed), new SeededRandom(seed)), wallJumps: [] };
      const jumps = [-1, 1].map((sign, index) => ({ at: 300 * (index + 1), ms: sign * 86_400_000 }));

      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const [still, jumping] = [await runWorld(plan), await runWorld({ ...plan, wallJumps: jumps })];

      expect(outcomes(jumping)).toEqual(outcomes(still));
    }
  });

  test("invariant 38: a hook that throws at every event changes nothing", async () => {
    for (const seed of [15, 16, 17, 18, 19, 20]) {
      const plan = { ...makePlan(seed, profileOf(seed), new SeededRandom(seed)), hookThrows: false };

      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const [quiet, throwing] = [await runWorld(plan), await runWorld({ ...plan, hookThrows: true })];

      expect(formatLog(throwing)).toBe(formatLog(quiet));
    }
  });
});

async function logOf(seed: number): Promise<string> {
  return formatLog((await runSchedule(seed, profileOf(seed))).facts);
}

function outcomes(facts: Awaited<ReturnType<typeof runWorld>>): unknown[] {
  return facts.calls.map(({ events }) => events.map(({ event }) => event));
}

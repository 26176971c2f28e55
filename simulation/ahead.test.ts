import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";
import { formatLog, runSchedule } from "./schedule.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = 8_000;

test(
  "no schedule with pins, limits, hedges and answers that go on, all at once, breaks a rule",
  { timeout: 60_000 },
  async () => {
    const started = performance.now();
    const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

    const figures = await runBatch({ seed: 1, schedules: 6_000, step: 1, profile: "ahead" }, isTimeLeft);

    expect(figures.failing).toEqual([]);
    expect(figures.schedules).toBeGreaterThanOrEqual(50);
  },
);

test("R9.8 everything at once is the same each time, too: the same seed gives the same log", async () => {
  const logs = [await runSchedule(64, "ahead"), await runSchedule(64, "ahead")].map(({ facts }) => formatLog(facts));

  expect(logs[0]).toBe(logs[1]);
  // Nothing of it is missing: a profile that mixed nothing would pass, too.
  for (const sign of ['"stoppedBy":"hedge"', '"mode":"continue"', "pin-left", "quota-low"]) {
    expect(logs[0]).toContain(sign);
  }
});

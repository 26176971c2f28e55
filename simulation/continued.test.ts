import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";
import { formatLog, runSchedule } from "./schedule.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = 8_000;

test("no schedule in which answers are gone on with breaks a rule", { timeout: 60_000 }, async () => {
  const started = performance.now();
  const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

  const figures = await runBatch({ seed: 1, schedules: 6_000, step: 1, profile: "continued" }, isTimeLeft);

  expect(figures.failing).toEqual([]);
  expect(figures.schedules).toBeGreaterThanOrEqual(100);
});

test("R9.8 what is gone on with is the same each time, too: the same seed gives the same log", async () => {
  const logs = [await runSchedule(85, "continued"), await runSchedule(85, "continued")].map(({ facts }) =>
    formatLog(facts),
  );

  expect(logs[0]).toBe(logs[1]);
  expect(logs[0]).toContain('"mode":"continue"');
});

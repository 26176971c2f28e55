import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = 3_000;

test("R11.7 no fleet makes more than one trial a minute of a hard block, or none", { timeout: 60_000 }, async () => {
  const started = performance.now();
  const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

  const figures = await runBatch({ seed: 1, schedules: 60, step: 1, profile: "shared", reportEvery: 1 }, isTimeLeft);

  expect(figures.failing).toEqual([]);
  expect(figures.schedules).toBeGreaterThanOrEqual(2);
});

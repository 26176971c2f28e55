import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = 8_000;

test("no schedule of many calls through outages breaks a rule", { timeout: 60_000 }, async () => {
  const started = performance.now();
  const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

  const figures = await runBatch({ seed: 1, schedules: 6_000, step: 1, profile: "storm" }, isTimeLeft);

  expect(figures.failing).toEqual([]);
  expect(figures.schedules).toBeGreaterThanOrEqual(100);
});

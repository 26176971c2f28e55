import { expect, test } from "vitest";
import { runBatch } from "./batch.ts";

/** A slow machine plays fewer schedules, always the same ones first. */
const BUDGET_MS = 3_000;

test(
  "R16.5 R16.6 R16.8 no order is another than what was seen and what is known say",
  { timeout: 60_000 },
  async () => {
    const started = performance.now();
    const isTimeLeft = (): boolean => performance.now() - started < BUDGET_MS;

    const figures = await runBatch(
      { seed: 1, schedules: 200, step: 1, profile: "ordered", reportEvery: 1 },
      isTimeLeft,
    );

    expect(figures.failing).toEqual([]);
    expect(figures.schedules).toBeGreaterThanOrEqual(4);
  },
);

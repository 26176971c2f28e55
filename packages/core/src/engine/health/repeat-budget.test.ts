import { expect, test } from "vitest";
import { RepeatBudget } from "./repeat-budget.ts";

function takeAll(budget: RepeatBudget, now: number): number {
  let taken = 0;
  while (budget.take(now)) taken++;
  return taken;
}

test("ten repeats at once, then none", () => {
  const budget = new RepeatBudget(0);

  expect(takeAll(budget, 0)).toBe(10);
  expect(budget.has(9_999)).toBe(false);
});

test("one comes back per ten seconds, and never more than ten", () => {
  const budget = new RepeatBudget(0);
  takeAll(budget, 0);

  expect(takeAll(budget, 10_000)).toBe(1);
  expect(takeAll(budget, 35_000)).toBe(2);
  expect(takeAll(budget, 40_000)).toBe(1);
  expect(takeAll(budget, 3_600_000)).toBe(10);
});

test("a full bucket saves nothing up", () => {
  const budget = new RepeatBudget(0);

  budget.has(9_000_000);
  takeAll(budget, 9_000_000);

  expect(budget.has(9_009_999)).toBe(false);
  expect(budget.has(9_010_000)).toBe(true);
});

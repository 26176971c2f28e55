import { expect, test } from "vitest";
import { HealthWindow } from "./health-window.ts";

test("counts within sixty seconds add up, in buckets of ten", () => {
  const window = new HealthWindow();

  window.add("starts", 0);
  window.add("starts", 59_999);
  window.add("bad", 30_000);

  expect(window.totals(59_999)).toEqual({ starts: 2, ok: 0, bad: 1, slow: 0 });
});

test("a bucket expires as a whole when its sixty seconds are over", () => {
  const window = new HealthWindow();

  window.add("bad", 9_999);
  window.add("bad", 10_000);

  expect(window.totals(59_999).bad).toBe(2);
  expect(window.totals(60_000).bad).toBe(1);
  expect(window.totals(70_000).bad).toBe(0);
});

test("R6.12 after silence nothing is left, also when a bucket's place is used again", () => {
  const window = new HealthWindow();
  window.add("bad", 5_000);

  expect(window.totals(3_605_000)).toEqual({ starts: 0, ok: 0, bad: 0, slow: 0 });
  window.add("ok", 3_605_000);

  expect(window.totals(3_605_000)).toEqual({ starts: 0, ok: 1, bad: 0, slow: 0 });
});

test("a count is taken back from its own bucket, and from none that has replaced it", () => {
  const window = new HealthWindow();
  const bucket = window.add("ok", 5_000);

  window.takeBack("ok", bucket);
  expect(window.totals(5_000).ok).toBe(0);
  const expired = window.add("ok", 6_000);
  window.add("ok", 66_000);
  window.takeBack("ok", expired);

  expect(window.totals(66_000).ok).toBe(1);
});

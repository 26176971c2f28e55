import { expect, test } from "vitest";
import { systemClock } from "./system-clock.ts";

test("timers that only guard idleness do not keep the process alive, and others do", () => {
  const timers = [true, false].map((background) => systemClock.setTimeout(() => undefined, 60_000, background));

  expect(timers).toMatchObject([{ hasRef: expect.any(Function) }, { hasRef: expect.any(Function) }]);
  expect(timers.map((timer) => Reflect.apply(Reflect.get(Object(timer), "hasRef"), timer, []))).toEqual([false, true]);
  for (const timer of timers) systemClock.clearTimeout(timer);
});

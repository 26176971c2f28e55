import { createChain } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { scriptedTarget } from "../fakes/scripted-target.ts";
import { VirtualClock } from "./virtual-clock.ts";

function noted(clock: VirtualClock, times: readonly number[]): readonly string[] {
  const log: string[] = [];
  for (const [index, ms] of times.entries()) {
    clock.setTimeout(() => log.push(`${index} at ${Math.round(clock.elapsed)}`), ms);
  }
  return log;
}

describe("a virtual clock", () => {
  test("fires timers in the order in which they are due, those due together in the order in which they were set", async () => {
    const clock = new VirtualClock();
    const log = noted(clock, [30, 10, 20, 10, 0, 40]);

    await clock.advance(30);

    expect(log).toEqual(["4 at 0", "1 at 10", "3 at 10", "2 at 20", "0 at 30"]);
    expect(clock.pending).toBe(1);
    expect(clock.elapsed).toBeGreaterThanOrEqual(30);
  });

  test("keeps order among many timers, of which some are cancelled", async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const due = Array.from({ length: 500 }, (_, index) => (index * 7_919) % 1_000);
    const timers = due.map((ms) => clock.setTimeout(() => fired.push(ms), ms));
    for (const [index, timer] of timers.entries()) if (index % 3 === 0) clock.clearTimeout(timer);
    clock.clearTimeout(timers[0]);
    clock.clearTimeout(undefined);

    await clock.advance(1_000);

    expect(fired).toEqual(due.filter((_, index) => index % 3 !== 0).toSorted((a, b) => a - b));
    expect(clock.pending).toBe(0);
  });

  test("never shows the same time twice, and wall time goes with it", () => {
    const clock = new VirtualClock({ wallStart: 1_000 });
    const readings = [clock.now(), clock.now(), clock.now()];

    expect(new Set(readings).size).toBe(3);
    expect(Math.round(clock.wallNow())).toBe(1_000);
  });

  test("lets minutes of a chain pass at once", async () => {
    const clock = new VirtualClock();
    const silent = scriptedTarget([{ stops: "hang" }], { vendor: "a" });
    const chain = createChain([silent, scriptedTarget(["Hi."], { vendor: "b" })], { clock });

    const { text, trace } = await clock.finish(chain.generate("Hello?"));

    expect(text).toBe("Hi.");
    expect(Math.round(trace.totalMs)).toBe(15_000);
  });

  test("stands still: what came due fires late, all of it", async () => {
    const clock = new VirtualClock();
    const log = noted(clock, [10, 20]);

    clock.standStill(50);
    await clock.advance(0);

    expect(log).toEqual(["0 at 50", "1 at 50"]);
  });

  test("says when a promise waits for something else", async () => {
    const { promise } = Promise.withResolvers<void>();

    await expect(new VirtualClock().finish(promise)).rejects.toThrow("no timer is left");
  });
});

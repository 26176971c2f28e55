import { expect, test } from "vitest";
import { VirtualClock } from "../../test/virtual-clock.ts";
import type { Clock } from "../model/clock.ts";
import { memoryStore, shareHealth, type HealthNews } from "./index.ts";

const bad = (weight: number, isOpen = false) => ({ type: "bad", key: "a", weight, isOpen, openMs: 10_000 }) as const;

test("R11.4 the chains of one process believe each other: one that opened its own breaker opens the route for all", () => {
  const heard: HealthNews[] = [];
  const store = memoryStore(new VirtualClock());
  store.subscribe((news) => heard.push(news));

  void store.publish(bad(1));
  void store.publish(bad(3, true));

  expect(heard).toEqual([
    { type: "suspected", key: "a" },
    { type: "opened", key: "a", forMs: 10_000 },
  ]);
});

test("R11.2 a probe has one owner per route until it is given back or its lease runs out", async () => {
  const clock = new VirtualClock();
  const store = memoryStore(clock);
  void store.publish(bad(3, true));
  const ask = async () => {
    const answer = await store.acquireProbe("a", 1_000);
    return { ...answer, lease: answer.granted ? answer.lease : undefined };
  };

  expect(await ask()).toMatchObject({ granted: false, retryInMs: expect.closeTo(10_000, 1) });
  await clock.advance(10_000);
  const first = await ask();
  expect(first).toMatchObject({ granted: true });
  expect(await ask()).toMatchObject({ granted: false, retryInMs: expect.closeTo(1_000, 1) });
  void first.lease?.release();
  const second = await ask();
  expect(second.granted).toBe(true);
  await clock.advance(1_000);
  expect(await ask()).toMatchObject({ granted: true });
});

test.each([null, {}, 5, { now: () => 0 }, { now: 0, wallNow: 0 }])("a clock that is none is refused: %j", (clock) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
  expect(() => memoryStore(clock as unknown as Clock)).toThrow(
    expect.objectContaining({
      code: "config",
      message: "The clock of a memory store must be a clock with now and wallNow.",
    }),
  );
});

test("a store that throws when it is looked at lacks its methods", () => {
  const store = new Proxy(memoryStore(), {
    get: () => {
      throw new Error("secret");
    },
  });

  expect(() => shareHealth(store)).toThrow(expect.objectContaining({ code: "config" }));
});

import { expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { HealthNews } from "./health-store.ts";
import { memoryStore } from "./memory-store.ts";

test("news reaches every listener, until it stops listening", () => {
  const store = memoryStore(new VirtualClock());
  const heard: HealthNews[] = [];
  const stop = store.subscribe((news) => heard.push(news));

  void store.publish({ type: "closed", key: "a" });
  stop();
  void store.publish({ type: "closed", key: "b" });

  expect(heard).toEqual([{ type: "closed", key: "a" }]);
});

test("R11.2 a probe has one owner per route until it is given back or its lease runs out", async () => {
  const clock = new VirtualClock();
  const store = memoryStore(clock);

  expect(store.acquireProbe("a", 1_000)).toBe(true);
  expect(store.acquireProbe("a", 1_000)).toBe(false);
  expect(store.acquireProbe("b", 1_000)).toBe(true);
  void store.releaseProbe("a");
  expect(store.acquireProbe("a", 1_000)).toBe(true);
  await clock.advance(999);
  expect(store.acquireProbe("a", 1_000)).toBe(false);
  await clock.advance(1);

  expect(store.acquireProbe("a", 1_000)).toBe(true);
});

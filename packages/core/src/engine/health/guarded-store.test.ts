import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { GuardedStore } from "./guarded-store.ts";
import type { HealthReport, HealthStore, ProbeAnswer } from "./health-store.ts";

const NEWS: HealthReport = { type: "ok", key: "a" };
const GRANTED: ProbeAnswer = { granted: true };

function rig(store: Partial<HealthStore>): {
  readonly clock: VirtualClock;
  readonly guarded: GuardedStore;
  readonly errors: unknown[];
  readonly states: string[];
} {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const states: string[] = [];
  const whole: HealthStore = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    acquireProbe: () => GRANTED,
    ...store,
  };
  const onInternalError = (error: unknown): number => errors.push(error);
  const onState = (state: string): number => states.push(state);
  const setup = { store: whole, clock, random: () => 0, onInternalError, onState };
  return { clock, guarded: new GuardedStore(setup), errors, states };
}

const boom = (): never => {
  throw new Error("store down");
};

const hangs = (): Promise<never> => new Promise(() => undefined);

describe("R11.1 a store that fails", () => {
  test("by throwing is reported and answers nothing", () => {
    const { guarded, errors } = rig({ publish: boom, subscribe: boom, acquireProbe: boom });

    guarded.subscribe({}, () => undefined);
    guarded.publish(NEWS);

    expect(guarded.acquireProbe("a", 1)).toEqual(GRANTED);
    expect(errors).toHaveLength(3);
  });

  test("by rejecting lets the local state decide", async () => {
    const { guarded, errors } = rig({ acquireProbe: () => Promise.reject(new Error("store down")) });

    await expect(guarded.acquireProbe("a", 1)).resolves.toEqual(GRANTED);
    expect(errors).toHaveLength(1);
  });

  test("by hanging is waited for 25 ms", async () => {
    const { clock, guarded } = rig({ acquireProbe: () => new Promise(() => undefined) });
    const answers: unknown[] = [];

    void Promise.resolve(guarded.acquireProbe("a", 1)).then((answer) => answers.push(answer));
    await clock.advance(24);
    expect(answers).toEqual([]);
    await clock.advance(1);

    expect(answers).toEqual([GRANTED]);
    expect(clock.pending).toBe(0);
  });

  test("three times in a row is left alone for a second", async () => {
    let asked = 0;
    const { clock, guarded } = rig({
      publish: () => {
        asked++;
        throw new Error("store down");
      },
    });

    for (let times = 0; times < 10; times++) guarded.publish(NEWS);
    expect(asked).toBe(3);
    await clock.advance(1_000);
    guarded.publish(NEWS);

    expect(asked).toBe(4);
  });

  test("now and then, with good answers in between, is never left alone", () => {
    let asked = 0;
    const { guarded } = rig({
      publish: () => {
        asked++;
        if (asked % 3 !== 0) throw new Error("store down");
      },
    });

    for (let times = 0; times < 30; times++) guarded.publish(NEWS);

    expect(asked).toBe(30);
  });
});

describe("an answer after the limit", () => {
  test.each([
    ["is still a failure: a store that always takes 30 ms is left alone after three", () => GRANTED],
    ["is no second failure: a store that rejects after 30 ms is left alone after three", boom],
  ])("%s", async (_what, settle) => {
    let asked = 0;
    const { clock, guarded } = rig({
      acquireProbe: async () => {
        asked++;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 30, false));
        return settle();
      },
    });
    const askedAfter: number[] = [];

    for (let times = 0; times < 6; times++) {
      void guarded.acquireProbe("a", 1);
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await clock.advance(100);
      askedAfter.push(asked);
    }

    expect(askedAfter).toEqual([1, 2, 3, 3, 3, 3]);
  });
});

test("a store that answers at once costs no turn", () => {
  const { guarded } = rig({ acquireProbe: () => ({ granted: false, retryInMs: 300 }) });

  expect(guarded.acquireProbe("a", 1)).toEqual({ granted: false, retryInMs: 300 });
});

test("a late answer after the limit changes nothing and is not unhandled", async () => {
  const { clock, guarded } = rig({
    acquireProbe: () =>
      new Promise((_resolve, reject) => {
        clock.setTimeout(() => reject(new Error("too late")), 1_000, false);
      }),
  });

  const acquired = guarded.acquireProbe("a", 1);
  await clock.advance(2_000);

  await expect(acquired).resolves.toEqual(GRANTED);
});

const lateBy = (clock: () => VirtualClock, ms: number, released: string[]): Partial<HealthStore> => ({
  acquireProbe: () =>
    new Promise((resolve) => {
      const lease = { report: () => undefined, release: () => void released.push("given back") };
      clock().setTimeout(() => resolve({ granted: true, lease }), ms, false);
    }),
});

test("R11.2 a call that waits for the store keeps the process alive, and a report does not", () => {
  const { clock, guarded } = rig({ publish: hangs, acquireProbe: hangs });

  guarded.publish(NEWS);
  expect([clock.pending, clock.pendingForeground]).toEqual([1, 0]);
  void guarded.acquireProbe("a", 1);

  expect([clock.pending, clock.pendingForeground]).toEqual([2, 1]);
});

describe("R11.1 a lease that comes too late", () => {
  test("is given back, and the call has long gone on without it", async () => {
    const released: string[] = [];
    const made = rig(lateBy(() => made.clock, 26, released));

    const asked = made.guarded.acquireProbe("a", 1);
    await made.clock.advance(25);
    expect(await asked).toEqual(GRANTED);
    expect(released).toEqual([]);
    await made.clock.advance(1);

    expect(released).toEqual(["given back"]);
  });

  test("is left to end by itself while the store is left alone", async () => {
    const released: string[] = [];
    const made = rig(lateBy(() => made.clock, 100, released));

    for (let asked = 0; asked < 3; asked++) void made.guarded.acquireProbe("a", 1);
    await made.clock.advance(200);

    expect(made.states).toEqual(["paused"]);
    expect(released).toEqual([]);
  });
});

test.each([
  [undefined, 25],
  [100, 100],
  [5_000, 250],
  [Number.NaN, 25],
])("R11.1 with a limit of %s ms a store is waited for %s ms", async (limitMs, expected) => {
  const { clock, guarded, errors } = rig({ limitMs, acquireProbe: () => new Promise(() => undefined) });

  void guarded.acquireProbe("a", 1);
  await clock.advance(expected - 1);
  expect(errors).toEqual([]);
  await clock.advance(1);

  expect(errors).toEqual([new Error(`The health store did not answer within ${expected} ms.`)]);
});

test("R11.8 says once that the store is left alone, and once that it is back", async () => {
  let isDown = true;
  const { clock, guarded, states } = rig({ publish: () => (isDown ? boom() : undefined) });

  for (let times = 0; times < 3; times++) guarded.publish(NEWS);
  await clock.advance(1_000);
  for (let times = 0; times < 3; times++) guarded.publish(NEWS);
  await clock.advance(1_000);
  isDown = false;
  for (let times = 0; times < 3; times++) guarded.publish(NEWS);

  expect(states).toEqual(["paused", "back"]);
});

test.each([
  ["nothing", undefined, GRANTED],
  ["a number", 1, GRANTED],
  ["a no without a time", { granted: false }, { granted: false, retryInMs: 1_000 }],
  ["a no for an hour", { granted: false, retryInMs: 3_600_000 }, { granted: false, retryInMs: 1_000 }],
  ["a no until nobody knows when", { granted: false, retryInMs: Number.NaN }, { granted: false, retryInMs: 1_000 }],
])("a store that answers with %s blocks no route for long", (_what, given, expected) => {
  // @ts-expect-error -- as a store in plain JavaScript may
  const { guarded } = rig({ acquireProbe: () => given });

  expect(guarded.acquireProbe("a", 1)).toEqual(expected);
});

test("a store that was left is told and asked nothing any more", () => {
  const asked: string[] = [];
  let hears = 0;
  const { guarded } = rig({
    publish: () => void asked.push("publish"),
    subscribe: () => {
      hears++;
      return () => void hears--;
    },
  });
  guarded.subscribe({}, () => undefined);

  guarded.close();
  guarded.close();
  guarded.publish(NEWS);

  expect([asked, hears]).toEqual([[], 0]);
});

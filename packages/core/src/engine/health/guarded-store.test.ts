import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { GuardedStore } from "./guarded-store.ts";
import type { HealthNews, HealthStore } from "./health-store.ts";

const NEWS: HealthNews = { type: "closed", key: "a" };

function rig(store: Partial<HealthStore>): {
  readonly clock: VirtualClock;
  readonly guarded: GuardedStore;
  readonly errors: unknown[];
} {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const whole: HealthStore = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    acquireProbe: () => true,
    releaseProbe: () => undefined,
    ...store,
  };
  const setup = { store: whole, clock, random: () => 0, onInternalError: (error: unknown) => errors.push(error) };
  return { clock, guarded: new GuardedStore(setup), errors };
}

const boom = (): never => {
  throw new Error("store down");
};

describe("R11.1 a store that fails", () => {
  test("by throwing is reported and answers nothing", () => {
    const { guarded, errors } = rig({ publish: boom, subscribe: boom, acquireProbe: boom, releaseProbe: boom });

    guarded.subscribe({}, () => undefined);
    guarded.publish(NEWS);

    expect(guarded.acquireProbe("a", 1)).toBe(true);
    expect(errors).toHaveLength(3);
  });

  test("by rejecting lets the local state decide", async () => {
    const { guarded, errors } = rig({ acquireProbe: () => Promise.reject(new Error("store down")) });

    await expect(guarded.acquireProbe("a", 1)).resolves.toBe(true);
    expect(errors).toHaveLength(1);
  });

  test("by hanging is waited for 25 ms", async () => {
    const { clock, guarded } = rig({ acquireProbe: () => new Promise(() => undefined) });
    const answers: boolean[] = [];

    void Promise.resolve(guarded.acquireProbe("a", 1)).then((answer) => answers.push(answer));
    await clock.advance(24);
    expect(answers).toEqual([]);
    await clock.advance(1);

    expect(answers).toEqual([true]);
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
    ["is still a failure: a store that always takes 30 ms is left alone after three", () => true],
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
  const { guarded } = rig({ acquireProbe: () => false });

  expect(guarded.acquireProbe("a", 1)).toBe(false);
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

  await expect(acquired).resolves.toBe(true);
});

test("without a store every probe is granted", () => {
  const setup = { store: undefined, clock: new VirtualClock(), random: () => 0, onInternalError: () => undefined };

  expect(new GuardedStore(setup).acquireProbe("a", 1)).toBe(true);
});

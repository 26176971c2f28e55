import { describe, expect, test } from "vitest";
import { finish, harness, type Harness } from "../../../test/harness.ts";
import {
  answer,
  fail,
  scripted,
  wait,
  type Script,
  type ScriptedCall,
  type Step,
} from "../../../test/scripted-target.ts";
import type { VirtualClock } from "../../../test/virtual-clock.ts";
import type { Chain } from "../../index.ts";
import { memoryStore, shareHealth, type HealthNews, type HealthStore } from "../../store/index.ts";
import { Conclusions } from "../../store/memory-store.ts";

const MINUTE = 60_000;
const refused: Script = [wait(100), fail("auth.invalid", { status: 401 })];
const broken: Script = [wait(100), fail("network.refused", { beforeResponse: true })];

const played = (script: Script, call: ScriptedCall): readonly Step[] =>
  typeof script === "function" ? script(call) : script;

interface Fleet extends Harness {
  readonly chains: readonly Chain[];
  /** When which chain made a trial. */
  readonly trials: { readonly at: number; readonly by: number }[];
  /** Each chain that is there calls every two seconds, one after the other. */
  readonly run: (forMs: number, isThere?: (by: number) => boolean) => Promise<void>;
}

/** Chains with one key; the vendor does what the function says at that moment. */
function fleet(
  size: number,
  script: (by: number) => Script = () => refused,
  makeStore: (clock: VirtualClock) => HealthStore = memoryStore,
): Fleet {
  const made = harness();
  const store = shareHealth(makeStore(made.clock));
  const trials: { at: number; by: number }[] = [];
  const chains = Array.from({ length: size }, (_, by) => {
    const primary = scripted(made.clock, [(call) => played(script(by), call)]);
    return made.chain([primary, scripted(made.clock, [answer("Backup")], { vendor: "beta" })], {
      store,
      // Different in each chain, and none of them is at the edge.
      random: () => (by + 0.5) / size,
      onEvent: (event) => {
        if (event.type === "attempt-start" && event.venture === "trial" && event.repeat === undefined)
          trials.push({ at: made.clock.now(), by });
      },
    });
  });
  const run: Fleet["run"] = async (forMs, isThere = () => true) => {
    const calls: Promise<unknown>[] = [];
    for (let passed = 0; passed < forMs; passed += 2_000) {
      for (const [by, chain] of chains.entries()) {
        if (isThere(by)) calls.push(chain.generate("Hi"));
        // oxlint-disable-next-line no-await-in-loop -- time passes
        await made.clock.advance(2_000 / size);
      }
    }
    await finish(made.clock, Promise.all(calls));
  };
  return { ...made, chains, trials, run };
}

const refuses = (): never => {
  throw new Error("The store is gone.");
};

const gaps = ({ trials }: Fleet): number[] => trials.slice(1).map(({ at }, index) => at - (trials[index]?.at ?? 0));

/** A store of other processes: what it tells arrives a second later. */
function farStore(clock: VirtualClock): HealthStore {
  const store = new Conclusions(clock, false);
  return {
    publish: (report) => store.publish(report),
    acquireProbe: (key, leaseMs) => store.acquireProbe(key, leaseMs),
    subscribe: (listener) => store.subscribe((news) => void clock.setTimeout(() => listener(news), 1_000, true)),
  };
}

describe("R11.7 of a hard block all make one trial a minute between them", () => {
  test.each([
    [1, "one memory store", memoryStore],
    [2, "one memory store", memoryStore],
    [5, "one memory store", memoryStore],
    [2, "a store that tells its news a second late", farStore],
    [5, "a store that tells its news a second late", farStore],
  ] as const)("%d chains with %s", async (size, _name, makeStore) => {
    const made = fleet(size, undefined, makeStore);

    await made.run(5 * MINUTE + 20_000);

    // A minute after the block was found, and up to a call later each time. The first may be up to half a minute later:
    // chains that found the block together do not know yet who was the last.
    expect(made.trials.length).toBeGreaterThanOrEqual(4);
    expect(made.trials.length).toBeLessThanOrEqual(5);
    expect(Math.min(...gaps(made))).toBeGreaterThanOrEqual(MINUTE);
    expect(new Set(made.trials.map(({ by }) => by)).size).toBe(1);
  });

  test.each([
    ["one memory store", memoryStore],
    ["a store that tells its news a second late", farStore],
  ])("also when the one that did so is gone, with %s", async (_name, makeStore) => {
    const made = fleet(5, undefined, makeStore);
    await made.run(1.5 * MINUTE);
    const gone = made.trials.at(-1)?.by;

    await made.run(3 * MINUTE, (by) => by !== gone);

    expect(new Set(made.trials.map(({ by }) => by)).size).toBe(2);
    expect(Math.min(...gaps(made))).toBeGreaterThanOrEqual(MINUTE);
    expect(Math.max(...gaps(made))).toBeLessThan(92_500);
  });

  test("one whose trials find out nothing lets the others go first, and they find that the key is mended", async () => {
    let mended = false;
    const sick: number[] = [];
    const made = fleet(3, (by) => (sick.includes(by) ? broken : mended ? answer("Primary") : refused));
    await made.run(1.5 * MINUTE);
    const owner = made.trials.at(-1)?.by ?? -1;
    sick.push(owner);
    mended = true;

    await made.run(3 * MINUTE);

    const [missed, found] = made.trials.slice(-2);
    expect(missed?.by).toBe(owner);
    expect(found?.by).not.toBe(owner);
    expect(made.chains.map((chain) => chain.snapshot()[0]?.cooldownScope)).toEqual([undefined, undefined, undefined]);
  });

  test("also while the vendor is down, and no trial finds out anything", async () => {
    let isDown = false;
    const made = fleet(5, () => (isDown ? broken : refused));
    await made.run(10_000);
    isDown = true;

    await made.run(4 * MINUTE);

    expect(made.trials.length).toBeGreaterThanOrEqual(2);
    expect(Math.min(...gaps(made))).toBeGreaterThanOrEqual(MINUTE);
  });

  test("an answer to a trial ends it for all, although others said meanwhile that it holds", async () => {
    let mended = false;
    const heard: HealthNews[] = [];
    const listeners: ((news: HealthNews) => void)[] = [(news) => heard.push(news)];
    const made = fleet(
      2,
      () => (mended ? (call) => [wait(3_000), ...played(answer("Primary"), call)] : refused),
      (clock) => {
        const store = memoryStore(clock);
        store.subscribe((news) => {
          for (const listener of listeners) listener(news);
        });
        return {
          ...store,
          subscribe: (listener) => {
            listeners.push(listener);
            return () => undefined;
          },
        };
      },
    );
    await made.run(MINUTE + 10_000);
    mended = true;
    const owner = made.chains[made.trials[0]?.by ?? -1];
    await made.clock.advance(MINUTE);
    const trial = owner?.generate("Hi");
    await made.clock.advance(500);
    expect(made.trials).toHaveLength(2);

    // From another process that tries at the same moment: the same block, a few milliseconds longer on its way.
    const [last] = heard.filter((news) => news.type === "cooldown").slice(-1);
    if (last === undefined) throw new Error("The trial was told to nobody.");
    for (const listener of listeners) listener({ ...last, forMs: last.forMs + 20, by: "another" });
    await finish(made.clock, Promise.resolve(trial));

    expect(made.chains.map((chain) => chain.snapshot()[0]?.cooldownScope)).toEqual([undefined, undefined]);
  });

  test("while the store refuses everything, each chain makes its own", async () => {
    const made = fleet(3, undefined, () => ({
      publish: refuses,
      subscribe: () => () => undefined,
      acquireProbe: refuses,
    }));

    await made.run(3 * MINUTE + 10_000);

    for (const by of [0, 1, 2]) {
      const own = made.trials.filter((trial) => trial.by === by);
      expect(own).toHaveLength(3);
    }
  });
});

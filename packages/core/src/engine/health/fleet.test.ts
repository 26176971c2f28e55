import { describe, expect, test } from "vitest";
import { finish, harness, type Harness } from "../../../test/harness.ts";
import {
  answer,
  begin,
  fail,
  hang,
  scripted,
  wait,
  type Script,
  type ScriptedCall,
  type ScriptedTarget,
  type Step,
} from "../../../test/scripted-target.ts";
import type { VirtualClock } from "../../../test/virtual-clock.ts";
import type { Chain, ChainOptions } from "../../index.ts";
import { memoryStore, shareHealth, type HealthReport, type HealthStore } from "../../store/index.ts";
import { Conclusions } from "../../store/memory-store.ts";

const played = (script: Script, call: ScriptedCall): readonly Step[] =>
  typeof script === "function" ? script(call) : script;
const after =
  (ms: number, script: Script): Script =>
  (call) => [wait(ms), ...played(script, call)];

const dead = after(10, [fail("server.error", { status: 500 })]);
const well = after(10, answer("Primary"));
const cut = after(10, begin(["Pri"], wait(500), fail("stream.reset")));

const long: Script = (call) => [
  wait(10),
  ...played(begin(["Pri"], wait(20_000)), call),
  ...played(answer("mary"), call),
];

/** Processes that share one vendor, and what their store is asked. */
interface Fleet extends Harness {
  readonly asked: (string | HealthReport)[];
  /** One more process, to which the vendor does what the function says at that moment. */
  readonly join: (script: () => Script, options?: ChainOptions) => Member;
}

interface Member {
  readonly chain: Chain;
  readonly primary: ScriptedTarget;
  /** Names of the tiers that answered. */
  readonly tiers: string[];
  readonly call: () => Promise<void>;
}

function fleet(makeStore: (clock: VirtualClock) => HealthStore = (clock) => new Conclusions(clock, false)): Fleet {
  const made = harness();
  const store = makeStore(made.clock);
  const asked: (string | HealthReport)[] = [];
  const watched = shareHealth({
    limitMs: store.limitMs,
    subscribe: (listener) => store.subscribe(listener),
    publish: (report) => {
      asked.push(report);
      return store.publish(report);
    },
    acquireProbe: (key, leaseMs) => {
      asked.push("acquireProbe");
      return store.acquireProbe(key, leaseMs);
    },
  });
  const join: Fleet["join"] = (script, options) => {
    const primary = scripted(made.clock, [(call) => played(script(), call)]);
    const backup = scripted(made.clock, [answer("Backup")], { vendor: "beta" });
    const chain = made.chain([primary, backup], { store: watched, ...options });
    const tiers: string[] = [];
    const call = async (): Promise<void> => void tiers.push((await chain.generate("Hi")).tier);
    return { chain, primary, tiers, call };
  };
  return { ...made, asked, join };
}

/** Lets every member call at its own pace. */
async function run(clock: VirtualClock, forMs: number, paces: readonly (readonly [Member, number])[]): Promise<void> {
  const end = clock.now() + forMs;
  const under: Promise<void>[] = [];
  for (const [index, [member, everyMs]] of paces.entries()) {
    const next = (): void => {
      if (clock.now() >= end) return;
      under.push(member.call());
      clock.setTimeout(next, everyMs, false);
    };
    clock.setTimeout(next, (everyMs * (index + 1)) / paces.length, false);
  }
  await clock.advance(forMs + 1);
  await finish(clock, Promise.all(under));
}

const states = (members: readonly Member[]): (string | undefined)[] =>
  members.map(({ chain }) => chain.snapshot()[0]?.breaker);

test("R11.4 chains that make one request each ask a dead primary five times, not two hundred", async () => {
  const made = fleet(memoryStore);
  let asked = 0;

  for (let requests = 0; requests < 200; requests++) {
    const member = made.join(() => dead);
    await finish(made.clock, member.call(), 20);
    asked += member.primary.calls.length;
  }

  expect(asked).toBe(5);
});

describe("R11.4 one sick process takes no vendor from the others", () => {
  test.each([
    ["fails 20 calls a second", 50],
    ["fails one call in two seconds", 2_000],
    ["fails one call in 15 seconds", 15_000],
  ])("when it %s and the others make one call in ten", async (_name, paceMs) => {
    const made = fleet();
    const sick = made.join(() => dead);
    const others = [0, 1, 2].map(() => made.join(() => well));

    await run(made.clock, 300_000, [[sick, paceMs], ...others.map((other) => [other, 10_000] as const)]);

    expect(others.flatMap(({ tiers }) => tiers).filter((tier) => tier !== "alpha/one")).toEqual([]);
    expect(states(others)).toEqual(["closed", "closed", "closed"]);
    expect(sick.tiers).not.toContain("alpha/one");
  });

  test("even where nobody else calls at all", async () => {
    const made = fleet();
    const sick = made.join(() => dead);
    const idle = made.join(() => well);

    await run(made.clock, 600_000, [[sick, 1_100]]);

    expect(states([idle])).toEqual(["closed"]);
  });
});

/** The probes of 30 s among them: alone, each would ask five times and probe twice. */
describe("R11.4 an outage is learned together", () => {
  test.each([
    ["two processes with one call in five seconds", 2, 5_000, 6],
    ["fifty processes with one call in 50 seconds", 50, 50_000, 7],
    ["four processes with ten calls a second", 4, 100, 19],
  ])("%s", async (_name, count, paceMs, most) => {
    const made = fleet();
    const members = Array.from({ length: count }, () => made.join(() => dead));

    await run(
      made.clock,
      30_000,
      members.map((member) => [member, paceMs]),
    );

    expect(states(members)).not.toContain("closed");
    expect(members.reduce((sum, { primary }) => sum + primary.calls.length, 0)).toBeLessThanOrEqual(most);
  });
});

test("R11.5 healthy calls do not reach the store", async () => {
  const made = fleet();
  const member = made.join(() => well);

  await run(made.clock, 60_000, [[member, 100]]);

  expect(member.tiers).toHaveLength(599);
  expect(made.asked).toEqual([]);
});

test("R11.5 one answer that began after the doubts empties the row, and one that began before does not", async () => {
  const made = fleet();
  let isDown = true;
  const sick = made.join(() => (isDown ? dead : well));
  const old = made.join(() => after(500, answer("Primary")));
  const early = old.call();

  await finish(made.clock, sick.call(), 10);
  await finish(made.clock, early, 10);
  expect(made.asked).toMatchObject([{ type: "bad", weight: 1, isOpen: false }]);
  isDown = false;
  await finish(made.clock, sick.call(), 10);
  await finish(made.clock, sick.call(), 10);

  expect(made.asked.slice(1)).toEqual([{ type: "ok", key: "alpha/one@alpha.test" }]);
});

describe("R11.5 where answers break off behind their first content", () => {
  test("the content of the next one empties no row: the outage is learned together", async () => {
    const made = fleet();
    const members = [0, 1].map(() => made.join(() => cut));

    await run(
      made.clock,
      40_000,
      members.map((member) => [member, 5_000]),
    );

    expect(states(members)).toEqual(["open", "open"]);
    // One of each, which still empties the row of the other, then a row of five; in the 10 s that are left at most two probes.
    expect(members.reduce((sum, { primary }) => sum + primary.calls.length, 0)).toBeLessThanOrEqual(9);
  });

  test("R11.6 the content of a probe closes nothing for the others, and a whole answer does", async () => {
    const made = fleet();
    let script = cut;
    const members = [0, 1, 2, 3].map(() => made.join(() => script));
    const paces = members.map((member, index) => [member, 100 + index] as const);
    await run(made.clock, 5_000, paces);
    const before = members.reduce((sum, { primary }) => sum + primary.calls.length, 0);

    await run(made.clock, 55_000, paces);
    const probes = members.reduce((sum, { primary }) => sum + primary.calls.length, 0) - before;

    // After 7.5, 15 and 30 s. Behind its content the prober's own calls go there too until the answer has broken: 5 in 500 ms.
    expect(probes).toBeLessThanOrEqual(3 * 6);
    script = well;
    await run(made.clock, 62_000, paces);
    expect(states(members)).toEqual(["closed", "closed", "closed", "closed"]);
  });

  test("nor that of one behind an attempt that wrote nothing: a whole answer is still to come", async () => {
    const made = fleet();
    let script = cut;
    const member = made.join(() => script);
    await finish(made.clock, member.call(), 10);
    await made.clock.advance(1_000);
    script = dead;
    await finish(made.clock, member.call(), 10);
    await made.clock.advance(1_000);
    script = long;

    const running = member.call();
    await made.clock.advance(5_000);

    expect(made.asked).toMatchObject([{ type: "bad" }, { type: "bad" }]);
    await finish(made.clock, running);
  });

  test("nor where they fall silent instead of breaking", async () => {
    const made = fleet();
    let script: Script = after(10, begin(["Pri"], hang));
    const member = made.join(() => script);
    await finish(made.clock, member.call());
    script = long;

    const running = member.call();
    await made.clock.advance(5_000);

    expect(made.asked).toMatchObject([{ type: "bad", weight: 1 }]);
    await finish(made.clock, running);
  });

  test("a whole answer is evidence, and from then on content is", async () => {
    const made = fleet();
    let script = cut;
    const member = made.join(() => script);
    const call = (next: Script): Promise<void> => {
      script = next;
      return finish(made.clock, member.call(), 10);
    };

    await call(cut);
    await call(well);
    await made.clock.advance(1_000);
    await call(dead);
    script = long;
    const running = member.call();
    await made.clock.advance(50);

    expect(made.asked.map((asked) => (typeof asked === "string" ? asked : asked.type))).toEqual([
      "bad",
      "ok",
      "bad",
      "ok",
    ]);
    await finish(made.clock, running);
  });
});

test("R11.4 however many calls fail, a process reports one failure a second and its opening", async () => {
  const made = fleet();
  const member = made.join(() => dead);

  await finish(made.clock, Promise.all(Array.from({ length: 100 }, () => member.call())), 10);

  expect(made.asked).toMatchObject([
    { type: "bad", weight: 1, isOpen: false },
    { type: "bad", weight: 3, isOpen: true, openMs: 7_500 },
  ]);
});

test("R11.4 failures that open nothing here add four to the row of all, and no more", async () => {
  const made = fleet();
  let isWaiting = false;
  // Who still waits stands between two failures, so that they are no row of their own.
  const member = made.join(() => (isWaiting ? [wait(14_000), fail("server.error")] : dead));
  const waiting: Promise<void>[] = [];

  for (let failures = 0; failures < 6; failures++) {
    isWaiting = false;
    // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
    await finish(made.clock, member.call(), 10);
    isWaiting = true;
    waiting.push(member.call());
    // oxlint-disable-next-line no-await-in-loop
    await made.clock.advance(1_100);
  }

  expect(made.asked).toMatchObject(Array.from({ length: 4 }, () => ({ type: "bad", weight: 1, isOpen: false })));
  await finish(made.clock, Promise.all(waiting));
});

describe("R11.6 a probe", () => {
  test("of one process speaks for all: they close together, and a failed one grows the time for all", async () => {
    const made = fleet();
    let isDown = true;
    const members = [0, 1, 2, 3].map(() => made.join(() => (isDown ? dead : well)));
    const paces = members.map((member, index) => [member, 100 + index] as const);

    await run(made.clock, 2_000, paces);
    const before = members.reduce((sum, { primary }) => sum + primary.calls.length, 0);
    await run(made.clock, 58_000, paces);
    const probes = members.reduce((sum, { primary }) => sum + primary.calls.length, 0) - before;

    expect(states(members)).toEqual(["open", "open", "open", "open"]);
    // After 7.5, 15 and 30 s, whoever made the one before.
    expect(probes).toBe(3);
    isDown = false;
    await run(made.clock, 62_000, paces);
    expect(states(members)).toEqual(["closed", "closed", "closed", "closed"]);
  });

  test("that takes 14 s has 500 calls of others ask the store once a second at most", async () => {
    const made = fleet();
    let isSlow = false;
    const members = [0, 1].map(() => made.join(() => (isSlow ? after(14_000, answer("Slow")) : dead)));
    const [prober, other] = members;
    if (prober === undefined || other === undefined) throw new Error("There are two.");
    await run(made.clock, 2_000, [
      [prober, 100],
      [other, 100],
    ]);
    await made.clock.advance(8_000);
    isSlow = true;
    const probe = prober.call();
    await made.clock.advance(1);
    made.asked.length = 0;

    await run(made.clock, 13_900, [[other, 28]]);

    expect(other.tiers.length).toBeGreaterThan(490);
    expect(made.asked.length).toBeLessThanOrEqual(15);
    await finish(made.clock, probe);
  });
});

describe("R11.7 what holds for all", () => {
  const refused: Script = [fail("auth.invalid", { status: 401 })];

  test("a hard block is tried once a minute by chains that live for one request, and ends for all with an answer", async () => {
    const made = fleet(memoryStore);
    let isMended = false;
    let asked = 0;
    const request = async (): Promise<string | undefined> => {
      const member = made.join(() => (isMended ? well : refused));
      await finish(made.clock, member.call(), 10);
      asked += member.primary.calls.length;
      return member.tiers[0];
    };
    for (let seconds = 0; seconds < 150; seconds++) {
      await request();
      await made.clock.advance(1_000);
    }
    expect(asked).toBe(3);

    isMended = true;
    const tiers = [];
    for (let seconds = 0; seconds < 61; seconds++) {
      tiers.push(await request());
      await made.clock.advance(1_000);
    }
    const first = tiers.indexOf("alpha/one");
    expect(first).toBeGreaterThan(0);
    expect(new Set(tiers.slice(first))).toEqual(new Set(["alpha/one"]));
  });

  test("an operator takes a vendor out everywhere for a time, and puts it back from a chain of its own", async () => {
    const made = fleet();
    const members = [0, 1].map(() => made.join(() => well));
    const [operator, other] = members;

    operator?.chain.isolate({ vendor: "alpha" }, { forMs: 60_000 });
    const later = made.join(() => well);
    const isolated = () => [...members, later].map(({ chain }) => chain.snapshot()[0]?.isIsolated);
    expect(isolated()).toEqual([true, true, true]);
    await finish(made.clock, later.call());
    expect(later.tiers).toEqual(["beta/one"]);

    await made.clock.advance(60_000);
    expect(isolated()).toEqual([false, false, false]);
    other?.chain.isolate({ vendor: "alpha" }, { forMs: 60_000 });
    made.join(() => well).chain.enable({ vendor: "alpha" });
    expect(isolated()).toEqual([false, false, false]);
  });

  test("what was taken out without a time stays out in that chain alone", async () => {
    const made = fleet();
    const [own, other] = [0, 1].map(() => made.join(() => well));

    own?.chain.isolate({ vendor: "alpha" });
    other?.chain.enable({ vendor: "alpha" });

    expect([own, other].map((member) => member?.chain.snapshot()[0]?.isIsolated)).toEqual([true, false]);
  });

  test.each([0, -1, Number.NaN, Infinity, 86_400_001, "60"])("isolating for %s ms is refused", (forMs) => {
    const { chain } = fleet().join(() => well);

    // @ts-expect-error -- as JavaScript may
    expect(() => chain.isolate({ vendor: "alpha" }, { forMs })).toThrow("forMs must");
    expect(chain.snapshot()[0]?.isIsolated).toBe(false);
  });
});

test("R11.8 a chain tells once that its store is left alone, and once that it is back", async () => {
  let isDown = true;
  const made = fleet(() => ({
    publish: () => (isDown ? Promise.reject(new Error("down")) : undefined),
    subscribe: () => () => undefined,
    acquireProbe: () => ({ granted: true }),
  }));
  const member = made.join(() => [fail("rate.requests", { status: 429, retryAfterMs: 600 })]);

  await run(made.clock, 20_000, [[member, 700]]);
  isDown = false;
  await run(made.clock, 20_000, [[member, 700]]);

  expect(made.events.filter(({ type }) => type === "store")).toEqual([
    { type: "store", state: "paused" },
    { type: "store", state: "back" },
  ]);
});

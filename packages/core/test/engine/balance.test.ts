import { describe, expect, test } from "vitest";
import { countedController, finish, harness, rejection, settled, type Harness } from "../harness.ts";
import { answer, end, fail, hang, read, scripted, wait, type Script, type ScriptedTarget } from "../scripted-target.ts";
import { createChain, type Chain, type TierInput } from "../../src/index.ts";

/** Answers after a while. */
const slow = (ms: number): Script => [wait(ms), ...lines("Hello")];
const lines = (text: string) => [
  read({ type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: text }),
  read({ type: "text-end", id: "t", part: { type: "text", text } }, end()),
];

/** Begins and hangs, where it is asked to. */
const hangs: Script = (call) => {
  const isToHang = JSON.stringify(call.request.messages).includes("Hang");
  return isToHang ? [...lines("Hel").slice(0, 1), hang] : [wait(50), ...lines("Hello")];
};

/** Siblings with keys and endpoints of their own, so that each has its own health. */
function siblings({ clock }: Harness, scripts: readonly (readonly Script[])[]): ScriptedTarget[] {
  return scripts.map((script, index) => scripted(clock, script, { endpoint: `${index}.test`, key: `key ${index}` }));
}

const spread = (targets: readonly ScriptedTarget[]): TierInput => ({ targets, balance: "spread" });
const shares = (targets: readonly ScriptedTarget[]): number[] => targets.map(({ calls }) => calls.length);
const generate = (built: Chain, calls: number): Promise<unknown> =>
  Promise.all(Array.from({ length: calls }, () => built.generate("Hi")));

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe("R1.12 siblings", () => {
  test.each([undefined, "first"] as const)(
    "with `balance: %s` are a preference: the first has all calls",
    async (balance) => {
      const world = harness();
      const targets = siblings(world, [[slow(100)], [slow(100)], [slow(100)]]);

      await finish(world.clock, generate(world.chain([{ targets, balance }]), 6));

      expect(shares(targets)).toEqual([6, 0, 0]);
    },
  );

  test("spread parallel calls fairly: shares differ by one at most, for any number of siblings and calls", async () => {
    for (let count = 1; count <= 5; count++) {
      for (const calls of [1, 2, 3, 5, 8, 13, 30]) {
        const world = harness();
        const targets = siblings(
          world,
          Array.from({ length: count }, () => [slow(100)]),
        );

        // oxlint-disable-next-line no-await-in-loop -- one world at a time
        await finish(world.clock, generate(world.chain([spread(targets)]), calls));

        const given = shares(targets);
        expect(Math.max(...given) - Math.min(...given), `${calls} calls, ${count} siblings`).toBeLessThanOrEqual(1);
        expect(given.reduce((sum, share) => sum + share, 0)).toBe(calls);
      }
    }
  });

  test("spread calls one after the other in turn", async () => {
    const world = harness();
    const targets = siblings(world, [[answer("A")], [answer("B")], [answer("C")]]);
    const built = world.chain([spread(targets)]);
    const texts: string[] = [];

    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    for (let call = 0; call < 7; call++) texts.push((await finish(world.clock, built.generate("Hi"))).text);

    expect(texts.join("")).toBe("ABCABCA");
  });

  test("get the next call at whoever has fewest, however long each call takes, whole or streamed", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = harness();
      const next = numbers(seed);
      const running = [0, 0, 0, 0];
      const seen: { readonly chosen: number; readonly fewest: number }[] = [];
      const targets = siblings(
        world,
        running.map((_none, index) => [
          () => {
            seen.push({ chosen: running[index] ?? 0, fewest: Math.min(...running) });
            running[index] = (running[index] ?? 0) + 1;
            return [wait(20 + next(400)), ...lines("Hello")];
          },
        ]),
      );
      const built = world.chain([spread(targets)]);
      const calls: Promise<unknown>[] = [];
      for (let call = 0; call < 40; call++) {
        const isStream = next(2) === 0;
        const target = isStream ? built.stream("Hi").then(({ result }) => result) : built.generate("Hi");
        calls.push(
          target.then(({ trace }) => {
            const { endpoint } = trace.attempts[0] ?? { endpoint: "" };
            const index = Number.parseInt(endpoint, 10);
            running[index] = (running[index] ?? 0) - 1;
            return undefined;
          }),
        );
        // oxlint-disable-next-line no-await-in-loop -- calls begin at different times
        await world.clock.advance(next(60));
      }
      // oxlint-disable-next-line no-await-in-loop
      await finish(world.clock, Promise.all(calls));

      expect(seen).toHaveLength(40);
      expect(seen.filter(({ chosen, fewest }) => chosen > fewest)).toEqual([]);
    }
  });

  test("leave the share of one that cools down to all others alike, and take it back when it is over", async () => {
    const world = harness();
    const limited: Script = [fail("rate.requests", { status: 429, retryAfterMs: 10_000 })];
    const targets = siblings(world, [[answer("A")], [limited, answer("B")], [answer("C")], [answer("D")]]);
    const built = world.chain([spread(targets)]);
    await finish(world.clock, generate(built, 4));
    const [a = 0, b = 0, c = 0, d = 0] = shares(targets);
    expect(b).toBe(1);

    for (let call = 0; call < 9; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      const { trace } = await finish(world.clock, built.generate("Hi"), 1);
      expect(trace.attempts).toHaveLength(1);
    }
    const during = shares(targets);
    await world.clock.advance(16_000);
    await finish(world.clock, generate(built, 8), 1);
    const after = shares(targets).map((share, index) => share - (during[index] ?? 0));

    expect(during.map((share, index) => share - ([a, b, c, d][index] ?? 0))).toEqual([3, 0, 3, 3]);
    expect(after).toEqual([2, 2, 2, 2]);
  });

  test("are asked once each when one after the other fails, then the next tier", async () => {
    const world = harness();
    const failing: Script = [fail("rate.requests", { status: 429 })];
    const targets = siblings(world, [[failing], [failing], [failing]]);
    const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
    const built = world.chain([spread(targets), backup]);

    const first = await finish(world.clock, built.generate("Hi"));

    expect(first.trace.attempts.map(({ endpoint }) => endpoint)).toEqual(["0.test", "1.test", "2.test", "beta.test"]);
    expect(shares(targets)).toEqual([1, 1, 1]);
  });

  test("are counted while a call waits for its repeat there", async () => {
    const world = harness();
    const failing: Script = [fail("server.error", { status: 500 })];
    const targets = siblings(world, [
      [failing, slow(10)],
      [failing, slow(500)],
    ]);
    const built = world.chain([spread(targets)]);

    const waiting = built.generate("Hi");
    await world.clock.advance(1);
    expect(shares(targets)).toEqual([1, 1]);
    // The second sibling was chosen longest ago, and a call is with it.
    await finish(world.clock, built.generate("Hi"), 10);
    await finish(world.clock, built.generate("Hi"), 10);
    expect(shares(targets)).toEqual([3, 1]);
    const { trace } = await finish(world.clock, waiting);

    expect(trace.attempts.map(({ endpoint, repeat }) => [endpoint, repeat])).toEqual([
      ["0.test", undefined],
      ["1.test", undefined],
      ["1.test", "backoff"],
    ]);
  });

  test.each<readonly [string, (world: Harness, built: Chain) => Promise<unknown>]>([
    ["fails", ({ clock }, built) => rejection(clock, built.generate("Hang", { deadlineMs: 50 }))],
    [
      "is aborted",
      async ({ clock }, built) => {
        const { controller } = countedController();
        const call = rejection(clock, built.generate("Hang", { signal: controller.signal }));
        await clock.advance(10);
        controller.abort();
        await call;
      },
    ],
    [
      "is aborted before it begins",
      ({ clock }, built) => rejection(clock, built.generate("Hang", { signal: AbortSignal.abort() })),
    ],
    [
      "is left",
      async ({ clock }, built) => {
        const stream = await finish(clock, built.stream("Hang"));
        await stream[Symbol.asyncIterator]().return?.();
      },
    ],
  ])("are free again when a call %s", async (_how, use) => {
    const world = harness();
    const targets = siblings(world, [[hangs], [hangs]]);
    const built = world.chain([spread(targets)]);

    await use(world, built);
    const before = shares(targets);
    await finish(world.clock, generate(built, 10));

    const given = shares(targets).map((share, index) => share - (before[index] ?? 0));
    expect(given).toEqual([5, 5]);
  });

  test("of a tier that comes second are shared too, and those of a tier that does not spread are not", async () => {
    const world = harness();
    const dead: Script = [fail("rate.requests", { status: 429 })];
    const primary = scripted(world.clock, [dead], { vendor: "omega" });
    const second = siblings(world, [[slow(100)], [slow(100)]]);
    const built = world.chain([primary, spread(second)]);

    await finish(world.clock, generate(built, 6));

    expect(shares(second)).toEqual([3, 3]);
  });

  test("stay behind those whose window is known to be larger, after an overflow", async () => {
    const world = harness();
    const overflow: Script = [fail("request.context-length", { status: 400, contextWindow: 1_000 })];
    const make = (script: Script, endpoint: string, contextWindow: number | "unknown"): ScriptedTarget =>
      scripted(world.clock, [script], { vendor: "beta", endpoint, key: endpoint, capabilities: { contextWindow } });
    const small = make(overflow, "small.test", 1_000);
    const unknown = make(answer("Unknown"), "unknown.test", "unknown");
    const large = make(answer("Large"), "large.test", 5_000);
    const built = world.chain([
      { target: small, name: "small" },
      { name: "rest", ...spread([unknown, large]) },
    ]);

    const texts = [
      (await finish(world.clock, built.generate("Hi"))).text,
      (await finish(world.clock, built.generate("Hi"))).text,
    ];

    expect(texts).toEqual(["Large", "Large"]);
  });

  test("of two chains are counted apart, and of one target alone there is nothing to share", async () => {
    const world = harness();
    const targets = siblings(world, [[slow(100)], [slow(100)]]);
    const [one, other] = [world.chain([spread(targets)]), world.chain([spread(targets)])];
    const only = scripted(world.clock, [answer("Only")], { vendor: "solo" });

    await finish(world.clock, Promise.all([one.generate("Hi"), other.generate("Hi")]));
    const { text } = await finish(world.clock, world.chain([{ target: only, balance: "spread" }]).generate("Hi"));

    expect([shares(targets), text]).toEqual([[2, 0], "Only"]);
  });

  test("take no other word for the option", async () => {
    const { clock } = harness();
    const targets = siblings(harness(), [[]]);
    // @ts-expect-error -- as plain JavaScript calls it
    const built = Promise.resolve().then(() => createChain([{ targets, balance: "random" }]));

    const { error } = await settled(clock, built);

    expect(error?.message).toContain("tier 1: balance must be 'first' or 'spread'");
  });
});

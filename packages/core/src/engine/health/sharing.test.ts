import { describe, expect, test } from "vitest";
import { finish, harness, rejection, settled, type Harness } from "../../../test/harness.ts";
import {
  answer,
  begin,
  fail,
  hang,
  scripted,
  wait,
  type Script,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { Chain } from "../../index.ts";
import { memoryStore, shareHealth, type HealthStore, type ProbeAnswer } from "../../store/index.ts";

const dead: Script = [fail("server.error", { status: 500 })];

/** Two chains over the same route that share one store, as two modules of an application would. */
function pair(
  scripts: readonly Script[],
): Harness & { readonly target: ScriptedTarget; readonly chains: readonly Chain[] } {
  const made = harness();
  const target = scripted(made.clock, scripts);
  const backup = scripted(made.clock, [answer("Backup")], { vendor: "beta" });
  const store = memoryStore(made.clock);
  return { ...made, target, chains: [0, 1].map(() => made.chain([target, backup], { store })) };
}

async function ask({ clock }: Pick<Harness, "clock">, chain: Chain | undefined, calls: number): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
  for (let made = 0; made < calls; made++) if (chain !== undefined) await finish(clock, chain.generate("Hi"));
}

describe("two chains with one memoryStore()", () => {
  test("HB-11 HB-12 share an open breaker: the second one does not have to learn it", async () => {
    const made = pair([dead]);

    await ask(made, made.chains[0], 5);
    await ask(made, made.chains[1], 3);

    expect(made.target.calls).toHaveLength(5);
    expect(made.chains.map((chain) => chain.snapshot()[0]?.breaker)).toEqual(["open", "open"]);
  });

  test.each([
    ["a breaker that opens", dead, 5],
    ["a cooldown that begins", [fail("rate.requests", { status: 429, retryAfterMs: 30_000 })], 1],
  ] as const)("a hook that enables the target at %s has the last word everywhere", async (_name, script, calls) => {
    const made = harness();
    const target = scripted(made.clock, [script]);
    const backup = scripted(made.clock, [answer("Backup")], { vendor: "beta" });
    const store = memoryStore(made.clock);
    const witness = made.chain([target, backup], { store });
    const front: Chain = made.chain([target, backup], {
      store,
      onEvent: (event) => {
        const isBlock = event.type === "cooldown" || (event.type === "breaker" && event.to === "open");
        if (isBlock) front.enable({ vendor: "alpha" });
      },
    });

    await ask(made, front, calls);

    expect([front, witness].map((chain) => chain.snapshot()[0]?.blockedForMs)).toEqual([0, 0]);
  });

  test("share a cooldown", async () => {
    const made = pair([[fail("rate.requests", { status: 429, retryAfterMs: 30_000 })], answer("Primary")]);

    await ask(made, made.chains[0], 1);
    await ask(made, made.chains[1], 2);

    expect(made.target.calls).toHaveLength(1);
    expect(made.chains[1]?.snapshot()[0]).toMatchObject({ cooldownScope: "quota" });
  });

  test("make one probe between them, and both are back with it", async () => {
    const made = pair([dead, dead, dead, dead, dead, [wait(300), fail("server.error")], answer("Primary")]);
    await ask(made, made.chains[0], 5);
    await made.clock.advance(8_000);

    const first = made.chains.map((chain) => chain.generate("Hi"));
    await made.clock.advance(10);
    expect(made.target.calls).toHaveLength(6);
    await finish(made.clock, Promise.all(first));
    await made.clock.advance(20_000);
    await ask(made, made.chains[1], 1);

    expect(made.target.calls).toHaveLength(7);
    expect(made.chains.map((chain) => chain.snapshot()[0]?.breaker)).toEqual(["closed", "closed"]);
  });

  test("hear an operator's enable", async () => {
    const made = pair([dead, dead, dead, dead, dead, answer("Primary")]);
    await ask(made, made.chains[0], 5);

    made.chains[1]?.enable("all");

    expect(made.chains.map((chain) => chain.snapshot()[0]?.breaker)).toEqual(["closed", "closed"]);
  });

  test("a call whose only candidate is being probed by the other chain is tried beside it, not failed", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [dead, dead, dead, dead, dead, [hang], answer("Beside")]);
    const store = memoryStore(clock);
    const chains = [0, 1].map(() => chain([target], { store }));
    for (let calls = 0; calls < 2; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      if (chains[0] !== undefined) await rejection(clock, chains[0].generate("Hi"));
    }
    await clock.advance(8_000);
    const probing = chains[0] && settled(clock, chains[0].generate("Hi"));
    await clock.advance(10);

    const beside = chains[1] && (await finish(clock, chains[1].generate("Hi")));

    expect(beside?.trace.attempts).toMatchObject([{ venture: "last-resort", outcome: "answered" }]);
    await probing;
  });

  test("a probe gives its lease back once, as soon as its route is known again, however long it goes on", async () => {
    const long: Script = begin(["Slow"], wait(50_000), fail("stream.reset"));
    const { clock, chain } = harness();
    const returned: number[] = [];
    const leases = memoryStore(clock);
    const store = shareHealth({
      ...leases,
      acquireProbe: async (key, leaseMs) => {
        const asked = await leases.acquireProbe(key, leaseMs);
        if (!asked.granted || asked.lease === undefined) return asked;
        const { lease } = asked;
        const report = (isWell: boolean, openMs: number): void => {
          returned.push(clock.now());
          void lease.report(isWell, openMs);
        };
        return { granted: true, lease: { ...lease, report } };
      },
    });
    const target = scripted(clock, [dead, dead, dead, dead, dead, long]);
    const front = chain([target, scripted(clock, [answer("Backup")], { vendor: "beta" })], { store });
    await ask({ clock }, front, 5);
    await clock.advance(8_000);
    const started = clock.now();

    await finish(clock, front.generate("Hi"));

    expect(returned).toEqual([started]);
    expect(clock.now() - started).toBeGreaterThanOrEqual(50_000);
  });
});

const fails = (): never => {
  throw new Error("store down");
};
const rejects = (): Promise<never> => Promise.reject(new Error("store down"));
const hangs = (): Promise<never> => new Promise(() => undefined);

describe("a store that fails changes no output", () => {
  test.each([
    ["throws", { publish: fails, subscribe: fails, acquireProbe: fails }, 0],
    ["rejects", { publish: rejects, subscribe: () => () => undefined, acquireProbe: rejects }, 0],
    ["hangs", { publish: hangs, subscribe: () => () => undefined, acquireProbe: hangs }, 25],
  ] satisfies readonly (readonly [string, HealthStore, number])[])(
    "R11.1 one that %s, and takes %s more than 25 ms",
    async (_what, store, extraMs) => {
      const { clock, chain } = harness();
      const target = scripted(clock, [dead, dead, dead, dead, dead, answer("Primary")]);
      const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
      const front = chain([target, backup], { store: shareHealth(store) });
      const tiers: string[] = [];

      for (let calls = 0; calls < 6; calls++) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
        tiers.push((await finish(clock, front.generate("Hi"), 1)).tier);
      }
      await clock.advance(13_000);
      const started = clock.now();
      tiers.push((await finish(clock, front.generate("Hi"), 1)).tier);

      expect(tiers).toEqual([...Array.from({ length: 6 }, () => "beta/one"), "alpha/one"]);
      expect(clock.now() - started).toBeLessThanOrEqual(extraMs + 1);
      await clock.advance(100);
      expect(clock.pending).toBe(0);
    },
  );
});

test("a call that ends while the store is asked for the probe gives the lease back and asks nobody", async () => {
  const made = harness();
  const target = scripted(made.clock, [dead]);
  const asked = Promise.withResolvers<ProbeAnswer>();
  const released: string[] = [];
  const store = shareHealth({
    publish: () => undefined,
    subscribe: () => () => undefined,
    acquireProbe: () => asked.promise,
  });
  const chain = made.chain([target], { store, maxAttempts: 1 });
  // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
  for (let count = 0; count < 5; count++) await settled(made.clock, chain.generate("Hi"));
  await made.clock.advance(20_000);
  const controller = new AbortController();

  const call = settled(made.clock, chain.generate("Hi", { signal: controller.signal }));
  await made.clock.advance(1);
  controller.abort();
  const lease = { report: () => void released.push("report"), release: () => void released.push("release") };
  asked.resolve({ granted: true, lease });
  expect((await call).error?.code).toBe("aborted");
  await made.clock.advance(1);

  expect(target.calls).toHaveLength(5);
  expect(released).toEqual(["release"]);
  expect(chain.snapshot()).toMatchObject([{ breaker: "open" }]);
});

describe("what happens to a route while a store is asked for its probe", () => {
  type Hear = Parameters<HealthStore["subscribe"]>[0];

  /** A chain whose primary has failed five times and is due, with a store that does something before it grants. */
  async function due(script: Script, meanwhile: (key: string, hear: Hear) => void) {
    const made = harness();
    const target = scripted(made.clock, [dead, dead, dead, dead, dead, script]);
    const released: string[] = [];
    const listeners: Hear[] = [];
    const lease = { report: () => void released.push("report"), release: () => void released.push("release") };
    const store = shareHealth({
      publish: () => undefined,
      subscribe: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
      acquireProbe: async (key) => {
        meanwhile(key, (news) => listeners.forEach((listener) => listener(news)));
        return { granted: true, lease };
      },
    });
    const chain = made.chain([target, scripted(made.clock, [answer("Backup")], { vendor: "beta" })], { store });
    await ask(made, chain, 5);
    await made.clock.advance(20_000);
    return { ...made, target, chain, released };
  }

  test("R6.6 another call has begun the probe: it stays the only one, whatever the store grants", async () => {
    const { clock, target, chain } = await due(begin(["Pri"], wait(1_000), fail("stream.reset")), () => undefined);

    const calls = await finish(clock, Promise.all([chain.generate("Hi"), chain.generate("Hi")]));

    expect(target.calls).toHaveLength(6);
    expect(calls[1]?.trace.skipped).toMatchObject([{ reason: "breaker", detail: "another call is probing" }]);
  });

  test("R11.6 others found it sick for longer: who has the lease finds out all the same", async () => {
    const { clock, chain } = await due(answer("Back"), (key, hear) => hear({ type: "opened", key, forMs: 60_000 }));

    const { text, trace } = await finish(clock, chain.generate("Hi"));

    expect(text).toBe("Back");
    expect(trace.attempts).toMatchObject([{ venture: "probe" }]);
  });

  test("R11.2 others found it well: the lease that is not needed is given back", async () => {
    const { clock, chain, released } = await due(answer("Back"), (key, hear) => hear({ type: "closed", key }));

    const { trace } = await finish(clock, chain.generate("Hi"));

    expect(trace.attempts.map(({ venture, outcome }) => [venture, outcome])).toEqual([[undefined, "answered"]]);
    expect(released).toEqual(["release"]);
  });
});

test("R11.1 a store that answers with something else than it has to ends no call", async () => {
  const made = harness();
  const target = scripted(made.clock, [dead, dead, dead, dead, dead, answer("Back")]);
  const store = { publish: () => undefined, subscribe: () => () => undefined };
  // @ts-expect-error -- as a store in plain JavaScript may
  const chain = made.chain([target], { store: shareHealth({ ...store, acquireProbe: () => 1 }), maxAttempts: 1 });
  // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
  for (let count = 0; count < 5; count++) await settled(made.clock, chain.generate("Hi"));
  await made.clock.advance(20_000);

  const { value } = await settled(made.clock, chain.generate("Hi"));

  expect(value?.text).toBe("Back");
});

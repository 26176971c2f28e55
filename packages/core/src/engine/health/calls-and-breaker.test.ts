import { describe, expect, test } from "vitest";
import { finish, harness, rejection, settled, types, type Harness } from "../../../test/harness.ts";
import {
  answer,
  begin,
  fail,
  hang,
  read,
  scripted,
  wait,
  type Script,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { Chain, ChainOptions } from "../../index.ts";

const dead: Script = [fail("server.error", { status: 500 })];

interface Rig extends Harness {
  readonly primary: ScriptedTarget;
  readonly backup: ScriptedTarget;
  readonly ask: () => Promise<string>;
  readonly states: () => string[];
  readonly front: Chain;
}

/** A primary that plays the given scripts, one per call, and a backup that always answers. Without jitter it opens for 7.5 s. */
function rig(
  scripts: readonly Script[],
  options: ChainOptions = {},
  limits: { readonly timeoutMs?: number } = {},
): Rig {
  const made = harness();
  const primary = scripted(made.clock, scripts);
  const backup = scripted(made.clock, [answer("Backup")], { vendor: "beta" });
  const front = made.chain([{ target: primary, ...limits }, backup], options);
  return {
    ...made,
    primary,
    backup,
    front,
    ask: async () => (await finish(made.clock, front.generate("Hi"))).tier,
    states: () => front.snapshot().map(({ breaker }) => breaker),
  };
}

async function repeated<Value>(count: number, action: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
  while (values.length < count) values.push(await action());
  return values;
}

/** Five failures that open a breaker. */
const outage = (...then: readonly Script[]): Script[] => [dead, dead, dead, dead, dead, ...then];

describe("opening", () => {
  test("HB-01 after five failures in a row the primary is no longer asked, also with one target per tier", async () => {
    const { primary, backup, ask, states } = rig([dead]);

    await repeated(8, ask);

    expect(primary.calls).toHaveLength(5);
    expect(backup.calls).toHaveLength(8);
    expect(states()).toEqual(["open", "closed"]);
  });

  test("HB-02 a backup that fails is marked on its own", async () => {
    const { clock, chain } = harness();
    const tiers = ["alpha", "beta"].map((vendor) => scripted(clock, [dead], { vendor }));
    const third = scripted(clock, [answer("Third")], { vendor: "gamma" });
    const front = chain([...tiers, third]);

    await repeated(7, () => finish(clock, front.generate("Hi")));

    expect(tiers.map(({ calls }) => calls.length)).toEqual([5, 5]);
    expect(front.snapshot().map(({ breaker }) => breaker)).toEqual(["open", "open", "closed"]);
  });

  test("HB-07 every wire attempt counts, not every call: one call of three attempts leaves two to go", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [dead]);
    const front = chain([target]);

    await rejection(clock, front.generate("Hi"));
    expect(target.calls).toHaveLength(3);
    expect(front.snapshot()[0]?.counts.bad).toBe(3);
    await rejection(clock, front.generate("Hi"));

    expect(target.calls).toHaveLength(5);
    expect(front.snapshot()[0]?.breaker).toBe("open");
  });

  test("HB-09 a primary that fails every other call is taken out by its rate", async () => {
    const { primary, ask, states } = rig([
      dead,
      answer("One"),
      dead,
      answer("One"),
      dead,
      answer("One"),
      dead,
      answer("One"),
      dead,
      answer("One"),
      dead,
    ]);

    await repeated(11, ask);

    expect(states()[0]).toBe("open");
    expect(primary.calls).toHaveLength(11);
  });

  test("ED-10 a route that cuts every stream after its first words is taken out", async () => {
    const { clock, primary, front, states } = rig([begin(["The"], wait(200), fail("stream.truncated"))]);

    await repeated(7, async () => {
      const stream = await finish(clock, front.stream("Hi"));
      return finish(clock, stream.result);
    });

    expect(primary.calls).toHaveLength(5);
    expect(states()[0]).toBe("open");
  });

  test("HB-06 users who cancel, refusals and rejected requests never take a route out", async () => {
    const refuses: Script = [read({ type: "end", finishReason: "content-filter", rawFinishReason: "safety" })];
    const { clock, front, states } = rig([[hang], refuses, [fail("request.rejected", { status: 400 })]]);

    await repeated(6, async () => {
      const controller = new AbortController();
      const call = settled(clock, front.generate("Hi", { signal: controller.signal }));
      await clock.advance(10);
      controller.abort();
      return call;
    });
    await repeated(6, () => settled(clock, front.generate("Hi")));

    expect(states()).toEqual(["closed", "closed"]);
    expect(front.snapshot()[0]?.counts.bad).toBe(0);
  });

  test("a hang outage opens by its rate of slow starts; a call's own short deadline does not count", async () => {
    const hanging = rig([[hang]], {}, { timeoutMs: 2_000 });
    await repeated(6, hanging.ask);

    const impatient = rig([[hang]], {}, { timeoutMs: 15_000 });
    await repeated(6, () => settled(impatient.clock, impatient.front.generate("Hi", { startWithinMs: 1_500 })));

    expect(hanging.states()[0]).toBe("open");
    expect(hanging.primary.calls).toHaveLength(5);
    expect(impatient.states()[0]).toBe("closed");
  });

  test("R6.1 siblings at one endpoint share a breaker, whatever their key; another region has its own", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [dead], { key: "one", endpoint: "eu.test" });
    const second = scripted(clock, [dead], { key: "two", endpoint: "eu.test" });
    const other = scripted(clock, [answer("Us")], { key: "one", endpoint: "us.test" });
    const front = chain([{ targets: [first, second, other] }]);

    await repeated(4, () => finish(clock, front.generate("Hi")));

    expect(first.calls.length + second.calls.length).toBe(5);
    expect(front.snapshot().map(({ breaker }) => breaker)).toEqual(["open", "open", "closed"]);
    expect(other.calls).toHaveLength(4);
  });

  test("HB-11 nothing of a call outlives it but health: the next call begins at the first tier", async () => {
    const { ask, primary } = rig([dead, answer("Primary")]);

    expect(await ask()).toBe("beta/one");
    expect(await ask()).toBe("alpha/one");
    expect(primary.calls).toHaveLength(2);
  });

  test("HB-12 HB-14 a new chain knows nothing of another one's outage, and keeps nothing outside of itself", async () => {
    const { clock, chain, ask, states } = rig([dead]);
    await repeated(5, ask);

    const target = scripted(clock, [answer("Fresh")]);
    const fresh = chain([target]);

    expect(states()[0]).toBe("open");
    expect(fresh.snapshot()[0]?.breaker).toBe("closed");
    expect((await finish(clock, fresh.generate("Hi"))).text).toBe("Fresh");
  });
});

describe("the probe", () => {
  test("HB-03 when the time is over one of many calls probes, and the others go to the backup at once", async () => {
    const slow: Script = begin([], wait(5_000), fail("server.error"));
    const { clock, primary, backup, front, ask } = rig(outage(slow));
    await repeated(5, ask);
    await clock.advance(8_000);
    const before = backup.calls.length;

    const calls = Array.from({ length: 20 }, () => front.generate("Hi"));
    await clock.advance(100);

    expect(primary.calls).toHaveLength(6);
    expect(backup.calls.length - before).toBe(19);
    await finish(clock, Promise.all(calls));
  });

  test("a good one brings the primary back for the very next call", async () => {
    const { clock, ask, states, events } = rig(outage(answer("Primary")));
    await repeated(5, ask);
    expect(await ask()).toBe("beta/one");
    await clock.advance(8_000);

    expect(await ask()).toBe("alpha/one");
    expect(states()[0]).toBe("closed");
    expect(await ask()).toBe("alpha/one");

    const changes = events.flatMap((event) => (event.type === "breaker" ? [`${event.from} ${event.to}`] : []));
    expect(changes).toEqual(["closed open", "open half-open", "half-open closed"]);
  });

  test("a bad one costs its caller nothing but the failover, and doubles the time", async () => {
    const { clock, ask, front } = rig(outage(dead));
    await repeated(5, ask);
    await clock.advance(8_000);

    expect(await ask()).toBe("beta/one");

    expect(front.snapshot()[0]).toMatchObject({ breaker: "open" });
    expect(front.snapshot()[0]?.blockedForMs).toBeGreaterThan(14_000);
  });

  test("R6.7 has the ordinary limits of its request, and its text is held for 250 ms at least", async () => {
    const { clock, front, ask } = rig(outage(begin(["Slow"], wait(10_000), fail("stream.reset"))));
    await repeated(5, ask);
    await clock.advance(8_000);
    const started = clock.now();

    let releasedAt = 0;
    const opening = front.stream("Hi").then((stream) => {
      releasedAt = clock.now();
      return stream;
    });
    await finish(clock, opening, 1);

    expect(releasedAt - started).toBeGreaterThanOrEqual(250);
    expect(releasedAt - started).toBeLessThan(260);
  });

  test("that its user abandons says nothing: the next one is made when it would be after a failure", async () => {
    const { clock, front, primary, ask, states } = rig(outage([hang], answer("Primary")));
    await repeated(5, ask);
    await clock.advance(8_000);
    const controller = new AbortController();
    const left = settled(clock, front.generate("Hi", { signal: controller.signal }));
    await clock.advance(10);
    controller.abort();
    await left;

    expect(states()[0]).toBe("open");
    expect(await ask()).toBe("beta/one");
    await clock.advance(16_000);
    expect(await ask()).toBe("alpha/one");
    expect(primary.calls).toHaveLength(7);
  });

  test("that meets a rate limit closes the breaker and leaves a cooldown: the server answers", async () => {
    const limited: Script = [fail("rate.requests", { status: 429, retryAfterMs: 4_000 })];
    const { clock, ask, front } = rig(outage(limited));
    await repeated(5, ask);
    await clock.advance(8_000);

    await ask();

    expect(front.snapshot()[0]).toMatchObject({ breaker: "closed", cooldownScope: "quota" });
  });

  test("is taken when it is due and nobody is behind it, although the call has made attempts", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [answer("One"), dead], { vendor: "beta" });
    const last = scripted(clock, outage(answer("Last")));
    const front = chain([first, last]);
    await repeated(2, () => rejection(clock, front.generate("Hi", { tiers: ["alpha/one"] })));
    await clock.advance(8_000);

    const fine = await finish(clock, front.generate("Hi"));
    const saved = await finish(clock, front.generate("Hi"));

    expect(fine.tier).toBe("beta/one");
    expect(saved.text).toBe("Last");
    expect(saved.trace.attempts.map(({ venture }) => venture)).toEqual([undefined, "probe"]);
  });

  test("R6.9 that closed the breaker at its first words and is then cut opens it again at once, for longer", async () => {
    const cut: Script = begin(["The"], wait(500), fail("stream.reset"));
    const { clock, ask, front, primary, events } = rig(outage(cut));
    await repeated(5, ask);
    await clock.advance(8_000);

    expect(await repeated(3, ask)).toEqual(["beta/one", "beta/one", "beta/one"]);

    expect(primary.calls).toHaveLength(6);
    expect(front.snapshot()[0]?.blockedForMs).toBeGreaterThan(14_000);
    const changes = events.flatMap((event) => (event.type === "breaker" ? [`${event.from} ${event.to}`] : []));
    expect(changes).toEqual(["closed open", "open half-open", "half-open closed", "closed open"]);
  });
});

describe("when nothing is left", () => {
  test("HB-10 with every breaker open the one that is due first is tried once and marked, and its answer closes it", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, outage(answer("Back")));
    const second = scripted(clock, [dead], { vendor: "beta" });
    const front = chain([first, second]);
    await repeated(2, () => rejection(clock, front.generate("Hi", { tiers: ["alpha/one"] })));
    await repeated(2, () => rejection(clock, front.generate("Hi", { tiers: ["beta/one"] })));
    expect(front.snapshot().map(({ breaker }) => breaker)).toEqual(["open", "open"]);

    const result = await finish(clock, front.generate("Hi"));

    expect(result.text).toBe("Back");
    expect(result.trace.attempts).toMatchObject([
      { venture: "last-resort", breakerBefore: "open", breakerAfter: "closed" },
    ]);
    // Not the one that was tried.
    expect(result.trace.skipped).toMatchObject([{ tier: "beta/one", reason: "breaker" }]);
  });

  // Without jitter the probes are made 12.5, 27.5 and 57.5 s after the first failure.
  test.each([
    [13_000, 28_500],
    [20_000, 28_500],
    [30_000, 58_500],
  ])(
    "calls that fail while everybody is down for %i ms do not put the primary's return off",
    async (outageMs, backWithin) => {
      const { clock, chain } = harness();
      const until = clock.now() + outageMs;
      const flaky = (text: string): Script => {
        const whole = answer(text);
        return (call) => {
          if (clock.now() < until) return [fail("server.error")];
          return typeof whole === "function" ? whole(call) : whole;
        };
      };
      const front = chain([scripted(clock, [flaky("A")]), scripted(clock, [flaky("B")], { vendor: "beta" })]);

      let backAt = Infinity;
      for (let second = 0; second < 120 && backAt === Infinity; second++) {
        // oxlint-disable-next-line no-await-in-loop -- one call a second is the point
        const { value } = await settled(clock, front.generate("Hi"));
        if (value?.text === "A") backAt = clock.now();
        // oxlint-disable-next-line no-await-in-loop
        await clock.advance(1_000);
      }

      expect(backAt).toBeLessThan(backWithin);
    },
  );

  test("R1.8 the last resort is one attempt: it is not repeated, and the call fails", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [dead]);
    const front = chain([target]);
    await repeated(2, () => rejection(clock, front.generate("Hi")));
    const before = target.calls.length;

    const error = await rejection(clock, front.generate("Hi"));

    expect(target.calls.length - before).toBe(1);
    expect(error).toMatchObject({ code: "server-error", attempts: [{ venture: "last-resort" }] });
  });

  test("while another call probes, the last resort asks beside it, and its result counts for nothing", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, outage([wait(3_000), fail("server.error")], answer("Beside")));
    const front = chain([target]);
    await repeated(2, () => rejection(clock, front.generate("Hi")));
    await clock.advance(8_000);
    const probing = rejection(clock, front.generate("Hi"));
    await clock.advance(10);

    const beside = await finish(clock, front.generate("Hi"));

    expect(beside.text).toBe("Beside");
    expect(beside.trace.attempts).toMatchObject([{ venture: "last-resort", breakerBefore: "half-open" }]);
    expect(beside.trace.attempts[0]?.breakerAfter).not.toBe("closed");
    await probing;
  });
});

describe("an operator", () => {
  test("takes targets out and puts them back", async () => {
    const { primary, backup, front, ask, states } = rig([answer("Primary")]);

    front.isolate({ vendor: "alpha" });
    expect(await ask()).toBe("beta/one");
    expect(front.snapshot()[0]?.isIsolated).toBe(true);
    front.enable({ vendor: "alpha" });

    expect(await ask()).toBe("alpha/one");
    expect([primary.calls.length, backup.calls.length]).toEqual([1, 1]);
    expect(states()).toEqual(["closed", "closed"]);
  });

  test("R7.5 is told which targets were meant, and may name them by their place in the tier", () => {
    const { clock, chain } = harness();
    const [one, two, other] = [
      scripted(clock, [], { endpoint: "one.test" }),
      scripted(clock, [], { endpoint: "two.test" }),
      scripted(clock, [], { vendor: "beta" }),
    ];
    const front = chain([{ targets: [one, two] }, other]);

    expect(front.isolate({ tier: "alpha/one", sibling: 2 })).toMatchObject([
      { endpoint: "two.test", isIsolated: true },
    ]);
    expect(front.snapshot().map(({ isIsolated }) => isIsolated)).toEqual([false, true, false]);
    expect(front.isolate("all").map(({ vendor }) => vendor)).toEqual(["alpha", "alpha", "beta"]);
    expect(front.enable({ vendor: "alpha" }).map(({ isIsolated }) => isIsolated)).toEqual([false, false]);
    expect(front.snapshot().map(({ isIsolated }) => isIsolated)).toEqual([false, false, true]);
  });

  test.each<readonly [string, unknown, string]>([
    ["a misspelt field", { vendr: "alpha" }, "the selector has an unknown field `vendr` (did you mean `vendor`?)"],
    ["a value that was forgotten", { vendor: undefined }, 'The selector matches no target. Give "all", or fields of:'],
    ["nothing", {}, 'The selector matches no target. Give "all", or fields of:'],
    ["no selector", undefined, 'a selector other than "all" must be an object'],
    ["another word than all", "every", 'a selector other than "all" must be an object'],
    [
      "a misspelt value",
      { vendor: "alhpa" },
      '{"tier":"alpha/one","vendor":"alpha","model":"one","endpoint":"alpha.test"}',
    ],
    ["one right and one wrong field", { vendor: "alpha", model: "two" }, "The selector matches no target"],
    ["a place that no tier has", { sibling: 2 }, "The selector matches no target"],
    ["a place in words", { sibling: "1" }, "sibling must be a whole number of at least 1"],
  ])("R7.5 changes nothing with a selector of %s", (_name, selector, problem) => {
    const { front } = rig([answer("Primary")]);
    front.isolate({ vendor: "beta" });
    for (const method of ["isolate", "enable"] as const) {
      const change = (): unknown => Reflect.apply(front[method], front, [selector]);

      expect(change).toThrow(
        expect.objectContaining({ code: "invalid-request", message: expect.stringContaining(problem) }),
      );
    }
    expect(front.snapshot().map(({ isIsolated }) => isIsolated)).toEqual([false, true]);
  });

  test("finds an isolated target nowhere, also not as the last resort", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("One")]);
    const front = chain([target]);
    front.isolate("all");

    const error = await rejection(clock, front.generate("Hi"));

    expect(error).toMatchObject({ code: "all-failed", reason: "engine.no-target" });
    expect(target.calls).toHaveLength(0);
  });

  test("ends an open breaker, and results from before say nothing", async () => {
    const { clock, front, ask, states, primary } = rig([...outage(), answer("Primary")]);
    await repeated(5, ask);

    front.enable({ endpoint: "alpha.test" });

    expect(states()[0]).toBe("closed");
    expect(await ask()).toBe("alpha/one");
    expect(primary.calls).toHaveLength(6);
    expect(clock.pending).toBe(0);
  });

  test("sees what every target is doing in a snapshot", async () => {
    const { front, ask } = rig([dead]);
    await ask();

    expect(front.snapshot()).toEqual([
      {
        vendor: "alpha",
        model: "one",
        endpoint: "alpha.test",
        breaker: "closed",
        counts: { starts: 1, ok: 0, bad: 1, slow: 0 },
        isIsolated: false,
        blockedForMs: 0,
        cooldownScope: undefined,
        cooldownClass: undefined,
        tier: "alpha/one",
      },
      expect.objectContaining({ vendor: "beta", counts: { starts: 1, ok: 1, bad: 0, slow: 0 } }),
    ]);
  });
});

test("R6.15 three unclassified throws of an adapter in a row are bad, two are not", async () => {
  const broken: Script = [{ type: "throw", error: new TypeError("ours") }];
  const { ask, front, events } = rig([broken]);

  await repeated(2, ask);
  expect(front.snapshot()[0]?.counts.bad).toBe(0);
  await repeated(2, ask);

  expect(front.snapshot()[0]?.counts.bad).toBe(2);
  expect(types(events).filter((type) => type === "credential-problem")).toHaveLength(4);
});

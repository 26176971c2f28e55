import { describe, expect, test } from "vitest";
import { finish, harness, rejection, type Harness } from "../../../test/harness.ts";
import {
  answer,
  end,
  fail,
  hang,
  read,
  scripted,
  type Script,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { Usage } from "../../model/usage.ts";

const telling = (text: string, usage: Usage): Script => [
  read({ type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: text }),
  read({ type: "text-end", id: "t", part: { type: "text", text } }, end("stop", usage)),
];

/** Says what it used, begins, and breaks. */
const breaking = (usage: Usage): Script => [
  read({ type: "usage", usage }, { type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: "Hel" }),
  fail("stream.reset"),
];

const one = (
  { clock }: Harness,
  vendor: string,
  scripts: readonly Script[],
  maxOutputTokens?: number,
): ScriptedTarget =>
  scripted(clock, scripts, {
    vendor,
    model: "m",
    capabilities: maxOutputTokens === undefined ? {} : { maxOutputTokens },
  });

/** What the types forbid, and callers without types do. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- the point of it
const wrong = <Value>(value: unknown): Value => value as Value;

const PRICES = {
  "a/m": { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5, currency: "USD" },
  "b/m": { input: 1, output: 4, currency: "USD" },
};

describe("R16.9 the cost of a call", () => {
  test("is what its tokens cost by the given prices, each kind by its own, as an estimate", async () => {
    const world = harness();
    const usage = { inputTokens: 100_000, cacheReadTokens: 60_000, cacheWriteTokens: 10_000, outputTokens: 2_000 };
    const chain = world.chain([one(world, "a", [telling("A", usage)])], { prices: PRICES });

    const { cost, usageTotal } = await finish(world.clock, chain.generate("Hi"));

    // 30,000 × 2 + 60,000 × 0.2 + 10,000 × 2.5 + 2,000 × 10, per million.
    expect(cost?.amount).toBeCloseTo(0.117, 10);
    expect(cost).toMatchObject({ currency: "USD", estimate: true, exact: true });
    expect(usageTotal.cost).toEqual(cost);
  });

  test("takes caches without a price of their own for input", async () => {
    const world = harness();
    const usage = { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 0 };
    const chain = world.chain([one(world, "b", [telling("B", usage)])], { prices: PRICES });

    expect((await finish(world.clock, chain.generate("Hi"))).cost?.amount).toBeCloseTo(0.001, 10);
  });

  test("has what failed attempts used in it, and is a lower bound where that is not all known", async () => {
    const world = harness();
    const a = one(world, "a", [breaking({ inputTokens: 1_000, outputTokens: 3 })]);
    const b = one(world, "b", [telling("B", { inputTokens: 1_000, outputTokens: 100 })]);
    const chain = world.chain([a, b], { prices: PRICES });

    const { cost } = await finish(world.clock, chain.generate("Hi"));

    expect(cost?.amount).toBeCloseTo((1_000 * 2 + 3 * 10 + 1_000 * 1 + 100 * 4) / 1e6, 10);
    expect(cost?.exact).toBe(false);
  });

  test("has nothing in it of a request that was refused: nobody bills that", async () => {
    const world = harness();
    const a = one(world, "a", [[fail("server.overloaded", { status: 529 })]]);
    const b = one(world, "b", [telling("B", { inputTokens: 1_000, outputTokens: 100 })]);

    const { cost } = await finish(world.clock, world.chain([a, b], { prices: PRICES }).generate("Hi"));

    expect(cost).toMatchObject({ exact: true });
    expect(cost?.amount).toBeCloseTo(0.0014, 10);
  });

  test("stands in the error of a call that fails, and of one that is stopped", async () => {
    const world = harness();
    const a = one(world, "a", [breaking({ inputTokens: 1_000, outputTokens: 3 })]);
    const begun: Script = [read({ type: "usage", usage: { inputTokens: 500 } }), hang];
    const b = one(world, "b", [begun]);
    const prices = PRICES;

    const failed = await rejection(world.clock, world.chain([a], { prices, policy: () => "stop" }).generate("Hi"));
    const stopped = await rejection(world.clock, world.chain([b], { prices }).generate("Hi", { deadlineMs: 900 }));

    expect(failed.usageTotal?.cost).toMatchObject({ exact: false });
    expect(failed.usageTotal?.cost?.amount).toBeCloseTo(0.00203, 10);
    expect(stopped.usageTotal?.cost?.amount).toBeCloseTo(0.0005, 10);
  });

  test("is absent where no price is known, and a lower bound where one of them is not", async () => {
    const world = harness();
    const used = { inputTokens: 1_000, outputTokens: 100 };
    const c = one(world, "c", [telling("C", used)]);
    const broken = one(world, "c", [breaking(used)]);
    const b = one(world, "b", [telling("B", used)]);

    const none = await finish(world.clock, world.chain([c]).generate("Hi"));
    const unknown = await finish(world.clock, world.chain([c], { prices: PRICES }).generate("Hi"));
    const partly = await finish(world.clock, world.chain([broken, b], { prices: PRICES }).generate("Hi"));

    expect([none.cost, none.usageTotal.cost, unknown.cost]).toEqual([undefined, undefined, undefined]);
    expect(partly.cost).toMatchObject({ exact: false });
    expect(partly.cost?.amount).toBeCloseTo(0.0014, 10);
  });

  test("may differ by endpoint, and another price of the list changes nothing", async () => {
    const world = harness();
    const prices = { ...PRICES, "b/m@b.test": { input: 3, output: 4, currency: "USD" }, "b/m@eu.test": PRICES["a/m"] };
    const b = one(world, "b", [telling("B", { inputTokens: 1_000, outputTokens: 0 })]);

    expect((await finish(world.clock, world.chain([b], { prices }).generate("Hi"))).cost?.amount).toBeCloseTo(
      0.003,
      10,
    );
  });

  test("is by the prices as they were when the chain was built", async () => {
    const world = harness();
    const mine = { "b/m": { input: 1, output: 4 } };
    const b = one(world, "b", [telling("B", { inputTokens: 1_000, outputTokens: 0 })]);
    const chain = world.chain([b], { prices: mine });
    mine["b/m"].input = 1_000;

    expect((await finish(world.clock, chain.generate("Hi"))).cost?.amount).toBeCloseTo(0.001, 10);
  });

  test.each([
    [{ "a/m": { input: -1, output: 1 } }, `prices["a/m"].input must be a number of at least 0`],
    [{ "a/m": { input: 1 } }, `prices["a/m"].output must be a number of at least 0`],
    [{ "a/m": { input: 1, output: 1, cached: 1 } }, `prices["a/m"] has an unknown field`],
    [{ "a/m": 3 }, `prices["a/m"].input must be`],
    [
      { "a/m": { input: 1, output: 1, currency: "USD" }, "b/m": { input: 1, output: 1, currency: "EUR" } },
      "one currency",
    ],
    ["cheap", "prices must be an object"],
  ])("is not computed from prices that are wrong: %j", (prices, words) => {
    const world = harness();

    expect(() => world.chain([one(world, "a", [])], { prices: wrong(prices) })).toThrow(words);
  });
});

describe("R16.10 `maxCost`", () => {
  const dear = { "a/m": { input: 100, output: 100 }, "b/m": { input: 1, output: 1 } };
  const request = { messages: [{ role: "user" as const, content: "Hi" }], maxOutputTokens: 1_000 };

  test("passes over a target that could cost more, and says how much", async () => {
    const world = harness();
    const [a, b] = [one(world, "a", [answer("A")]), one(world, "b", [answer("B")])];

    const { text, trace } = await finish(
      world.clock,
      world.chain([a, b], { prices: dear }).generate(request, { maxCost: 0.01 }),
    );

    expect(text).toBe("B");
    expect(trace.skipped).toMatchObject([
      { vendor: "a", reason: "too-dear", detail: "it could cost 0.101, maxCost is 0.01" },
    ]);
  });

  test("is the caller's word: where every target is dearer the call fails, before anything is sent", async () => {
    const world = harness();
    const [a, b] = [one(world, "a", [answer("A")]), one(world, "b", [answer("B")])];

    const error = await rejection(
      world.clock,
      world.chain([a, b], { prices: dear }).generate(request, { maxCost: 0.000_1 }),
    );

    expect(error.message).toContain("a/m too-dear (it could cost 0.101, maxCost is 0.0001)");
    expect(error.message).toContain("b/m too-dear (it could cost 0.00101, maxCost is 0.0001)");
    expect([error.code, error.retryAfterMs]).toEqual(["all-failed", undefined]);
    expect([...a.calls, ...b.calls]).toEqual([]);
  });

  test("is not even broken by a last resort, nor by a target that is cooled down", async () => {
    const world = harness();
    const a = one(world, "a", [[fail("rate.requests", { retryAfterMs: 60_000 })], answer("A")]);
    const chain = world.chain([a], { prices: dear });
    await rejection(world.clock, chain.generate(request));

    const error = await rejection(world.clock, chain.generate(request, { maxCost: 0.01 }));

    expect(error.attempts).toEqual([]);
    expect(error.trace?.skipped).toMatchObject([{ reason: "too-dear" }]);
    expect(error.retryAfterMs).toBeUndefined();
  });

  test("counts what failed attempts used, so that repeats and later targets stay within it together", async () => {
    const world = harness();
    const prices = { "a/m": { input: 1, output: 10 }, "b/m": { input: 1, output: 10 } };
    const a = one(world, "a", [breaking({ inputTokens: 10, outputTokens: 900 })]);
    const b = one(world, "b", [answer("B")]);
    const chain = world.chain([a, b], { prices });

    const enough = await finish(world.clock, chain.generate(request, { maxCost: 0.021 }));
    const error = await rejection(world.clock, chain.generate(request, { maxCost: 0.019 }));

    expect(enough.text).toBe("B");
    expect(error.attempts.map(({ vendor }) => vendor)).toEqual(["a"]);
    expect(error.trace?.skipped).toMatchObject([
      { vendor: "b", reason: "too-dear", detail: "0.01 may be spent, it could cost 0.01, maxCost is 0.019" },
    ]);
  });

  test("takes the model's own limit where the request has none, and passes over what has neither", async () => {
    const world = harness();
    const a = one(world, "a", [answer("A")]);
    const b = one(world, "b", [answer("B")], 2_000);
    const prices = { "a/m": { input: 1, output: 1 }, "b/m": { input: 1, output: 1 } };

    const { text, trace } = await finish(
      world.clock,
      world.chain([a, b], { prices }).generate("Hi", { maxCost: 0.003 }),
    );

    expect(text).toBe("B");
    expect(trace.skipped).toMatchObject([
      { vendor: "a", reason: "too-dear", detail: "it may answer at any length: give maxOutputTokens" },
    ]);
  });

  test("passes over a target without a price", async () => {
    const world = harness();
    const [c, b] = [one(world, "c", [answer("C")]), one(world, "b", [answer("B")])];

    const { text, trace } = await finish(
      world.clock,
      world.chain([c, b], { prices: dear }).generate(request, { maxCost: 1 }),
    );

    expect(text).toBe("B");
    expect(trace.skipped).toMatchObject([{ vendor: "c", reason: "too-dear", detail: "its price is not known" }]);
  });

  test("of a chain without prices is refused", async () => {
    const world = harness();
    const b = one(world, "b", [answer("B")]);

    const error = await rejection(world.clock, world.chain([b]).generate(request, { maxCost: 1 }));

    expect(error.code).toBe("config");
    expect(error.message).toContain("`maxCost` cannot be kept");
    expect(b.calls).toEqual([]);
  });

  test.each([-1, Number.NaN, "1", Infinity])("must be an amount: %s", async (maxCost) => {
    const world = harness();
    const chain = world.chain([one(world, "b", [answer("B")])], { prices: dear });

    const error = await rejection(world.clock, chain.generate(request, { maxCost: wrong(maxCost) }));

    expect(error.message).toContain("maxCost must be a number of at least 0");
  });
});

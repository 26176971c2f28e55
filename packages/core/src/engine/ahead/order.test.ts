import { describe, expect, test } from "vitest";
import { finish, harness, rejection, type Harness } from "../../../test/harness.ts";
import {
  answer,
  end,
  fail,
  hang,
  read,
  scripted,
  wait,
  type Script,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { Usage } from "../../model/usage.ts";
import type { Chain, TierInput } from "../../index.ts";

const lines = (text: string, usage?: Usage) => [
  read({ type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: text }),
  read({ type: "text-end", id: "t", part: { type: "text", text } }, end("stop", usage)),
];

/** Answers after so long, at first and from a time on. */
function paced({ clock }: Harness, vendor: string, msAt: (now: number) => number): ScriptedTarget {
  return scripted(clock, [() => [wait(msAt(clock.now())), ...lines(vendor)]], { vendor, model: vendor });
}

const fastest = (targets: readonly ScriptedTarget[]): TierInput => ({ targets, order: "fastest", name: "all" });

/** Calls one after the other, a second apart: who answered, as one text. */
async function run({ clock }: Harness, chain: Chain, calls: number): Promise<string> {
  let answered = "";
  for (let call = 0; call < calls; call++) {
    // oxlint-disable-next-line no-await-in-loop -- one call after the other
    answered += (await finish(clock, chain.generate("Hi"), 20)).text;
    // oxlint-disable-next-line no-await-in-loop -- one call after the other
    await clock.advance(1_000);
  }
  return answered;
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** Numbers in [0, 1) that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const twoModels = ({ clock }: Harness): readonly [ScriptedTarget, ScriptedTarget, ScriptedTarget] => [
  scripted(clock, [[fail("server.overloaded")]], { vendor: "a", model: "large", endpoint: "a.test", key: "1" }),
  scripted(clock, [[fail("server.overloaded")]], { vendor: "a", model: "large", endpoint: "a.test", key: "2" }),
  scripted(clock, [answer("small")], { vendor: "a", model: "small", endpoint: "a.test", key: "1" }),
];

const threeModels = ({ clock }: Harness, usage?: Usage): readonly ScriptedTarget[] =>
  ["a", "b", "c"].map((name) => scripted(clock, [[...lines(name, usage)]], { vendor: name, model: "m" }));

const windowOf = (contextWindow: number) => ({ capabilities: { contextWindow } });

describe("R16.6 a tier in the order `fastest`", () => {
  test("asks the one with the shortest time to first content, once it is known of both", async () => {
    const world = harness();
    const targets = [paced(world, "a", () => 900), paced(world, "b", () => 300)];
    const chain = world.chain([fastest(targets)], { random: numbers(12_345) });

    const answered = await run(world, chain, 300);

    // Found out by the second call, then all calls but those that look after the slow one.
    expect(answered.indexOf("b")).toBe(1);
    expect(count(answered.slice(answered.indexOf("b")), "a")).toBeLessThan(300 / 20);
  });

  test("asks each that is not known once, one after the other, whatever chance says", async () => {
    const world = harness();
    const targets = ["a", "b", "c"].map((name, index) => paced(world, name, () => 300 - 100 * index));
    const chain = world.chain([fastest(targets)], { random: () => 0.9 });

    expect(await run(world, chain, 6)).toBe("abcccc");
  });

  test("asks one that is not known once, not with every call until it has answered", async () => {
    const world = harness();
    const targets = [paced(world, "a", () => 100), paced(world, "b", () => 20_000)];
    const chain = world.chain([{ ...fastest(targets), timeoutMs: 30_000 }], { random: () => 0.9 });
    await finish(world.clock, chain.generate("Hi"), 20);

    const answers = Promise.all(["1", "2", "3", "4"].map(() => chain.generate("Hi")));

    expect((await finish(world.clock, answers, 500)).map(({ text }) => text)).toEqual(["b", "a", "a", "a"]);
  });

  test("follows when the fast one becomes slow, and comes back", async () => {
    const world = harness();
    const slowFrom = { at: Infinity, until: Infinity };
    const isSlow = (now: number): boolean => now >= slowFrom.at && now < slowFrom.until;
    const targets = [paced(world, "a", (now) => (isSlow(now) ? 4_000 : 200)), paced(world, "b", () => 600)];
    const chain = world.chain([fastest(targets)], { random: numbers(67_890) });
    await run(world, chain, 200);
    slowFrom.at = world.clock.now();
    slowFrom.until = slowFrom.at + 900_000;

    const during = await run(world, chain, 200);
    await world.clock.advance(900_000);
    const after = await run(world, chain, 300);

    expect(count(during, "b")).toBeGreaterThan(150);
    expect(count(after.slice(-100), "a")).toBeGreaterThan(80);
  });

  test("explores a bounded share, and never the same target twice in a minute", async () => {
    const world = harness();
    const targets = ["a", "b", "c"].map((name, index) => paced(world, name, () => 100 + 100 * index));
    const chain = world.chain([fastest(targets)], { random: () => 0 });

    const answered = await run(world, chain, 240);

    // 240 calls are 280 s here: with a random number that always explores, each other target is asked once a minute.
    expect(count(answered, "b")).toBeLessThanOrEqual(6);
    expect(count(answered, "c")).toBeLessThanOrEqual(6);
    expect(count(answered, "b") + count(answered, "c")).toBeGreaterThanOrEqual(6);
  });

  test("puts one whose limit ran out behind those of which nothing is known, and a refusal says nothing about speed", async () => {
    const world = harness();
    const hanging = scripted(world.clock, [[hang]], { vendor: "a", model: "a" });
    const refusing = scripted(world.clock, [[fail("server.error")], answer("b")], { vendor: "b", model: "b" });
    const chain = world.chain([{ ...fastest([hanging, refusing]), timeoutMs: 9_000 }, paced(world, "c", () => 100)], {
      random: () => 0.9,
    });
    const askedBy = async (): Promise<string> => {
      const { trace } = await finish(world.clock, chain.generate("Hi"));
      return trace.attempts.map(({ vendor }) => vendor).join(" ");
    };

    expect([await askedBy(), await askedBy(), await askedBy()]).toEqual(["a b c", "b", "b"]);
  });

  test("is still held to what each model takes, and to what the caller allows", async () => {
    const world = harness();
    const blind = scripted(world.clock, [answer("a")], { vendor: "a", model: "a", capabilities: { tools: false } });
    const able = scripted(world.clock, [answer("b")], { vendor: "b", model: "b" });
    const chain = world.chain([fastest([blind, able])], { random: () => 0.9 });

    const { text, trace } = await finish(
      world.clock,
      chain.generate({ messages: [{ role: "user", content: "Hi" }], tools: [{ name: "look_up" }] }),
    );

    expect(text).toBe("b");
    expect(trace.skipped).toMatchObject([{ vendor: "a", reason: "unsupported", detail: "tools" }]);
  });
});

describe("R16.7 where a tier has an order, its targets are different models", () => {
  test.each(["request.context-length", "policy.input-blocked", "request.rejected"] as const)(
    "so what closes one of them (%s) closes no other, and its own siblings all the same",
    async (reason) => {
      const { clock, chain } = harness();
      const a = scripted(clock, [[fail(reason)]], { vendor: "a", model: "a", ...windowOf(8_000) });
      const twin = scripted(clock, [answer("twin")], { vendor: "a", model: "a", key: "2", ...windowOf(8_000) });
      const b = scripted(clock, [answer("b")], { vendor: "b", model: "b", ...windowOf(64_000) });
      const built = chain([{ targets: [a, twin, b], order: "fastest" }], { policy: () => "next", random: () => 0.9 });

      const { text } = await finish(clock, built.generate("Hi"));

      expect(text).toBe("b");
      expect(twin.calls).toHaveLength(0);
    },
  );

  test("so an overload of one model leaves the others of the same endpoint", async () => {
    const world = harness();
    const built = world.chain([{ targets: twoModels(world), order: "fastest" }], { random: () => 0.9 });

    const { text, trace } = await finish(world.clock, built.generate("Hi"));

    expect(text).toBe("small");
    expect(trace.attempts.map(({ model }) => model)).toEqual(["large", "small"]);
  });

  test("so each has the tier's time for itself: one that hangs leaves the others theirs", async () => {
    const { clock, chain } = harness();
    const a = scripted(clock, [[hang]], { vendor: "a", model: "a" });
    const b = scripted(clock, [answer("b")], { vendor: "b", model: "b" });
    const built = chain([{ targets: [a, b], order: "fastest", timeoutMs: 2_000 }], { random: () => 0.9 });

    const { text, trace } = await finish(clock, built.generate("Hi"));

    expect(text).toBe("b");
    expect(trace.totalMs).toBeGreaterThanOrEqual(2_000);
    expect(trace.totalMs).toBeLessThan(2_200);
  });

  test("and without one they are one model: what closes one target closes the tier", async () => {
    const { clock, chain } = harness();
    const a = scripted(clock, [[fail("request.rejected")]], { vendor: "a", model: "a" });
    const b = scripted(clock, [answer("b")], { vendor: "b", model: "b" });

    const error = await rejection(clock, chain([{ targets: [a, b] }]).generate("Hi"));

    expect(error.attempts.map(({ vendor }) => vendor)).toEqual(["a"]);
  });

  test("so the same empty answer of two models does not close a third", async () => {
    const { clock, chain } = harness();
    const empty: Script = [read(end())];
    const models = ["a", "b"].map((model) => scripted(clock, [empty], { vendor: model, model }));
    const third = scripted(clock, [answer("c")], { vendor: "c", model: "c" });

    const { text } = await finish(clock, chain([{ targets: [...models, third], order: "fastest" }]).generate("Hi"));

    expect(text).toBe("c");
  });

  test("and they cannot also share calls as siblings do", () => {
    const { clock, chain } = harness();
    const both = [scripted(clock, []), scripted(clock, [], { model: "two" })];

    expect(() => chain([{ targets: both, order: "cheapest", balance: "spread" }])).toThrow(
      "tier 1: balance 'spread' needs order 'declared'",
    );
  });
});

describe("R16.8 a tier in the order `cheapest`", () => {
  const prices = { "a/m": { input: 1, output: 30 }, "b/m": { input: 10, output: 10 } };

  test("asks by what this request probably costs there, and last those whose price is not known", async () => {
    const world = harness();
    const chain = world.chain([{ targets: [...threeModels(world)].toReversed(), order: "cheapest" }], { prices });

    const short = await finish(world.clock, chain.generate({ messages: [{ role: "user", content: "Hi" }] }));
    const long = await finish(world.clock, chain.generate("word ".repeat(20_000)));
    chain.isolate({ vendor: "a" });
    chain.isolate({ vendor: "b" });
    const unknown = await finish(world.clock, chain.generate("Hi"));

    // 500 tokens of answer: 0.015 against 0.005. 25,000 tokens of input: 0.04 against 0.255.
    expect([short.text, long.text, unknown.text]).toEqual(["b", "a", "c"]);
  });

  test("learns how long answers are", async () => {
    const world = harness();
    const targets = threeModels(world, { inputTokens: 2_000, outputTokens: 5_000 });
    const chain = world.chain([{ targets, order: "cheapest" }], { prices });

    let answered = "";
    for (let call = 0; call < 4; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      answered += (await finish(world.clock, chain.generate("word ".repeat(1_600)))).text;
    }

    // 2,000 in and 500 out: 0.017 against 0.025. With answers of 5,000 it is 0.152 against 0.07.
    expect(answered).toBe("abbb");
  });
});

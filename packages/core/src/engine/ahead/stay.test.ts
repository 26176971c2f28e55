import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../../../test/harness.ts";
import { answer, end, fail, read, scripted, type Script } from "../../../test/scripted-target.ts";

const HOUR_MS = 3_600_000;

/** Refuses so many times, then answers. */
const refusing = (times: number, text: string): Script[] => [
  ...Array.from({ length: times }, (): Script => [fail("server.overloaded")]),
  answer(text),
];

const targets = (clock: ReturnType<typeof harness>["clock"], key = "key b") => [
  scripted(clock, [answer("A")], { vendor: "a" }),
  scripted(clock, [answer("B")], { vendor: "b", key }),
];

/** What the types forbid, and callers without types do. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the point of it
const wrong = (value: unknown): string => value as string;

describe("R16.2 a call that is given a pin", () => {
  test("asks the target that answered before, although an earlier tier is well again", async () => {
    const { clock, events, chain } = harness();
    const primary = scripted(clock, refusing(1, "A"), { vendor: "a" });
    const backup = scripted(clock, [answer("B")], { vendor: "b" });
    const built = chain([primary, backup], { pins: true });
    const first = await finish(clock, built.generate("One"));
    await clock.advance(60_000);

    const second = await finish(clock, built.generate("Two", { pin: first.pin }));
    const other = await finish(clock, built.generate("Another conversation"));

    expect([first.text, second.text, other.text]).toEqual(["B", "B", "A"]);
    expect(second.trace.pin).toEqual({ outcome: "kept" });
    expect(second.trace.attempts.map(({ vendor }) => vendor)).toEqual(["b"]);
    expect([first.trace.pin, other.trace.pin]).toEqual([undefined, undefined]);
    expect(events.filter(({ type }) => type === "pin-left")).toEqual([]);
  });

  test("leaves it where it may not be asked, says why, and follows the chain's order from there", async () => {
    const { clock, events, chain } = harness();
    const a = scripted(clock, [answer("A")], { vendor: "a" });
    const b = scripted(clock, [answer("B")], { vendor: "b" });
    const built = chain([a, b], { pins: true });
    const first = await finish(clock, built.generate("One", { tiers: ["b/one"] }));
    built.isolate({ vendor: "b" });
    events.length = 0;

    const second = await finish(clock, built.generate("Two", { pin: first.pin, metadata: { user: 7 } }));

    expect(second.text).toBe("A");
    expect(second.trace.pin).toEqual({ outcome: "left", because: "isolated" });
    const left = events.filter(({ type }) => type === "pin-left");
    expect(left).toEqual([
      {
        type: "pin-left",
        callId: 2,
        metadata: { user: 7 },
        tier: "b/one",
        vendor: "b",
        model: "one",
        sibling: undefined,
        because: "isolated",
      },
    ]);
  });

  test("leaves it when it fails, with the class of that failure, and never asks it a second time", async () => {
    const { clock, events, chain } = harness();
    const a = scripted(clock, [answer("A")], { vendor: "a" });
    const b = scripted(clock, [answer("B"), [fail("server.error")]], { vendor: "b" });
    const built = chain([a, b], { pins: true });
    const { pin } = await finish(clock, built.generate("One", { tiers: ["b/one"] }));

    const second = await finish(clock, built.generate("Two", { pin }));

    expect(second.trace.attempts.map(({ vendor, outcome }) => `${vendor} ${outcome}`)).toEqual([
      "b failed",
      "a answered",
    ]);
    expect(second.trace.pin).toEqual({ outcome: "left", because: "server.error" });
    expect(events.find(({ type }) => type === "pin-left")).toMatchObject({ because: "server.error", vendor: "b" });
    expect(second.pin).not.toBe(pin);
  });

  test("leaves it for why it failed, not for why the next one was not asked", async () => {
    const { clock, events, chain } = harness();
    const others = ["a", "c"].map((vendor) => scripted(clock, [answer(vendor)], { vendor }));
    const b = scripted(clock, [answer("b"), [fail("server.error")]], { vendor: "b" });
    const built = chain([others[0] ?? b, b, others[1] ?? b], { pins: true });
    const { pin } = await finish(clock, built.generate("One", { tiers: ["b/one"] }));
    built.isolate({ vendor: "a" });

    const { text, trace } = await finish(clock, built.generate("Two", { pin }));

    expect(text).toBe("c");
    expect(trace.skipped).toMatchObject([{ vendor: "a", reason: "isolated" }]);
    expect(trace.pin).toEqual({ outcome: "left", because: "server.error" });
    expect(events.filter(({ type }) => type === "pin-left")).toMatchObject([{ because: "server.error", vendor: "b" }]);
  });

  test("tries every other candidate before it fails, each once, also among siblings that share their calls", async () => {
    const { clock, chain } = harness();
    const sibling = (key: string, scripts: readonly Script[]) =>
      scripted(clock, scripts, { vendor: "b", key, endpoint: `${key}.test` });
    const primary = scripted(clock, [[fail("server.error")]], { vendor: "a" });
    const siblings = ["k1", "k2", "k3"].map((key) => sibling(key, [answer(key), [fail("server.error")]]));
    const built = chain([primary, { targets: siblings, balance: "spread", name: "b" }], { pins: true });
    const { pin, trace } = await finish(clock, built.generate("One", { tiers: ["b"] }));
    expect(trace.attempts.map((one) => one.sibling)).toEqual([1]);
    await finish(clock, built.generate("One", { tiers: ["b"] }));
    await finish(clock, built.generate("One", { tiers: ["b"] }));

    const error = await rejection(clock, built.generate("Two", { pin }));

    const asked = error.attempts.filter(({ repeat }) => repeat === undefined);
    expect(asked.map(({ tier, sibling: place }) => `${tier} ${place ?? ""}`.trim())).toEqual([
      "b 1",
      "a/one",
      "b 2",
      "b 3",
    ]);
    expect(error.trace?.pin).toEqual({ outcome: "left", because: "server.error" });
  });
});

describe("R16.3 a pin", () => {
  test("names no target and no key in clear, and is short", async () => {
    const { clock, chain } = harness();
    const built = chain(targets(clock, "secret-canary"), { pins: true });

    const { pin = "" } = await finish(clock, built.generate("One"));

    expect(pin).toMatch(/^1\.[0-9a-z]{1,16}\.[0-9a-z]{1,8}$/);
    expect(pin).not.toContain("secret");
  });

  test("of a chain that is built anew, in another process, is good for the same target and for no other key", async () => {
    const { clock, chain } = harness();
    const { pin } = await finish(clock, chain(targets(clock), { pins: true }).generate("One", { tiers: ["b/one"] }));

    const same = await finish(clock, chain(targets(clock), { pins: true }).generate("Two", { pin }));
    const foreign = await finish(clock, chain(targets(clock, "other"), { pins: true }).generate("Two", { pin }));

    expect([same.text, foreign.text]).toEqual(["B", "A"]);
    expect(foreign.trace.pin).toEqual({ outcome: "ignored", because: "foreign" });
  });

  test.each([
    ["just within the hour", HOUR_MS - 5_000, undefined, "kept"],
    ["after the hour", HOUR_MS + 5_000, undefined, "ignored"],
    ["after the time that the chain gives", 12_000, 10_000, "ignored"],
    ["within it", 8_000, 10_000, "kept"],
    ["from a clock that is a day ahead", -86_400_000, undefined, "ignored"],
    ["from a clock that is a minute ahead", -60_000, undefined, "kept"],
  ])("%s", async (_, laterMs, pinMs, outcome) => {
    const { clock, chain } = harness();
    const built = chain(targets(clock), { pins: true, pinMs });
    const { pin } = await finish(clock, built.generate("One", { tiers: ["b/one"] }));
    clock.jumpWall(laterMs);

    const { trace } = await finish(clock, built.generate("Two", { pin }));

    expect(trace.pin?.outcome).toBe(outcome);
    expect(trace.pin?.because).toBe(outcome === "ignored" ? "stale" : undefined);
  });

  test.each(["", "1", "1..", "2.abc.def", "1.__proto__.1", "null", "1.abc.zzzzzzzzz", "\u0000", "x".repeat(100_000)])(
    "that is damaged is ignored: %.20j",
    async (pin) => {
      const { clock, chain } = harness();

      const { text, trace } = await finish(clock, chain(targets(clock), { pins: true }).generate("Hi", { pin }));

      expect(text).toBe("A");
      expect(trace.pin).toEqual({ outcome: "ignored", because: "foreign" });
    },
  );

  test.each([7, null, {}, ["1"]])("that is no text at all is refused before anything is sent: %j", async (pin) => {
    const { clock, chain } = harness();
    const both = targets(clock);

    const error = await rejection(clock, chain(both, { pins: true }).generate("Hi", { pin: wrong(pin) }));

    expect(error.code).toBe("invalid-request");
    expect(error.message).toContain("pin must be a string");
    expect(both.map(({ calls }) => calls.length)).toEqual([0, 0]);
  });

  test("is neither given nor heeded by a chain that was not asked to", async () => {
    const { clock, chain } = harness();
    const { pin } = await finish(clock, chain(targets(clock), { pins: true }).generate("Hi", { tiers: ["b/one"] }));

    const plain = await finish(clock, chain(targets(clock)).generate("Hi", { pin }));

    expect(plain.text).toBe("A");
    expect([plain.pin, plain.trace.pin]).toEqual([undefined, undefined]);
  });

  test("is not given with a degraded answer: the conversation goes back as soon as it can", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, refusing(1, "A"), { vendor: "a" });
    const backup = scripted(clock, [answer("B")], { vendor: "b" });
    const built = chain([primary, { target: backup, degraded: true }], { pins: true });

    const first = await finish(clock, built.generate("One"));
    await clock.advance(60_000);
    const second = await finish(clock, built.generate("Two", { pin: first.pin }));

    expect([first.text, first.pin, second.text]).toEqual(["B", undefined, "A"]);
    expect(second.pin).toBeDefined();
  });

  test("stands in the answer of a stream, and the answer stays plain JSON", async () => {
    const { clock, chain } = harness();
    const stream = await finish(clock, chain(targets(clock), { pins: true }).stream("Hi"));

    const whole = await finish(clock, stream.result);

    expect(JSON.parse(JSON.stringify(whole))).toMatchObject({ pin: whole.pin });
  });
});

const tokens = (text: string): number => Math.ceil(text.length / 4);

/** Keeps what it was sent, and bills what it has seen before as read from its cache, for five minutes. */
function cachingVendor(clock: ReturnType<typeof harness>["clock"], vendor: string, isDown: (call: number) => boolean) {
  const seen = new Map<string, number>();
  let calls = 0;
  const script: Script = ({ request }) => {
    if (isDown(++calls)) return [fail("server.overloaded")];
    const texts = request.messages.map((message) => JSON.stringify(message.content));
    const prefixes = texts.map((_, index) => texts.slice(0, index + 1).join("\n"));
    const cached = prefixes.findLast((prefix) => (seen.get(prefix) ?? -Infinity) > clock.now() - 300_000) ?? "";
    for (const prefix of prefixes) seen.set(prefix, clock.now());
    const usage = { inputTokens: tokens(prefixes.at(-1) ?? ""), cacheReadTokens: tokens(cached), outputTokens: 100 };
    const text = `${vendor} ${"says a lot ".repeat(40)}`;
    return [
      read({ type: "text-start", id: `t${calls}` }, { type: "text-delta", id: `t${calls}`, delta: text }),
      read({ type: "text-end", id: `t${calls}`, part: { type: "text", text } }, end("stop", usage)),
    ];
  };
  return scripted(clock, [script], { vendor });
}

/** Ten turns, two minutes apart, while the primary is overloaded at some requests: what was not read from a cache. */
async function conversation(pins: boolean): Promise<{ cached: number; fresh: number; asked: string }> {
  const { clock, chain } = harness();
  const primary = cachingVendor(clock, "a", (call) => call % 3 === 0);
  const backup = cachingVendor(clock, "b", () => false);
  const built = chain([primary, backup], { pins });
  const messages: { role: "user" | "assistant"; content: string }[] = [];
  let pin: string | undefined;
  let cached = 0;
  let fresh = 0;
  let asked = "";
  for (let turn = 1; turn <= 10; turn++) {
    messages.push({ role: "user", content: `Question ${turn}: ${"what about this ".repeat(60)}` });
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    const told = await finish(clock, built.generate({ messages }, { pin }));
    pin = told.pin;
    messages.push({ role: "assistant", content: told.text });
    const { inputTokens = 0, cacheReadTokens = 0 } = told.usage ?? {};
    asked += told.vendor.toUpperCase();
    cached += cacheReadTokens;
    fresh += inputTokens - cacheReadTokens;
    // oxlint-disable-next-line no-await-in-loop -- the cooldown of the outage ends
    await clock.advance(120_000);
  }
  return { cached, fresh, asked };
}

test("R16.2 with every third request of the primary refused, a pin halves the tokens that ten turns read from no cache", async () => {
  const [without, pinned] = [await conversation(false), await conversation(true)];

  expect(without.asked).toBe("AABAABAABA");
  expect(pinned.asked).toBe("AABBBBBBBB");
  expect(without.cached + without.fresh).toBe(pinned.cached + pinned.fresh);
  expect([without.cached, without.fresh]).toEqual([9_219, 9_821]);
  expect([pinned.cached, pinned.fresh]).toEqual([14_864, 4_176]);
});

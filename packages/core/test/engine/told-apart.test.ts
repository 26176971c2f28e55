import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection } from "../harness.ts";
import { answer, begin, fail, scripted, wait, type Script } from "../scripted-target.ts";
import { type EngineEvent } from "../../src/index.ts";
import { memoryStore } from "../../src/store/index.ts";
import { formatTrace } from "../../src/trace/index.ts";

const limited = (retryAfterMs: number): Script => [fail("rate.requests", { status: 429, retryAfterMs })];

/** The events of one type. */
function named(events: readonly EngineEvent[], type: EngineEvent["type"]): readonly EngineEvent[] {
  return events.filter((event) => event.type === type);
}

describe("R8.11 the number of a call", () => {
  test("is the same in answer, stream, error, trace and events, and the trace says when it began", async () => {
    const { clock, chain, events } = harness();
    const front = chain([scripted(clock, [answer("One"), answer("Two"), [fail("request.invalid")]])]);

    const whole = await finish(clock, front.generate("Hi"));
    await clock.advance(1_500);
    const startedAt = clock.wallNow();
    const stream = await finish(clock, front.stream("Hi"));
    await collect(clock, stream);
    const streamed = await stream.result;
    const error = await rejection(clock, front.generate("Hi"));

    expect([whole.callId, whole.trace.callId]).toEqual([1, 1]);
    expect([stream.callId, streamed.callId, streamed.trace.callId]).toEqual([2, 2, 2]);
    expect([error.callId, error.trace?.callId]).toEqual([3, 3]);
    expect(named(events, "end")).toMatchObject([{ callId: 1 }, { callId: 2 }, { callId: 3 }]);
    expect([whole.trace.startedAt, streamed.trace.startedAt]).toEqual([startedAt - 1_500, startedAt]);
    expect(formatTrace(streamed.trace)).toMatch(/\ncall 2, total 0 ms$/);
  });
});

describe("R8.11 siblings", () => {
  test("are told apart in attempts, skips, stream and call events, messages and snapshot", async () => {
    const { clock, chain, events } = harness();
    const one = scripted(clock, [limited(60_000), answer("One")], { key: "a" });
    const two = scripted(clock, [begin(["One"], wait(100), fail("stream.reset")), [fail("server.error")]], {
      key: "b",
    });
    const backup = scripted(clock, [answer("Backup"), [fail("server.error")]], { vendor: "beta" });
    const front = chain([{ targets: [one, two] }, backup]);

    const stream = await finish(clock, front.stream("Hi"));
    const shown = await collect(clock, stream);
    const { trace } = await stream.result;
    const error = await rejection(clock, front.generate("Hi"));

    expect(trace.attempts.map(({ tier, sibling }) => [tier, sibling])).toEqual([
      ["alpha/one", 1],
      ["alpha/one", 2],
      ["beta/one", undefined],
    ]);
    expect(shown.events.filter(({ type }) => type === "start" || type === "failover")).toMatchObject([
      { type: "start", attempt: 2, sibling: 2 },
      { type: "failover", from: { attempt: 2, sibling: 2 }, to: { attempt: 3, tier: "beta/one" } },
    ]);
    expect(named(events, "attempt-start").slice(0, 2)).toMatchObject([{ sibling: 1 }, { sibling: 2 }]);
    expect(error.trace?.skipped).toMatchObject([{ tier: "alpha/one", sibling: 1, reason: "cooldown" }]);
    expect(error.message).toContain("alpha/one #2 failed with server.error");
    expect(error.message).toContain("Not tried: alpha/one #1 cooldown (rate.requests).");
    expect(front.snapshot().map(({ tier, sibling, vendor }) => [tier, sibling, vendor])).toEqual([
      ["alpha/one", 1, "alpha"],
      ["alpha/one", 2, "alpha"],
      ["beta/one", undefined, "beta"],
    ]);
    expect(formatTrace(trace)).toContain("2  alpha/one #2  failed, stream.reset");
  });
});

describe("R8.11 events of health", () => {
  test("name the target whose attempt caused a cooldown, and the call", async () => {
    const { clock, chain, events } = harness();
    const one = scripted(clock, [limited(30_000)], { key: "a" });
    const two = scripted(clock, [answer("Two")], { key: "b" });

    await finish(clock, chain([{ name: "chat", targets: [one, two] }]).generate("Hi"));

    expect(named(events, "cooldown")).toEqual([
      {
        type: "cooldown",
        callId: 1,
        tier: "chat",
        vendor: "alpha",
        model: "one",
        endpoint: "alpha.test",
        sibling: 1,
        scope: "quota",
        reason: "rate.requests",
        forMs: 30_000,
      },
    ]);
  });

  test("name the call and the target that opened, probed and closed a breaker", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [...Array.from({ length: 5 }, () => [fail("server.error")]), answer("Back")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([primary, backup]);

    for (let call = 1; call <= 5; call++) await finish(clock, front.generate("Hi"));
    await clock.advance(20_000);
    await finish(clock, front.generate("Hi"));

    const target = { vendor: "alpha", model: "one", endpoint: "alpha.test", tier: "alpha/one" };
    expect(named(events, "breaker")).toEqual([
      { type: "breaker", ...target, callId: 5, from: "closed", to: "open" },
      { type: "breaker", ...target, callId: 6, from: "open", to: "half-open" },
      { type: "breaker", ...target, callId: 6, from: "half-open", to: "closed" },
    ]);
  });

  test("name no call where another chain or an operator caused the change", async () => {
    const { clock, chain, events } = harness();
    const store = memoryStore();
    const heard: EngineEvent[] = [];
    const failing = (): ReturnType<typeof scripted> => scripted(clock, [[fail("server.error")]]);
    const backup = (): ReturnType<typeof scripted> => scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([failing(), backup()], { store });
    const other = chain([failing(), backup()], { store, onEvent: (event) => heard.push(event) });
    // It has had a call of its own.
    await finish(clock, other.generate("Hi"));
    heard.length = 0;

    for (let call = 1; call <= 5; call++) await finish(clock, front.generate("Hi"));
    front.enable({ vendor: "alpha" });
    await clock.advance(0);

    const route = { type: "breaker", vendor: "alpha", model: "one", endpoint: "alpha.test" };
    expect(heard).toEqual([
      { ...route, from: "closed", to: "open" },
      { ...route, from: "open", to: "closed" },
    ]);
    expect(named(events, "breaker").at(-1)).toEqual({ ...route, from: "open", to: "closed" });
  });

  test("say what an operator took out and put back", async () => {
    const { clock, chain, events } = harness();
    const targets = ["a", "b"].map((key) => scripted(clock, [answer("One")], { key }));
    const front = chain([{ targets }, scripted(clock, [answer("Two")], { vendor: "beta" })]);

    front.isolate({ vendor: "alpha" });
    front.enable({ vendor: "beta" });

    expect(events).toEqual([
      { type: "isolated", tier: "alpha/one", vendor: "alpha", model: "one", endpoint: "alpha.test", sibling: 1 },
      { type: "isolated", tier: "alpha/one", vendor: "alpha", model: "one", endpoint: "alpha.test", sibling: 2 },
      { type: "enabled", tier: "beta/one", vendor: "beta", model: "one", endpoint: "beta.test" },
    ]);
  });
});

test("a snapshot says which failure a block comes from", async () => {
  const { clock, chain } = harness();
  const primary = scripted(clock, [[fail("billing.exhausted", { status: 402 })]]);
  const front = chain([primary, scripted(clock, [answer("Backup")], { vendor: "beta" })]);

  await finish(clock, front.generate("Hi"));

  expect(front.snapshot()).toMatchObject([
    { tier: "alpha/one", cooldownScope: "quota", cooldownClass: "billing.exhausted" },
    { tier: "beta/one", cooldownScope: undefined, cooldownClass: undefined },
  ]);
});

test("a chain's methods work on their own", async () => {
  const { clock, chain } = harness();
  const { generate, stream, snapshot, isolate, enable } = chain([scripted(clock, [answer("One")])]);

  const whole = await finish(clock, generate("Hi"));
  const streamed = await finish(clock, stream("Hi"));
  isolate({ vendor: "alpha" });
  const [isolated] = snapshot();
  enable({ vendor: "alpha" });

  expect([whole.text, (await streamed.result).text]).toEqual(["One", "One"]);
  expect([isolated?.isIsolated, snapshot()[0]?.isIsolated]).toEqual([true, false]);
});

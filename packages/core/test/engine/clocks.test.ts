import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, end, fail, hang, read, scripted, stop, wait, type Script } from "../scripted-target.ts";
import { reading, sequence, someReasoning, someText, someToolCall, wholeText } from "../scripts.ts";
import type { StreamPart } from "../../src/adapter/index.ts";
import type { TierInput, Trace } from "../../src/index.ts";

/** The class and length of a first attempt, in a chain whose second tier answers. */
async function firstAttempt(
  script: Script,
  { plan, capabilities, ...limits }: Limits & Parameters<typeof scripted>[2] = {},
): Promise<{ readonly class: string | undefined; readonly endedMs: number | undefined }> {
  const { clock, chain } = harness();
  const target = scripted(clock, [script], { ...(plan && { plan }), ...(capabilities && { capabilities }) });
  const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
  const result = await finish(clock, chain([{ target, ...limits }, backup]).generate("Hi"), 250);
  const [attempt] = result.trace.attempts;
  return { class: attempt?.class, endedMs: attempt?.endedMs };
}

type Limits = Omit<Extract<TierInput, { readonly target: unknown }>, "target">;

const PING: readonly StreamPart[] = [];
const pings = (count: number, everyMs: number): Script =>
  sequence(...Array.from({ length: count }, () => sequence(wait(everyMs), read(...PING))));
const DONE = sequence(wholeText("Done"), read(end()));
const NO_FAILURE = { class: undefined };

describe("timeoutMs", () => {
  test.each<{ readonly title: string; readonly script: Script }>([
    { title: "TO-01 silence", script: [hang] },
    { title: "TO-01 headers and silence", script: [read({ type: "response", requestId: "r" }), hang] },
    { title: "TO-02 lifecycle events", script: [read({ type: "usage", usage: {} }), wait(5_000), read(), hang] },
    { title: "TO-02 an open part without content", script: reading((id) => [{ type: "text-start", id }]) },
    {
      title: "TO-02 empty deltas",
      script: reading((id) => [
        { type: "text-start", id },
        { type: "text-delta", id, delta: "" },
      ]),
    },
    { title: "DS-03 keep-alives for minutes", script: pings(100, 1_000) },
  ])("R3.3 $title do not count as output: the tier is left after its limit", async ({ script }) => {
    expect(await firstAttempt(sequence(script, hang), { timeoutMs: 8_000 })).toEqual({
      class: "timeout.first-content",
      endedMs: 8_000,
    });
  });

  test("the default is 15 seconds", async () => {
    expect(await firstAttempt([hang])).toMatchObject({ class: "timeout.first-content", endedMs: 15_000 });
  });

  test.each<{ readonly title: string; readonly content: Script }>([
    { title: "text", content: someText("One") },
    { title: "TO-03 reasoning", content: someReasoning("Hmm") },
    { title: "tool input", content: someToolCall("{") },
  ])("$title ends the wait for good: a flowing answer is never cut", async ({ content }) => {
    const slow = sequence(wait(7_900), content, wait(50_000), someText("more"), wait(50_000), fail("server.error"));

    expect(await firstAttempt(slow, { timeoutMs: 8_000 })).toEqual({ class: "server.error", endedMs: 107_900 });
  });

  test("TO-15 it may be a function of the request, asked once per tier", async () => {
    const { clock, chain } = harness();
    const asked: number[] = [];
    const slow = scripted(clock, [sequence(wait(40_000), DONE)]);
    const timeoutMs = (request: { readonly messages: readonly unknown[] }): number => {
      asked.push(request.messages.length);
      return 50_000;
    };

    const result = await finish(clock, chain([{ target: slow, timeoutMs }]).generate("Hi"), 500);

    expect(result.text).toBe("Done");
    expect(asked).toEqual([1]);
  });

  test.each([Number.NaN, -1])(
    "R3.11 a timeoutMs function that gives %s ends the call with a config error",
    async (value) => {
      const { clock, chain } = harness();
      const target = scripted(clock, [DONE]);

      const error = await rejection(clock, chain([{ target, timeoutMs: () => value }]).generate("Hi"));

      expect(error).toMatchObject({ code: "config", message: expect.stringContaining("timeoutMs") });
      expect(target.calls).toHaveLength(0);
    },
  );

  test("a backup's throwing timeoutMs function ends the call, with the attempt that was under way", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [DONE], { vendor: "beta" });

    const error = await rejection(clock, chain([primary, { target: backup, timeoutMs: broken }]).generate("Hi"));

    expect(error).toMatchObject({ code: "config", attempts: [{ tier: "alpha/one" }] });
    expect(types(events).filter((type) => type === "attempt-end")).toHaveLength(1);
    expect(types(events).at(-1)).toBe("end");
    expect(clock.pending).toBe(0);
  });

  test("TO-06 a limit of ours is a failure that moves on, although the adapter ends cleanly at the abort", async () => {
    const { clock, chain } = harness();
    const polite = scripted(clock, [
      ({ context }) => [
        { type: "until", promise: new Promise((resolve) => context.signal.addEventListener("abort", resolve)) },
        stop,
      ],
    ]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([polite, backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]).toMatchObject({ class: "timeout.first-content", outcome: "failed" });
  });

  test("TO-14 R9.3 the losing attempt is aborted and returned before the next one starts", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[hang]]);
    const state: unknown[] = [];
    const backup = scripted(
      clock,
      [
        sequence(() => {
          state.push({ aborted: primary.calls[0]?.aborted, returned: primary.calls[0]?.returned });
          return [];
        }, answer("Backup")),
      ],
      { vendor: "beta" },
    );

    await finish(clock, chain([primary, backup]).generate("Hi"));

    expect(state).toEqual([{ aborted: true, returned: 1 }]);
  });
});

describe("R3.2 sharing a tier's limit", () => {
  test("a sibling gets what is left of the limit until content was seen", async () => {
    const trace = await tierOf(sequence(wait(6_000), fail("server.error")), [hang]);

    expect(trace.attempts).toMatchObject([
      { class: "server.error", endedMs: 6_000 },
      { class: "timeout.first-content", endedMs: 4_000 },
      { tier: "beta/one", startedAtMs: 10_000 },
    ]);
  });

  test("a sibling with less than a tenth of the limit left is passed over", async () => {
    const trace = await tierOf(sequence(wait(9_001), fail("server.error")), [hang]);

    expect(trace.attempts).toMatchObject([{ endedMs: 9_001 }, { tier: "beta/one", startedAtMs: 9_001 }]);
    expect(trace.skipped).toMatchObject([{ endpoint: "alpha-eu.test", reason: "no-time" }]);
  });

  test("of a long limit one second is enough", async () => {
    const trace = await tierOf(sequence(wait(98_999), fail("server.error")), [hang], { timeoutMs: 100_000 });

    expect(trace.attempts).toMatchObject([{ endedMs: 98_999 }, { endedMs: 1_001 }, { tier: "beta/one" }]);
  });

  test("after content a sibling has the whole limit again, however long the answer had flowed", async () => {
    const trace = await tierOf(sequence(someText("One"), wait(30_000), fail("stream.reset")), [hang]);

    expect(trace.attempts).toMatchObject([
      { class: "stream.reset", endedMs: 30_000 },
      { class: "timeout.first-content", startedAtMs: 30_000, endedMs: 10_000 },
      { tier: "beta/one" },
    ]);
  });

  test("after content the last target standing is repeated within a whole limit", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(someText("One"), wait(30_000), fail("stream.reset")), answer("Again")]);

    const result = await finish(clock, chain([{ target, timeoutMs: 10_000 }]).generate("Hi"));

    expect(result.trace.attempts).toMatchObject([{ endedMs: 30_000 }, { startedAtMs: 30_250, repeat: "backoff" }]);
  });

  test("the next tier has its own whole limit", async () => {
    const trace = await tierOf([hang], answer("Never"));

    expect(trace.attempts.at(-1)).toMatchObject({ tier: "beta/one", startedAtMs: 10_000 });
  });

  test("a repeat whose wait would leave too little of the limit is not made", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(wait(8_900), fail("server.error")), answer("Again")]);

    const error = await rejection(clock, chain([{ target, timeoutMs: 10_000 }]).generate("Hi"));

    expect(error.attempts).toHaveLength(1);
    expect(clock.now()).toBeLessThan(9_000);
  });
});

describe("R3.4 silent reasoning", () => {
  const silent = { silentReasoning: true };

  test("a planned silence has silentReasoningMs until its first content", async () => {
    expect(await firstAttempt([hang], { plan: silent })).toMatchObject({ endedMs: 180_000 });
    expect(await firstAttempt([hang], { plan: silent, silentReasoningMs: 20_000 })).toMatchObject({ endedMs: 20_000 });
  });

  test("an answer in one piece has the same limit", async () => {
    expect(await firstAttempt([hang], { plan: { unary: true } })).toMatchObject({
      class: "timeout.first-content",
      endedMs: 180_000,
    });
  });

  test("where the wire sends an event at once, its absence is noticed after timeoutMs", async () => {
    const plan = { silentReasoning: true, eventsAtOnce: true };

    expect(await firstAttempt([hang], { plan })).toMatchObject({ class: "timeout.first-content", endedMs: 15_000 });
    expect(await firstAttempt([read({ type: "response" }), hang], { plan })).toMatchObject({ endedMs: 15_000 });
    expect(await firstAttempt(sequence(pings(9, 1_000), hang), { plan })).toMatchObject({ endedMs: 15_000 });
  });

  test.each<{ readonly title: string; readonly event: Script }>([
    { title: "usage", event: [read({ type: "usage", usage: {} })] },
    { title: "work", event: [read({ type: "working", kind: "reasoning", on: true })] },
    { title: "an opened part", event: reading((id) => [{ type: "reasoning-start", id }]) },
  ])("any native event ($title) lifts it to silentReasoningMs", async ({ event }) => {
    const plan = { silentReasoning: true, eventsAtOnce: true };

    expect(await firstAttempt(sequence(wait(14_000), event, hang), { plan })).toMatchObject({ endedMs: 180_000 });
  });

  test("R3.2 the failure names the limit that was reached: before the first event, and behind it", async () => {
    const plan = { silentReasoning: true, eventsAtOnce: true };
    const { clock, chain } = harness();
    const mute = scripted(clock, [[hang]], { plan });
    const slow = scripted(clock, [[read({ type: "usage", usage: {} }), hang]], { vendor: "beta", plan });

    const error = await rejection(clock, chain([mute, slow]).generate("Hi"));

    expect(error.attempts.map(({ explanation }) => explanation)).toEqual(["timeoutMs", "silentReasoningMs"]);
  });

  test("siblings that reason silently share silentReasoningMs, not timeoutMs", async () => {
    const { clock, chain } = harness();
    const targets = [
      scripted(clock, [sequence(wait(60_000), fail("server.error"))], { key: "k1", plan: silent }),
      scripted(clock, [[hang]], { key: "k2", plan: silent }),
    ];
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([{ targets }, backup]).generate("Hi"), 500);

    expect(result.trace.attempts).toMatchObject([
      { class: "server.error", endedMs: 60_000 },
      { class: "timeout.first-content", endedMs: 120_000 },
      { tier: "beta/one" },
    ]);
  });
});

describe("R3.5 liveness and progress", () => {
  const alive = { capabilities: { keepAlives: true } };

  test("TO-04 pings do not hide a dead generation: progress is left after 60 seconds", async () => {
    const dead = sequence(someText("One"), pings(70, 1_000), hang);

    expect(await firstAttempt(dead, alive)).toEqual({ class: "timeout.progress", endedMs: 60_000 });
  });

  test("TO-05 pings keep quiet work alive for workingMs", async () => {
    const working = sequence(
      someText("One"),
      read({ type: "working", kind: "reasoning", on: true }),
      pings(250, 1_000),
      someText("two"),
      fail("server.error"),
    );

    expect(await firstAttempt(working, alive)).toEqual({ class: "server.error", endedMs: 250_000 });
  });

  test("progress counts from the first content, also where that is nothing to show", async () => {
    expect(await firstAttempt(sequence(someToolCall("{"), hang), { timeoutMs: 50_000, progressMs: 5_000 })).toEqual({
      class: "timeout.progress",
      endedMs: 5_000,
    });
  });

  test("quiet work ends after workingMs, and the ordinary limit starts when it is over", async () => {
    const on = read({ type: "working", kind: "server-tool", on: true });
    const off = read({ type: "working", kind: "server-tool", on: false });

    expect(await firstAttempt(sequence(someText("One"), on, hang))).toEqual({
      class: "timeout.progress",
      endedMs: 300_000,
    });
    expect(await firstAttempt(sequence(someText("One"), on, wait(100_000), off, hang))).toEqual({
      class: "timeout.progress",
      endedMs: 160_000,
    });
  });

  test("on a wire with keep-alives their absence means a dead connection", async () => {
    const cut = sequence(someText("One"), read({ type: "working", kind: "reasoning", on: true }), hang);

    expect(await firstAttempt(cut, alive)).toEqual({ class: "timeout.liveness", endedMs: 90_000 });
    expect(await firstAttempt(cut)).toEqual({ class: "timeout.progress", endedMs: 300_000 });
  });

  test("liveness does not run before the first byte", async () => {
    expect(await firstAttempt([hang], { ...alive, livenessMs: 1_000 })).toMatchObject({
      class: "timeout.first-content",
    });
  });

  test("TO-05 each byte renews liveness and each content event renews progress, at no other cost", async () => {
    const slow = sequence(
      someText("One"),
      ...Array.from({ length: 10 }, () => sequence(wait(55_000), someText("x"))),
      fail("server.error"),
    );

    expect(await firstAttempt(slow)).toEqual({ class: "server.error", endedMs: 550_000 });
  });

  test.each<{ readonly limit: Limits; readonly class: string }>([
    { limit: { progressMs: 5_000 }, class: "timeout.progress" },
    { limit: { livenessMs: 5_000 }, class: "timeout.liveness" },
  ])("limits are options of the tier: $limit", async ({ limit, class: expected }) => {
    expect(await firstAttempt(sequence(someText("One"), hang), { ...alive, ...limit })).toEqual({
      class: expected,
      endedMs: 5_000,
    });
  });

  test("no clock of the attempt runs while its finished answer is looked at", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer('{"a":1}')]);
    const validate = async (value: unknown) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 200_000, false));
      return { ok: true as const, value };
    };

    const result = await finish(
      clock,
      chain([target]).generate({
        messages: [{ role: "user", content: "Hi" }],
        output: { type: "json", schema: { schema: { type: "object" }, validate } },
      }),
      500,
    );

    expect(result.output).toEqual({ a: 1 });
    expect(NO_FAILURE).toMatchObject({ class: result.trace.attempts[0]?.class });
  });
});

describe("R3.6 deadlines of the call", () => {
  test("TO-10 TO-12 deadlineMs bounds all tiers together, the body included", async () => {
    const { clock, chain } = harness();
    const tiers = ["a", "b", "c"].map((vendor) => scripted(clock, [[hang]], { vendor }));

    const error = await rejection(clock, chain(tiers).generate("Hi", { deadlineMs: 20_000 }));

    expect(error).toMatchObject({ code: "timeout", scope: "total", reason: "caller.deadline" });
    expect(error.attempts).toMatchObject([
      { class: "timeout.first-content", endedMs: 10_000 },
      { class: "timeout.first-content", endedMs: 5_000 },
      { class: "timeout.first-content", endedMs: 5_000 },
    ]);
    expect(clock.now()).toEqual(20_000);
    expect(tiers.map((tier) => tier.calls.length)).toEqual([1, 1, 1]);
    expect(clock.pending).toBe(0);
  });

  test("TO-12 with less than a second left every tier is still tried, each within half of what remains", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [sequence(someText("One"), wait(9_200), fail("server.error"))]);
    const patient = scripted(clock, [[hang]], { vendor: "b" });
    const quick = scripted(clock, [answer("Quick")], { vendor: "c" });

    const result = await finish(clock, chain([primary, patient, quick]).generate("Hi", { deadlineMs: 10_000 }));

    expect(result.text).toBe("Quick");
    expect(result.trace.skipped).toEqual([]);
    expect(result.trace.attempts).toMatchObject([{ endedMs: 9_200 }, { endedMs: 400 }, { outcome: "answered" }]);
  });

  test("an attempt gets a quarter of a second, however many candidates wait behind it", async () => {
    const { clock, chain } = harness();
    const [hung, silent] = [scripted(clock, [[hang]]), scripted(clock, [[hang]], { vendor: "b" })];
    const quick = scripted(clock, [answer("Quick")], { vendor: "c" });

    const result = await finish(clock, chain([hung, silent, quick]).generate("Hi", { deadlineMs: 600 }));

    expect(result.trace.attempts).toMatchObject([{ endedMs: 300 }, { endedMs: 250 }, { outcome: "answered" }]);
  });

  test("R3.7 startWithinMs leaves the backup half of the time, and the last candidate all of it", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[hang]]);
    const backup = scripted(clock, [sequence(wait(3_900), DONE)], { vendor: "b" });
    const built = chain([primary, backup]);

    const stream = await finish(clock, built.stream("Hi", { startWithinMs: 8_000 }));
    await collect(clock, stream);

    expect((await stream.result).trace.attempts).toMatchObject([
      { class: "timeout.first-content", endedMs: 4_000 },
      { outcome: "answered", endedMs: 3_900 },
    ]);
  });

  test("R3.8 a wait of a third of the tier's own limit is slow, a shorter one says nothing", async () => {
    const { clock, chain } = harness();
    const built = chain([scripted(clock, [[hang]]), scripted(clock, [answer("Two")], { vendor: "b" })]);

    await finish(clock, built.generate("Hi", { deadlineMs: 9_900 }));
    expect(built.snapshot()[0]?.counts).toMatchObject({ slow: 0 });
    await finish(clock, built.generate("Hi", { deadlineMs: 10_100 }));

    expect(built.snapshot()[0]?.counts).toMatchObject({ slow: 1 });
  });

  test("the attempt's limit is looked at before the call's: a hang that takes all of a deadline is still slow", async () => {
    const { clock, chain } = harness();
    const built = chain([scripted(clock, [[hang]])]);

    const error = await rejection(clock, built.generate("Hi", { deadlineMs: 8_000 }));

    expect(error).toMatchObject({ code: "timeout", scope: "total" });
    expect(error.attempts).toMatchObject([{ class: "timeout.first-content", endedMs: 8_000 }]);
    expect(built.snapshot()[0]?.counts).toMatchObject({ slow: 1 });
  });

  test("with a second left the next tier is asked, not the sick one again", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [sequence(wait(5), fail("server.error", { status: 503 }))]);
    const backup = scripted(clock, [answer("Two")], { vendor: "b" });

    const result = await finish(clock, chain([primary, backup]).generate("Hi", { deadlineMs: 900 }));

    expect([result.text, primary.calls.length, backup.calls.length]).toEqual(["Two", 1, 1]);
  });

  test("however short the deadline is, the first tier is tried", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(wait(300), DONE)]);

    const result = await finish(clock, chain([target]).generate("Hi", { deadlineMs: 500 }));

    expect(result.text).toBe("Done");
  });

  test("TO-12 startWithinMs bounds the wait for release and nothing after it", async () => {
    const { clock, chain } = harness();
    const late = scripted(clock, [sequence(wait(5_000), DONE)]);
    const long = scripted(clock, [sequence(someText("One"), wait(50_000), someText("two"), read(end()))]);

    const error = await rejection(clock, chain([late]).stream("Hi", { startWithinMs: 2_000 }));
    const stream = await finish(clock, chain([long]).stream("Hi", { startWithinMs: 2_000 }));
    const { error: later } = await collect(clock, stream);

    expect(error).toMatchObject({ code: "timeout", scope: "start" });
    expect(late.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(later).toBeUndefined();
  });

  test("a wait that the deadline does not leave room for is not begun", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("rate.requests", { retryAfterMs: 2_000 })]]);

    const error = await rejection(clock, chain([target]).generate("Hi", { deadlineMs: 1_500 }));

    expect(error).toMatchObject({ code: "rate-limited", retryAfterMs: 2_000 });
    expect(clock.now()).toBeLessThan(100);
  });

  test("TO-13 a generated answer may flow for an hour: that is the default deadline", async () => {
    const { clock, chain } = harness();
    const endless = sequence(someText("x"), ...Array.from({ length: 80 }, () => sequence(wait(50_000), someText("x"))));
    const target = scripted(clock, [endless]);

    await rejection(clock, chain([target]).generate("Hi"));

    expect(clock.now()).toEqual(3_600_000);
  });

  test("a wall clock that jumps by a day changes nothing", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(wait(5_000), DONE)]);

    const call = chain([target]).generate("Hi", { deadlineMs: 10_000 });
    await clock.advance(1_000);
    clock.jumpWall(86_400_000);
    const result = await finish(clock, call);

    expect(result.trace.totalMs).toEqual(5_000);
  });
});

describe("timers that fire late", () => {
  test("R3.9 data that arrived while the process stood still is read before anything is decided", async () => {
    const { clock, chain } = harness();
    // The limit is due before the data, and both while the process stands still.
    const target = scripted(clock, [sequence(wait(15_100), DONE)]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const call = chain([target, backup]).generate("Hi");
    await clock.advance(10_000);
    await clock.suspend(60_000);
    const result = await finish(clock, call);

    expect(result.text).toBe("Done");
    expect(backup.calls).toHaveLength(0);
  });

  test("R3.9 with nothing to read the limit holds, and says nothing about the vendor's health", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[hang]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const built = chain([target, backup]);
    const call = built.generate("Hi");
    await clock.advance(1_000);
    await clock.suspend(60_000);
    const result = await finish(clock, call);

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]?.class).toBe("timeout.first-content");
    expect(built.snapshot()[0]?.counts).toMatchObject({ bad: 0, slow: 0 });
  });

  test("a timer that is up to 250 ms late still counts", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[hang]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const built = chain([target, backup]);
    const call = built.generate("Hi");
    await clock.advance(14_900);
    await clock.suspend(349);
    await finish(clock, call);

    expect(built.snapshot()[0]?.counts).toMatchObject({ slow: 1 });
  });
});

describe("a consumer that does not read", () => {
  test("R3.10 is noticed in time also when it stops behind an event that it had waited for", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [
      (call) => {
        const id = call.context.newId();
        const text = (delta: string): StreamPart => ({ type: "text-delta", id, delta });
        return [read({ type: "text-start", id }, text("One")), wait(5_000), read(text("Two")), hang];
      },
    ]);
    const stream = await finish(clock, chain([target], { consumerIdleMs: 2_000 }).stream("Hi"));
    const iterator = stream[Symbol.asyncIterator]();
    for (let reads = 0; reads < 4; reads++) await finish(clock, iterator.next());

    // Far below the limit for progress, which is the next deadline of the attempt.
    await clock.advance(4_100);

    expect(target.calls[0]?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("R3.10 is stopped after consumerIdleMs, and told at its next read", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [begin(["One"], hang)]);

    const stream = await finish(clock, chain([{ target, progressMs: 900_000 }]).stream("Hi"));
    await clock.advance(250_000);

    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(events.at(-1)).toMatchObject({ type: "end", outcome: "failed", code: "aborted" });
    expect(clock.pending).toBe(0);
    const { error } = await collect(clock, stream);
    expect(error).toMatchObject({ code: "aborted", reason: "consumer-idle", partial: { text: "One" } });
  });

  test("a consumer that reads slowly, within the limit, is left alone", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer(...Array.from({ length: 8 }, () => "x"))]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(event.type);
      await clock.advance(100_000);
    }

    expect(seen.at(-1)).toBe("finish");
  });

  test("a consumer that waited long for one event and then works on it is not taken for idle", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [sequence(someText("One"), hang)]);
    const target = scripted(clock, [sequence(wait(130_000), someText("Two"), hang)], {
      vendor: "beta",
      plan: { silentReasoning: true },
    });

    const stream = await finish(clock, chain([primary, target], { holdMs: 0 }).stream("Hi"));
    const reader = stream[Symbol.asyncIterator]();
    for (let reads = 0; reads < 3; reads++) await reader.next();
    const waiting = reader.next();
    await clock.advance(190_001);
    await waiting;
    await clock.advance(59_000);

    expect(target.calls[0]?.aborted).toBe(false);
    await reader.return?.();
  });

  test("R3.10 a read that waited across a look at it, and was then answered, is where idleness begins", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(someReasoning("Hmm"), wait(1_900), someText("One"), hang)]);

    const stream = await finish(clock, chain([target], { holdMs: 0, consumerIdleMs: 1_000 }).stream("Hi"));
    const first = stream.textStream()[Symbol.asyncIterator]().next();
    await clock.advance(1_900);

    expect(await first).toEqual({ done: false, value: "One" });
    await clock.advance(900);
    expect(target.calls[0]?.aborted).toBe(false);
    await clock.advance(1_000);
    expect(target.calls[0]?.aborted).toBe(true);
  });

  test("R4.11 reading ahead stops at 64 KiB, and the attempt's clocks stand still meanwhile", async () => {
    const { clock, chain } = harness();
    const state = { reads: 0 };
    const counted: Script = (call) => {
      const id = call.context.newId();
      return [
        read({ type: "text-start", id }),
        ...Array.from({ length: 100 }, () => ({
          type: "make" as const,
          parts: (): readonly StreamPart[] => {
            state.reads++;
            return [{ type: "text-delta", id, delta: "x".repeat(1_000) }];
          },
        })),
        read({ type: "text-end", id, part: { type: "text", text: "x".repeat(100_000) } }, end()),
      ];
    };
    const target = scripted(clock, [counted]);
    const built = chain([{ target, progressMs: 10_000 }], { holdMs: 0 });

    const stream = await finish(clock, built.stream("Hi"));
    await clock.advance(100_000);
    const readAhead = state.reads;
    const { events, error } = await collect(clock, stream);

    expect(readAhead).toBeGreaterThan(50);
    expect(readAhead).toBeLessThan(70);
    expect(error).toBeUndefined();
    expect(events.filter((event) => event.type === "text-delta")).toHaveLength(100);
  });

  test("an idle consumer's timer does not keep the process alive", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], hang)]);

    await finish(clock, chain([{ target, progressMs: 900_000, timeoutMs: 1_000 }]).stream("Hi"));
    await clock.advance(2_000);

    expect(clock.pending).toBe(1);
    expect(clock.pendingForeground).toBe(0);
  });
});

/** Attempts of one tier with two siblings and a tier behind it. */
async function tierOf(first: Script, second: Script, limits: Limits = { timeoutMs: 10_000 }): Promise<Trace> {
  const { clock, chain } = harness();
  const targets = [
    scripted(clock, [first], { key: "k1" }),
    scripted(clock, [second], { key: "k2", endpoint: "alpha-eu.test" }),
  ];
  const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
  const result = await finish(clock, chain([{ targets, ...limits }, backup]).generate("Hi"), 250);
  return result.trace;
}

function broken(): never {
  throw new Error("no tokenizer");
}

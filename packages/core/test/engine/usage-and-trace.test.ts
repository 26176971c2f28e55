import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection } from "../harness.ts";
import { answer, begin, end, fail, hang, read, scripted, stop, wait } from "../scripted-target.ts";
import { sequence, someText, wholeText } from "../scripts.ts";
import { isUnderstudyError, UnderstudyError, type Request } from "../../src/index.ts";
import { sumUsage } from "../../src/model/usage.ts";
import { formatTrace } from "../../src/trace/index.ts";

describe("usage", () => {
  test("US-01 US-07 an abandoned attempt's usage is kept and added up field by field, as a lower bound", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [
      sequence(
        read({ type: "usage", usage: { inputTokens: 100, cacheReadTokens: 40 } }),
        someText("x"),
        read({ type: "usage", usage: { inputTokens: 100, cacheReadTokens: 40, outputTokens: 800 } }),
        stop,
      ),
    ]);
    const usage = { inputTokens: 90, outputTokens: 20, reasoningTokens: 5 };
    const backup = scripted(clock, [sequence(wholeText("Done"), read(end("stop", usage)))], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup]).generate("Hi"));

    expect(result.usage).toEqual(usage);
    expect(result.usageTotal).toEqual({
      inputTokens: 190,
      cacheReadTokens: 40,
      outputTokens: 820,
      reasoningTokens: 5,
      exact: false,
    });
    expect(result.trace.attempts.map(({ usage: used, usageSource }) => [used?.outputTokens, usageSource])).toEqual([
      [800, "vendor"],
      [20, "vendor"],
    ]);
  });

  test("US-01 unknown is not zero: a stalled attempt without usage makes the total inexact", async () => {
    const { clock, chain } = harness();
    const backup = scripted(clock, [sequence(wholeText("Done"), read(end("stop", { inputTokens: 9 })))], {
      vendor: "beta",
    });

    const result = await finish(clock, chain([scripted(clock, [[hang]]), backup]).generate("Hi"));

    expect(result.usageTotal).toEqual({ inputTokens: 9, exact: false });
    expect(result.trace.attempts[0]).toMatchObject({ usage: undefined, usageSource: "unknown" });
  });

  test.each([
    fail("server.gateway", { status: 503 }),
    fail("rate.requests", { status: 429 }),
    fail("network.refused"),
    fail("network.dns"),
  ])("an attempt that produced nothing to bill leaves the total exact", async (failure) => {
    const { clock, chain } = harness();
    const backup = scripted(clock, [sequence(wholeText("Done"), read(end("stop", { inputTokens: 9 })))], {
      vendor: "beta",
    });

    const result = await finish(clock, chain([scripted(clock, [[failure]]), backup]).generate("Hi"));

    expect(result.usageTotal).toEqual({ inputTokens: 9, exact: true });
  });

  test("US-03 an answer without usage has none, and no zero is made up", async () => {
    const { clock, chain } = harness();

    const result = await finish(clock, chain([scripted(clock, [answer("Hello")])]).generate("Hi"));

    expect(result.usage).toBeUndefined();
    expect(result.usageTotal).toEqual({ exact: false });
  });

  test("the last usage report wins, and the end's own over it", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [
      sequence(
        read({ type: "usage", usage: { inputTokens: 1 } }, { type: "usage", usage: { inputTokens: 2 } }),
        wholeText("Done"),
        read(end()),
      ),
      sequence(
        read({ type: "usage", usage: { inputTokens: 1 } }),
        wholeText("Done"),
        read(end("stop", { inputTokens: 3 })),
      ),
    ]);
    const built = chain([target]);

    expect((await finish(clock, built.generate("Hi"))).usage).toEqual({ inputTokens: 2 });
    expect((await finish(clock, built.generate("Hi"))).usage).toEqual({ inputTokens: 3 });
  });

  test.each([
    { entries: [], total: { exact: true } },
    { entries: [{ usage: undefined, complete: true }], total: { exact: false } },
    { entries: [{ usage: { outputTokens: 0 }, complete: true }], total: { outputTokens: 0, exact: true } },
    {
      entries: [
        { usage: { inputTokens: 1 }, complete: true },
        { usage: { inputTokens: 2, cacheWriteTokens: 1 }, complete: false },
      ],
      total: { inputTokens: 3, cacheWriteTokens: 1, exact: false },
    },
  ])("R8.5 sums what is known: $entries", ({ entries, total }) => {
    expect(sumUsage(entries)).toEqual(total);
  });
});

describe("the trace", () => {
  test("R8.4 lists exactly the upstream calls, with their times", async () => {
    const { clock, chain } = harness();
    const rateLimits = { "remaining-requests": "0" };
    const primary = scripted(clock, [
      sequence(
        read({ type: "response", requestId: "req_1", rateLimits }),
        wait(2_000),
        someText("One"),
        wait(1_000),
        fail("stream.reset"),
      ),
    ]);
    const backup = scripted(clock, [answer("Two")], { vendor: "beta" });

    const stream = await finish(clock, chain([primary, { target: backup, degraded: true }]).stream("Hi"));
    await collect(clock, stream);
    const result = await stream.result;

    expect(result.trace.attempts).toMatchObject([
      {
        attempt: 1,
        tier: "alpha/one",
        vendor: "alpha",
        model: "one",
        endpoint: "alpha.test",
        startedAtMs: 0,
        firstContentMs: 2_000,
        endedMs: 3_000,
        outcome: "failed",
        class: "stream.reset",
        requestId: "req_1",
        rateLimits,
        deliveredChars: 3,
      },
      { attempt: 2, tier: "beta/one", startedAtMs: 3_000, firstContentMs: 0, endedMs: 0, outcome: "answered" },
    ]);
    expect(result.trace.totalMs).toEqual(3_000);
    expect(result).toMatchObject({ tier: "beta/one", degraded: true, vendor: "beta" });
  });

  test("formatTrace gives a line per attempt and per candidate passed over", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("rate.requests", { status: 429, vendorCode: "rpm" })]]);
    const last = scripted(clock, [[fail("server.error", { status: 500 })], answer("Three")], { vendor: "gamma" });
    const call = chain([primary, { target: scripted(clock, [], { vendor: "beta" }), degraded: true }, last]).generate(
      "Hi",
      { allowDegraded: false },
    );

    const { trace } = await finish(clock, call);

    expect(formatTrace(trace).split("\n")).toEqual([
      "1  alpha/one  failed, rate.requests, status 429, rpm, after 0 ms",
      "2  gamma/one  failed, server.error, status 500, after 0 ms",
      "3  gamma/one  answered, repeat (backoff), first output 0 ms, after 0 ms",
      "-  beta/one  passed over: degraded-not-allowed",
      "call 1, total 250 ms",
    ]);
  });
});

describe("secrets", () => {
  const CANARIES = ["PROMPT-CANARY", "ANSWER-CANARY", "VENDOR-CANARY", "REASON-CANARY", "THROWN-CANARY"];

  test("R8.6 no prompt, answer, vendor text or foreign error is in an error, an event or a trace", async () => {
    const { clock, chain, events } = harness();
    const tiers = [
      scripted(clock, [
        begin(
          ["ANSWER-CANARY"],
          wait(100),
          fail("stream.reset", { vendorMessage: "VENDOR-CANARY echoes PROMPT-CANARY" }),
        ),
      ]),
      scripted(clock, [[{ type: "throw", error: new Error("THROWN-CANARY") }]], { vendor: "beta" }),
      scripted(clock, [[fail("server.error", { vendorMessage: "VENDOR-CANARY" })]], { vendor: "gamma" }),
    ];
    const request: Request = { system: "PROMPT-CANARY", messages: [{ role: "user", content: "PROMPT-CANARY" }] };

    const stream = await finish(clock, chain(tiers).stream(request));
    const { error } = await collect(clock, stream);

    const forms = [
      inspect(error, { depth: 10 }),
      inspect({ nested: { error } }, { depth: 10 }),
      JSON.stringify(error),
      String(error),
      isUnderstudyError(error) ? `${error.stack}${inspect(error.attempts, { depth: 10 })}` : "",
      JSON.stringify(Object.assign({}, error)),
      JSON.stringify(events),
    ].join("\n");
    expect(CANARIES.filter((canary) => forms.includes(canary))).toEqual([]);
    expect(forms).toContain("stream.reset");
    expect(error).toMatchObject({ partial: { text: "ANSWER-CANARY" } });
  });

  test("a caller's abort reason is the cause, and nowhere in the printed error", async () => {
    const { clock, chain } = harness();
    const reason = new Error("REASON-CANARY");

    const call = chain([scripted(clock, [[hang]])]).generate("Hi", { signal: AbortSignal.abort(reason) });
    const error = await rejection(clock, call);

    expect(error.cause).toBe(reason);
    expect(inspect(error) + JSON.stringify(error)).not.toContain("REASON-CANARY");
  });

  test("the vendor's words are there to be read, but not enumerable", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("request.invalid", { vendorMessage: "VENDOR-CANARY" })]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.vendorMessage).toBe("VENDOR-CANARY");
    expect(Object.keys(error)).not.toContain("vendorMessage");
    expect(Object.keys(error)).not.toContain("partial");
  });
});

describe("the error type", () => {
  test("is known by its marker, also from another copy of the package", () => {
    const error = new UnderstudyError({ code: "timeout", message: "Late." });
    const foreign = Object.defineProperty(new Error("Late."), Symbol.for("understudy.error"), { value: true });

    expect([error, foreign, new Error("Late."), null, "timeout"].map(isUnderstudyError)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("toJSON holds what a log needs, and inspect shows the same and a line for each attempt", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("rate.daily", { status: 429, retryAfterMs: 60_000, requestId: "req_1" })]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "UnderstudyError",
      message: expect.stringContaining("rate.daily (429)"),
      code: "rate-limited",
      reason: "rate.daily",
      retryAfterMs: 60_000,
      status: 429,
      requestId: "req_1",
      attempts: [{ class: "rate.daily" }],
    });
    expect(inspect(error).split("\n  ").slice(-7)).toEqual([
      "code: rate-limited",
      "callId: 1",
      "reason: rate.daily",
      "retryAfterMs: 60000",
      "status: 429",
      "requestId: req_1",
      "attempt 1: alpha/one failed with rate.daily (429), after 0 ms req_1",
    ]);
  });
});

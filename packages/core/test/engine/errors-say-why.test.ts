import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { collect, countedController, finish, harness, rejection } from "../harness.ts";
import { answer, begin, fail, hang, scripted, wait } from "../scripted-target.ts";
import { type ChainOptions, type EngineEvent } from "../../src/index.ts";
import type { FailureClass } from "../../src/model/failure.ts";
import { formatTrace } from "../../src/trace/index.ts";

describe("R8.8 the error of a call", () => {
  test("says what was passed over although something was tried, with its cause, in every later call too", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("server.error", { status: 500 })]]);
    const revoked = scripted(clock, [[fail("auth.invalid", { status: 401 })]], { vendor: "beta", model: "two" });
    const front = chain([primary, revoked]);

    const first = await rejection(clock, front.generate("Hi"));
    const second = await rejection(clock, front.generate("Hi"));

    expect(first.message).toBe(
      "No candidate is left after 2 failed attempts: " +
        "1 alpha/one failed with server.error (500); 2 beta/two failed with auth.invalid (401).",
    );
    expect(second.message).toBe(
      "No candidate is left after 3 failed attempts: 1 alpha/one failed with server.error (500); " +
        "2 alpha/one failed with server.error (500); 3 alpha/one failed with server.error (500). " +
        "Not tried: beta/two cooldown (auth.invalid).",
    );
    expect(second.trace).toMatchObject({
      callId: 2,
      needsAttention: true,
      skipped: [{ tier: "beta/two", reason: "cooldown", class: "auth.invalid" }],
    });
    expect(JSON.parse(JSON.stringify(second))).toMatchObject({
      callId: 2,
      attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
      skipped: [{ tier: "beta/two" }],
      needsAttention: true,
      usageTotal: { exact: true },
    });
  });

  test("stays short however many targets were tried and passed over", async () => {
    const { clock, chain } = harness();
    const many = (prefix: string, failure: FailureClass) =>
      Array.from({ length: 40 }, (_, index) => scripted(clock, [[fail(failure)]], { vendor: `${prefix}${index}` }));
    const front = chain([...many("bad", "auth.invalid"), ...many("down", "conflict")]);

    await rejection(clock, front.generate("Hi"));
    const { message, trace } = await rejection(clock, front.generate("Hi"));

    expect(trace?.skipped).toHaveLength(40);
    expect(message).toMatch(/; and \d\d more\. Not tried: bad0\/one cooldown \(auth\.invalid\); .*; and 32 more\.$/);
    expect(message.length).toBeLessThan(1_500);
  });

  test("of a stopped, aborted, left or broken call has its number, trace, tokens and time to wait", async () => {
    const { clock, chain, events } = harness();
    const limited = (): ReturnType<typeof scripted> =>
      scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 60_000 })]]);
    const slow = scripted(clock, [[hang]], { vendor: "beta" });
    const controller = new AbortController();
    const front = (options?: ChainOptions) => chain([limited(), slow], options);

    const late = await rejection(clock, front().generate("Hi", { deadlineMs: 2_000 }));
    const aborting = front().generate("Hi", { signal: controller.signal });
    aborting.catch(() => undefined);
    await clock.advance(500);
    controller.abort();
    const aborted = await rejection(clock, aborting);
    const broken = await rejection(
      clock,
      chain([
        limited(),
        {
          target: slow,
          requestOverrides: () => {
            throw new Error("mistake");
          },
        },
      ]).generate("Hi"),
    );

    expect([late.code, aborted.code, broken.code]).toEqual(["timeout", "aborted", "config"]);
    expect([late, aborted, broken].map(({ callId, trace }) => [callId, trace?.callId])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect([late, aborted, broken].map(({ attempts }) => attempts.map((attempt) => attempt.class))).toEqual([
      ["rate.requests", "timeout.first-content"],
      ["rate.requests", "caller.aborted"],
      ["rate.requests"],
    ]);
    expect([late, aborted].map(({ usageTotal }) => usageTotal)).toEqual([{ exact: false }, { exact: false }]);
    expect(broken.usageTotal).toEqual({ exact: true });
    expect(broken.message).toBe("The requestOverrides function of tier beta/one threw.");
    expect(broken.cause).toMatchObject({ message: "mistake" });
    expect(events.filter(({ type }) => type === "end")).toHaveLength(3);
  });

  test("of a chain that is limited everywhere says when it is worth trying again, in the second call as in the first", async () => {
    const { clock, chain } = harness();
    const limits = [60_000, 20_000].map((retryAfterMs, index) =>
      scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs })]], { vendor: `vendor${index}` }),
    );
    const front = chain(limits);

    const first = await rejection(clock, front.generate("Hi"));
    await clock.advance(5_000);
    const { signal } = countedController().controller;
    const second = await rejection(clock, front.generate("Hi", { signal, deadlineMs: 60_000 }));

    expect([first.retryAfterMs, second.retryAfterMs]).toEqual([20_000, 20_000]);
  });

  test("of a policy that stops is a sentence", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("request.invalid", { status: 400, vendorCode: "bad_tool" })]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.message).toBe(
      "The call ended when attempt 1 at alpha/one failed with request.invalid (400) bad_tool.",
    );
  });

  test.each([
    ["network.dns", "1 alpha/one failed with network.dns ENOTFOUND at api.example.com"],
    ["network.connect-timeout", "1 alpha/one failed with network.connect-timeout ENOTFOUND at api.example.com"],
    ["redirect", "1 alpha/one failed with redirect ENOTFOUND at api.example.com"],
    ["gateway.html", "1 alpha/one failed with gateway.html ENOTFOUND at api.example.com"],
    ["endpoint.not-found", "1 alpha/one failed with endpoint.not-found ENOTFOUND at api.example.com"],
    ["server.error", "1 alpha/one failed with server.error ENOTFOUND"],
  ] as const)("names the host where the way to it failed: %s", async (failure, expected) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail(failure, { vendorCode: "ENOTFOUND" })]], { endpoint: "api.example.com" });

    const error = await rejection(clock, chain([target], { maxAttempts: 1 }).generate("Hi"));

    expect(error.message).toMatch(/: 1 [^;.]+/);
    expect(error.message).toContain(`: ${expected}.`);
    expect(formatTrace(error.trace ?? never())).toMatch(
      failure === "server.error" ? /server\.error, ENOTFOUND/ : /, at api\.example\.com, ENOTFOUND/,
    );
  });

  test("names the capability that a model turned out to lack", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("request.unsupported", { capability: "files" })]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.message).toContain("1 alpha/one failed with request.unsupported: files.");
    expect(error.attempts).toMatchObject([{ explanation: "files" }]);
  });
});

describe("R8.8 an error at night", () => {
  test("names the limit that fired, by its option, and how long each attempt took", async () => {
    const { clock, chain } = harness();
    const silent = scripted(clock, [[hang]], { plan: { silentReasoning: true } });
    const plain = scripted(clock, [[hang]], { vendor: "beta" });
    const stuck = scripted(clock, [begin(["One"], hang)], { vendor: "gamma" });
    const tiers = [silent, plain, stuck].map((target) => ({ target, timeoutMs: 1_000, silentReasoningMs: 3_000 }));

    const error = await rejection(clock, chain(tiers).generate("Hi"));

    expect(error.attempts.map(({ class: failed, explanation }) => [failed, explanation])).toEqual([
      ["timeout.first-content", "silentReasoningMs"],
      ["timeout.first-content", "timeoutMs"],
      ["timeout.progress", undefined],
    ]);
    expect(error.message).toContain("1 alpha/one failed with timeout.first-content: silentReasoningMs; 2 ");
    expect(inspect(error).split("\n  ").slice(-3)).toEqual([
      "attempt 1: alpha/one failed with timeout.first-content: silentReasoningMs, after 3000 ms",
      "attempt 2: beta/one failed with timeout.first-content: timeoutMs, after 1000 ms",
      "attempt 3: gamma/one failed with timeout.progress, after 60000 ms",
    ]);
  });

  test("does not point at `maxAttempts`, where every target was tried", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("server.overloaded", { status: 529 })]]);

    const { message, reason } = await rejection(clock, chain([target]).generate("Hi"));

    expect(message).toMatch(/^No attempt is left after 3 failed attempts: 1 alpha\/one /);
    expect(message).not.toContain("maxAttempts");
    expect(reason).toBe("engine.budget");
  });

  test("R1.8 calls the last resort so, and does not count it among those that were not tried", async () => {
    const { clock, chain } = harness();
    const [first, second] = [30_000, 40_000].map((retryAfterMs, index) =>
      scripted(clock, [[fail("rate.tokens", { status: 429, retryAfterMs })]], { vendor: `vendor${index}` }),
    );
    const front = chain([first ?? never(), second ?? never()]);

    await rejection(clock, front.generate("Hi"));
    const { message, trace } = await rejection(clock, front.generate("Hi"));

    expect(message).toBe(
      "No candidate is left after 1 failed attempt: 1 vendor0/one (last-resort) failed with rate.tokens (429). " +
        "Not tried: vendor1/one cooldown (rate.tokens).",
    );
    expect(trace?.skipped.map(({ tier }) => tier)).toEqual(["vendor1/one"]);
  });

  test("R9.1 of a call that was aborted shows how long each attempt took, and nothing of the caller's reason", async () => {
    const { clock, chain } = harness();
    const controller = new AbortController();
    const call = chain([scripted(clock, [[hang]])]).generate("Hi", { signal: controller.signal });
    call.catch(() => undefined);
    await clock.advance(700);
    controller.abort(new Error("CANARY"));

    const error = await rejection(clock, call);

    expect(error.message).toBe("The caller aborted the call.");
    expect(inspect(error)).toContain("attempt 1: alpha/one stopped with caller.aborted, after 700 ms");
    expect(inspect(error)).not.toContain("CANARY");
  });
});

test("R8.8 the cause of an error prints its code and its one line, and nothing else", async () => {
  const { clock, chain } = harness();
  const target = scripted(clock, [[fail("server.error", { status: 500 })]]);

  const { cause } = await rejection(clock, chain([target], { maxAttempts: 1 }).generate("Hi"));

  expect(Object.keys(Object(cause))).toEqual(["code"]);
  expect(cause).toMatchObject({ code: "server-error", status: 500 });
});

describe("the stack of an error", () => {
  test.each(["generate", "stream"] as const)("begins where `%s` was called, not in the engine", async (method) => {
    const { clock, chain } = harness();
    const front = chain([scripted(clock, [[fail("request.invalid")]])]);
    async function summarizeTicket(): Promise<unknown> {
      return front[method]("Hi");
    }

    const { stack = "", message } = await rejection(clock, summarizeTicket());

    expect(stack.split("\n").slice(0, 2)).toEqual([
      `UnderstudyError: ${message}`,
      expect.stringMatching(/^ {4}at summarizeTicket \(.*errors-say-why\.test\.ts:\d+:\d+\)$/),
    ]);
    expect(stack).not.toContain("core/src");
  });

  test("is that of the call also when it fails while the stream is read", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(100), fail("stream.reset"))]);
    async function openTicket() {
      return chain([target]).stream("Hi");
    }

    const { error } = await collect(clock, await finish(clock, openTicket()));

    expect(error).toHaveProperty("stack", expect.stringMatching(/\n {4}at openTicket \(/));
  });

  test("of what keeps an application from reading stacks, nothing reaches the call", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("request.invalid")]]);
    const before: unknown = Reflect.get(Error, "prepareStackTrace");
    Reflect.set(Error, "prepareStackTrace", () => {
      throw new Error("mistake");
    });
    try {
      const call = chain([target]).generate("Hi");
      await expect(finish(clock, call)).rejects.toMatchObject({ code: "invalid-request" });
    } finally {
      Reflect.set(Error, "prepareStackTrace", before);
    }
  });

  test("an uncaught error prints in a few lines, with the place of the call and without a secret", async () => {
    const program = fileURLToPath(new URL("../uncaught.ts", import.meta.url));

    const { code, stderr } = await run(["-C", "@understudy/source", "--no-warnings", program]);

    expect(code).toBe(1);
    expect(stderr.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(16);
    expect(stderr).toMatch(/\n {4}at summarizeTicket \(.*uncaught\.ts:\d+:\d+\)/);
    expect(stderr).toContain("Not tried: gamma/one scope-failed (endpoint).");
    expect(stderr).not.toMatch(/undefined|CANARY/);
  });
});

describe("the policy function", () => {
  test("R8.4 that aborts leaves a failed attempt failed, in trace and events", async () => {
    const { clock, chain, events } = harness();
    const controller = new AbortController();
    const target = scripted(clock, [[fail("server.error", { status: 500, requestId: "req_1" })]]);
    const policy = (): "next" => {
      controller.abort();
      return "next";
    };

    const error = await rejection(clock, chain([target], { policy }).generate("Hi", { signal: controller.signal }));

    const expected = { outcome: "failed", class: "server.error", status: 500, requestId: "req_1" };
    expect(error).toMatchObject({ code: "aborted", attempts: [expected] });
    expect(events.find(({ type }) => type === "attempt-end")).toMatchObject({ record: expected });
  });
});

describe("R8.10 the vendor's words", () => {
  const WORDS = "servicetier: Extra inputs are not permitted\n9  forged";

  async function play(options: ChainOptions) {
    const { clock, chain } = harness();
    const events: EngineEvent[] = [];
    const refusing = scripted(clock, [[fail("request.rejected", { status: 400, vendorMessage: WORDS })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const onEvent = (event: EngineEvent): void => void events.push(event);
    const result = await finish(clock, chain([refusing, backup], { ...options, onEvent }).generate("Hi"));
    const seen = events.flatMap((event) => (event.type === "attempt-end" ? [event.record.vendorMessage] : []));
    return { result, events, seen };
  }

  test("are kept where the chain is told to, although the next tier answered, and shown only when asked for", async () => {
    const { result, events, seen } = await play({ vendorMessages: true });

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts.map(({ vendorMessage }) => vendorMessage)).toEqual([WORDS, undefined]);
    expect(seen).toEqual([WORDS, undefined]);
    expect(formatTrace(result.trace, { vendorMessages: true }).split("\n")).toEqual([
      String.raw`1  alpha/one  failed, request.rejected, status 400, "servicetier: Extra inputs are not permitted\u000a9  forged", after 0 ms`,
      "2  beta/one  answered, first output 0 ms, after 0 ms",
      "call 1, total 0 ms",
    ]);
    const shown = [
      JSON.stringify([result, events]),
      inspect([result.trace, events], { depth: 10 }),
      formatTrace(result.trace),
      JSON.stringify(result.trace.attempts.map((record) => ({ ...record }))),
    ];
    expect(shown.filter((text) => text.includes("servicetier"))).toEqual([]);
  });

  test("are not kept otherwise", async () => {
    const { result, seen } = await play({});

    expect(result.trace.attempts[0]?.vendorMessage).toBeUndefined();
    expect(seen).toEqual([undefined, undefined]);
    expect(formatTrace(result.trace, { vendorMessages: true })).not.toContain("servicetier");
  });
});

function never(): never {
  throw new Error("The error has no trace.");
}

function run(args: readonly string[]): Promise<{ readonly code: unknown; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
  });
}

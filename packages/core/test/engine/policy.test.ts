import { describe, expect, test, vi } from "vitest";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, end, fail, hang, read, scripted, wait } from "../scripted-target.ts";
import { sequence, wholeRefusal, wholeToolCall } from "../scripts.ts";
import type { Repair, TargetRequest } from "../../src/adapter/index.ts";
import { defaultPolicy, type Policy, type Request } from "../../src/index.ts";

describe("R2.11 the policy function", () => {
  test("sees the facts of the failure and its place, and no content", async () => {
    const { clock, chain } = harness();
    const policy = vi.fn<Policy>(defaultPolicy);
    const failure = fail("rate.requests", {
      status: 429,
      vendorCode: "rpm",
      retryAfterMs: 5_000,
      vendorMessage: "secret prompt",
    });
    const primary = scripted(clock, [[failure]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    await finish(clock, chain([primary, backup], { policy }).generate("Hi"));

    expect(policy.mock.calls).toEqual([
      [
        { class: "rate.requests", scope: "quota+model", status: 429, vendorCode: "rpm", retryAfterMs: 5_000 },
        {
          tier: "alpha/one",
          vendor: "alpha",
          model: "one",
          attempts: 1,
          released: false,
          hasNext: true,
          canRepeat: false,
        },
      ],
    ]);
  });

  test("CF-02 can fail fast on a misconfigured primary", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("auth.invalid", { status: 401 })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const error = await rejection(clock, chain([primary, backup], { policy: failFast }).generate("Hi"));

    expect(error).toMatchObject({ code: "auth", status: 401, reason: "auth.invalid" });
    expect(backup.calls).toHaveLength(0);
  });

  test("`again` repeats where the table would move on, within three attempts at one target", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup], { policy: () => "again" }).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(primary.calls).toHaveLength(3);
  });

  test("`again` after the tier's limit was used up moves on: there is no time for it", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[hang]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup], { policy: () => "again" }).generate("Hi"));

    expect(result.trace.attempts).toMatchObject([{ class: "timeout.first-content" }, { tier: "beta/one" }]);
  });

  test("`again` after release restarts on the same target behind a failover event", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(100), fail("stream.reset")), answer("Two")]);

    const stream = await finish(clock, chain([target], { policy: () => "again" }).stream("Hi"));
    const { events } = await collect(clock, stream);

    expect(events.find((event) => event.type === "failover")).toMatchObject({
      from: { attempt: 1, vendor: "alpha" },
      to: { attempt: 2, vendor: "alpha" },
    });
    expect((await stream.result).text).toBe("Two");
  });

  test("`next` after an invalid request goes on, for who wants that", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("request.invalid")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup], { policy: () => "next" }).generate("Hi"));

    expect(result.text).toBe("Backup");
  });

  test.each<{ readonly title: string; readonly policy: Policy }>([
    {
      title: "throws",
      policy: () => {
        throw new Error("policy bug");
      },
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    { title: "returns nothing", policy: (() => undefined) as unknown as Policy },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    { title: "is asynchronous", policy: (async () => "stop") as unknown as Policy },
  ])("MS-22 one that $title is reported, and the default decides", async ({ policy }) => {
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup], { policy, onInternalError }).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(onInternalError).toHaveBeenCalledOnce();
  });

  test("AN-04 `next` on refusals asks others, silently before text", async () => {
    const { clock, chain } = harness();
    const refusing = sequence(wholeRefusal("No."), read(end("refusal")));
    const tiers = [scripted(clock, [refusing]), scripted(clock, [answer("Fine")], { vendor: "beta" })];

    const stream = await finish(clock, chain(tiers, { policy: anotherOpinion }).stream("Hi"));
    const { events } = await collect(clock, stream);

    expect(types(events)).toEqual(["start", "text-start", "text-delta", "text-end", "finish"]);
  });

  test("`next` on refusals with nobody left gives the last refusal as the answer it is", async () => {
    const { clock, chain } = harness();
    const refusing = sequence(wholeRefusal("No."), read(end("refusal")));
    const tiers = ["alpha", "beta"].map((vendor) => scripted(clock, [refusing], { vendor }));

    const result = await finish(clock, chain(tiers, { policy: () => "next" }).generate("Hi"));

    expect(result).toMatchObject({ finishReason: "refusal", tier: "beta/one" });
    expect(result.trace.attempts.map((attempt) => attempt.class)).toEqual(["policy.refusal", undefined]);
  });

  test("AN-05 a refusal after text is never asked about", async () => {
    const { clock, chain } = harness();
    const policy = vi.fn<Policy>(() => "next");
    const target = scripted(clock, [begin(["Sure"], wait(100), read(end("refusal")))]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup], { policy }).generate("Hi"));

    expect(result).toMatchObject({ text: "Sure", finishReason: "refusal" });
    expect(policy).not.toHaveBeenCalled();
  });

  test("R2.13 a blocked prompt that is thrown is an error, unless the policy moves on", async () => {
    const { clock, chain } = harness();
    const blocked = [fail("policy.input-blocked", { status: 400 })];
    const tiers = [scripted(clock, [blocked]), scripted(clock, [answer("Fine")], { vendor: "beta" })];

    const error = await rejection(clock, chain(tiers).generate("Hi"));
    const result = await finish(clock, chain(tiers, { policy: () => "next" }).generate("Hi"));

    expect(error).toMatchObject({ code: "policy", reason: "policy.input-blocked" });
    expect(result.text).toBe("Fine");
  });

  test("R5.9 `next` on unusable tool calls buys another opinion", async () => {
    const { clock, chain } = harness();
    const broken = sequence(wholeToolCall({ input: {}, inputText: "{oops" }), read(end("tool-calls")));
    const tiers = [
      scripted(clock, [broken]),
      scripted(clock, [sequence(wholeToolCall(), read(end("tool-calls")))], { vendor: "beta" }),
    ];
    const request: Request = { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "delete_files" }] };

    const stays = await finish(clock, chain(tiers).generate(request));
    const moves = await finish(clock, chain(tiers, { policy: () => "next" }).generate(request));

    expect(stays).toMatchObject({ tier: "alpha/one", toolCalls: [], invalidToolCalls: [{}] });
    expect(moves).toMatchObject({ tier: "beta/one", toolCalls: [{}], invalidToolCalls: [] });
  });
});

describe("R2.3 repairs", () => {
  const rejected = fail("request.rejected", { status: 400, repair: without("temperature") });
  const request: Request = { messages: [{ role: "user", content: "Hi" }], temperature: 1, topK: 5 };

  test("AN-15 one further attempt is made with the adapter's change, and the trace shows it", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [[rejected], answer("Fine")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const plan = vi.spyOn(target, "plan");

    const result = await finish(clock, chain([target, backup]).generate(request));

    expect(result.text).toBe("Fine");
    expect(target.calls.map((call) => call.request.temperature)).toEqual([1, undefined]);
    expect(target.calls[1]?.request.topK).toBe(5);
    expect(plan.mock.lastCall?.[0].temperature).toBeUndefined();
    expect(result.trace.attempts).toMatchObject([
      { class: "request.rejected" },
      { repair: "without temperature", outcome: "answered" },
    ]);
    expect(events.find((event) => event.type === "repair")).toMatchObject({ description: "without temperature" });
  });

  test("only once: a second rejection moves on", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[rejected]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate(request));

    expect(result.text).toBe("Backup");
    expect(target.calls).toHaveLength(2);
  });

  test("a rejection that was repaired is no vote against the request", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[rejected], [fail("server.error")]]);
    const second = scripted(clock, [[fail("request.rejected", { status: 400 })]], { vendor: "beta" });
    const third = scripted(clock, [answer("Third")], { vendor: "gamma" });

    const result = await finish(clock, chain([target, second, third]).generate(request));

    expect(result.trace.attempts.map((attempt) => attempt.class)).toEqual([
      "request.rejected",
      "server.error",
      "request.rejected",
      undefined,
    ]);
  });

  test("after a repaired rejection the siblings are still there", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[rejected], [fail("server.error")]], { key: "k1" });
    const sibling = scripted(clock, [answer("Sibling")], { key: "k2" });

    const result = await finish(clock, chain([{ targets: [target, sibling] }]).generate(request));

    expect(result.text).toBe("Sibling");
  });

  test("also after output of another attempt was shown", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [begin(["One"], wait(100), fail("stream.reset"))]);
    const backup = scripted(clock, [[rejected], answer("Two")], { vendor: "beta" });

    const stream = await finish(clock, chain([primary, backup]).stream(request));
    await collect(clock, stream);

    expect((await stream.result).text).toBe("Two");
  });

  test("counts as one of three attempts at a target", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[rejected], [fail("server.error")]]);

    const error = await rejection(clock, chain([target], { maxAttempts: 9 }).generate(request));

    expect(error.attempts.map(({ repair, repeat }) => [repair, repeat])).toEqual([
      [undefined, undefined],
      ["without temperature", undefined],
      ["without temperature", "backoff"],
    ]);
  });

  test("one that throws is reported, and the call moves on", async () => {
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    const repair: Repair = {
      description: "broken",
      apply: () => {
        throw new Error("repair bug");
      },
    };
    const target = scripted(clock, [[fail("request.rejected", { repair })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup], { onInternalError }).generate(request));

    expect(result.text).toBe("Backup");
    expect(onInternalError).toHaveBeenCalledOnce();
  });
});

describe("waiting instead of moving", () => {
  test.each([
    { retryAfterMs: 1_500, calls: 2 },
    { retryAfterMs: 2_000, calls: 2 },
    { retryAfterMs: 2_001, calls: 1 },
    { retryAfterMs: undefined, calls: 1 },
  ])("CL-16 CL-17 a limit with a stated time of $retryAfterMs ms: $calls calls", async ({ retryAfterMs, calls }) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("rate.requests", { retryAfterMs })], answer("Waited")]);

    await finish(clock, chain([target]).generate("Hi")).catch(() => undefined);

    expect(target.calls).toHaveLength(calls);
  });

  test("CL-17 the wait is the stated time, once", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [[fail("rate.requests", { retryAfterMs: 1_500 })]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.attempts).toMatchObject([{ startedAtMs: 0 }, { startedAtMs: 1_500, repeat: "wait" }]);
    expect(error).toMatchObject({ code: "rate-limited", retryAfterMs: 1_500 });
    expect(events.filter((event) => event.type === "repeat")).toMatchObject([{ kind: "wait", delayMs: 1_500 }]);
  });

  test("CL-16 a long stated time moves on at once", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("rate.requests", { retryAfterMs: 60_000 })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate("Hi"));

    expect(result.trace.attempts).toMatchObject([{ retryAfterMs: 60_000 }, { startedAtMs: 0 }]);
  });

  test("R2.6 a backoff is 250 ms, then a second, each with up to half of it more by chance", async () => {
    for (const [random, delays] of [
      [() => 0, [250, 1_000]],
      [() => 0.999_999, [375, 1_500]],
    ] as const) {
      const { clock, chain, events } = harness();
      const target = scripted(clock, [[fail("server.error")]]);

      // oxlint-disable-next-line no-await-in-loop
      await rejection(clock, chain([target], { random }).generate("Hi"));

      const repeats = events.flatMap((event) => (event.type === "repeat" ? [Math.round(event.delayMs)] : []));
      expect(repeats).toEqual(delays);
    }
  });

  test("R2.6 a backoff is at least a stated time, and there is none above two seconds", async () => {
    const { clock, chain } = harness();
    const short = scripted(clock, [[fail("server.overloaded", { retryAfterMs: 1_800 })], answer("Waited")]);
    const long = scripted(clock, [[fail("server.overloaded", { retryAfterMs: 2_500 })], answer("Never")]);

    const result = await finish(clock, chain([short]).generate("Hi"));
    const error = await rejection(clock, chain([long]).generate("Hi"));

    expect(result.trace.attempts[1]?.startedAtMs).toEqual(1_800);
    expect(error).toMatchObject({ code: "overloaded", retryAfterMs: 2_500, attempts: [{}] });
  });

  test("R2.15 `x-should-retry: false` forbids a backoff", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("server.error", { repeatForbidden: true })], answer("Never")]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.attempts).toHaveLength(1);
  });

  test("R2.2 a backoff comes last: siblings first, then the last one standing", async () => {
    const { clock, chain } = harness();
    const targets = ["k1", "k2"].map((key) => scripted(clock, [[fail("server.error")]], { key, endpoint: key }));

    const error = await rejection(clock, chain([{ targets }]).generate("Hi"));

    expect(error.attempts.map((attempt) => [attempt.endpoint, attempt.repeat])).toEqual([
      ["k1", undefined],
      ["k2", undefined],
      ["k2", "backoff"],
      ["k2", "backoff"],
    ]);
  });

  test("R2.2 a backoff is not made after something was released", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(100), fail("stream.reset")), answer("Never")]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const { error } = await collect(clock, stream);

    expect(error).toMatchObject({ code: "interrupted", partial: { text: "One" } });
    expect(target.calls).toHaveLength(1);
  });

  test("R2.4 a fresh connection is asked for at a backup also after something of the primary was released", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [begin(["One"], wait(100), fail("stream.reset"))]);
    const backup = scripted(clock, [[fail("network.reset", { beforeResponse: true })], answer("Two")], {
      vendor: "beta",
    });

    const stream = await finish(clock, chain([primary, backup]).stream("Hi"));
    const { error } = await collect(clock, stream);

    expect(error).toBeUndefined();
    expect(backup.calls).toHaveLength(2);
  });

  test("R2.4 a fresh connection needs one that died before any byte, and is asked for once", async () => {
    const { clock, chain } = harness();
    const early = scripted(clock, [[fail("network.reset", { beforeResponse: true })]]);
    const late = scripted(clock, [[fail("network.reset")]], { vendor: "beta" });
    const backup = scripted(clock, [answer("Backup")], { vendor: "gamma" });

    await finish(clock, chain([early, late, backup]).generate("Hi"));

    expect([early.calls.length, late.calls.length]).toEqual([2, 1]);
    expect(clock.now()).toBeLessThan(100);
  });
});

const failFast: Policy = (failure, context) =>
  failure.class.startsWith("auth.") ? "stop" : defaultPolicy(failure, context);

const anotherOpinion: Policy = (failure, context) =>
  failure.class === "policy.refusal" ? "next" : defaultPolicy(failure, context);

function without(name: keyof TargetRequest): Repair {
  return { description: `without ${name}`, apply: (request) => ({ ...request, [name]: undefined }) };
}

import { describe, expect, test } from "vitest";
import { UPSTREAM_FAILURES } from "../failure-table.ts";
import { finish, harness, rejection, settled } from "../harness.ts";
import { answer, fail, scripted, type ScriptedOptions, type Step } from "../scripted-target.ts";
import type { FailureClass, UnderstudyError } from "../../src/index.ts";

/** What a sibling shares with the target that failed, besides the model. */
const SIBLINGS: { readonly [name: string]: ScriptedOptions } = {
  "another key at the same endpoint": { endpoint: "alpha.test", key: "key-2" },
  "the same key at another endpoint": { endpoint: "alpha-eu.test", key: "key-1" },
  "another key of the same quota at another endpoint": { endpoint: "alpha-eu.test", key: "key-2", quota: "key-1" },
};

/** For each scope, which of the siblings lie outside it. */
const OUTSIDE: { readonly [scope: string]: readonly boolean[] } = {
  target: [true, true, true],
  endpoint: [false, true, true],
  "model@endpoint": [false, true, true],
  key: [true, false, true],
  "key+model": [true, false, true],
  quota: [true, false, false],
  "quota+model": [true, false, false],
};

describe("where a call goes after a failure", () => {
  const cases = UPSTREAM_FAILURES.flatMap(({ failureClass, scope, sibling }) =>
    Object.entries(SIBLINGS).map(([name, options], index) => ({
      failureClass,
      name,
      options,
      isTried: sibling === "yes" && OUTSIDE[scope]?.[index] === true,
    })),
  );

  test.each(cases)(
    "R1.3 R1.4 $failureClass: a sibling with $name is tried: $isTried",
    async ({ failureClass, options, isTried }) => {
      const { clock, chain } = harness();
      const failed = scripted(clock, [[fail(failureClass)]], { key: "key-1" });
      const sibling = scripted(clock, [answer("Sibling")], options);
      const next = scripted(clock, [answer("Next")], { vendor: "beta" });

      const call = chain([{ targets: [failed, sibling] }, next]).generate("Hi");
      await finish(clock, call).catch(() => undefined);

      expect(sibling.calls).toHaveLength(isTried ? 1 : 0);
      expect(failed.calls).toHaveLength(1);
    },
  );

  test.each(UPSTREAM_FAILURES)(
    "MS-03 CL-07 CL-08 $failureClass on the first read: the next tier is tried: $tier",
    async ({ failureClass, tier, code }) => {
      const { clock, chain } = harness();
      const failed = scripted(clock, [[fail(failureClass)]]);
      const next = scripted(clock, [answer("Next")], { vendor: "beta" });
      // Nobody knows whether the next tier's window is larger.
      const isTried = ["yes", "capable", "unreleased", "larger"].includes(tier);

      const { value, error } = await settled(clock, chain([failed, next]).generate("Hi"));

      const attempts = (value?.trace ?? error)?.attempts.map((attempt) => attempt.class);
      expect(attempts).toEqual(isTried ? [failureClass, undefined] : [failureClass]);
      expect([value?.text, error?.code]).toEqual(isTried ? ["Next", undefined] : [undefined, code]);
      expect(failed.calls).toHaveLength(1);
      expect(next.calls).toHaveLength(isTried ? 1 : 0);
    },
  );

  test.each(UPSTREAM_FAILURES)(
    "$failureClass as the only attempt: the caller sees `$code`",
    async ({ failureClass, code, scope }) => {
      const { clock, chain } = harness();
      const failed = scripted(clock, [[fail(failureClass, { status: 418, vendorCode: "teapot", requestId: "r1" })]]);

      const error = await rejection(clock, chain([failed], { maxAttempts: 1 }).generate("Hi"));

      expect(error).toMatchObject({
        code,
        reason: failureClass,
        status: 418,
        vendorCode: "teapot",
        requestId: "r1",
        attempts: [{ attempt: 1, outcome: "failed", class: failureClass, scope, status: 418 }],
      });
      expect(error.cause).toMatchObject({ code, message: expect.stringContaining("alpha/one") });
    },
  );

  test.each(UPSTREAM_FAILURES)(
    "CF-02 CL-06 R2.14 $failureClass raises credential-problem and flags the trace only if it is loud",
    async ({ failureClass, marks }) => {
      const { clock, chain, events } = harness();
      const failed = scripted(clock, [[fail(failureClass, { contextWindow: 1 })]]);
      const next = scripted(clock, [answer("Next")], { vendor: "beta", capabilities: { contextWindow: 2 } });

      const result = await finish(clock, chain([failed, next], { policy: () => "next" }).generate("Hi"));

      const isLoud = marks.includes("loud");
      const problems = events.filter((event) => event.type === "credential-problem");
      expect(problems).toMatchObject(isLoud ? [{ reason: failureClass, attempt: 1, tier: "alpha/one" }] : []);
      expect(result.trace.needsAttention).toBe(isLoud);
    },
  );
});

describe("asking the same target again", () => {
  const details = { beforeResponse: true, retryAfterMs: 1_000 };

  test.each(UPSTREAM_FAILURES)(
    "CL-08 CL-19 $failureClass alone in its chain is repeated: $same",
    async ({ failureClass, same }) => {
      const { clock, chain } = harness();
      const target = scripted(clock, [[fail(failureClass, details)], answer("Again")]);

      const call = chain([target]).generate("Hi");
      const result = await finish(clock, call).catch(() => undefined);

      const expected = new Map([
        ["fresh", [0, 0]],
        ["backoff", [0, 1_000]],
        ["wait", [0, 1_000]],
      ]);
      expect(result?.trace.attempts.map((attempt) => attempt.startedAtMs)).toEqual(expected.get(same));
      expect(target.calls).toHaveLength(same === "no" ? 1 : 2);
    },
  );

  test.each(UPSTREAM_FAILURES)(
    "$failureClass with another candidate left is repeated only on a fresh connection ($same)",
    async ({ failureClass, same }) => {
      const { clock, chain } = harness();
      const target = scripted(clock, [[fail(failureClass, details)], answer("Again")]);
      const next = scripted(clock, [answer("Next")], { vendor: "beta" });

      await finish(clock, chain([target, next]).generate("Hi")).catch(() => undefined);

      expect(target.calls).toHaveLength(same === "fresh" ? 2 : 1);
      expect(clock.now()).toBeLessThan(250);
    },
  );
});

describe("rows with a condition", () => {
  test("CL-09 CL-11 R2.12 a plain 400 of two vendors stops nothing: each tier is asked once", async () => {
    const { clock, chain } = harness();
    const rejected: Step[] = [fail("request.rejected", { status: 400 })];
    const [first, second] = ["alpha", "beta"].map((vendor) => scripted(clock, [rejected], { vendor }));
    const third = scripted(clock, [answer("Three")], { vendor: "gamma" });
    if (first === undefined || second === undefined) throw new Error("two targets");

    const result = await finish(clock, chain([first, second, third]).generate("Hi"));

    expect(result.text).toBe("Three");
    expect([first, second, third].map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
  });

  test("CL-11 a request that every tier rejects is the caller's to fix", async () => {
    const { clock, chain } = harness();
    const tiers = ["alpha", "beta", "gamma"].map((vendor) =>
      scripted(clock, [[fail("request.rejected", { status: 400 })]], { vendor }),
    );

    const error = await rejection(clock, chain(tiers).generate("Hi"));

    expect(error.code).toBe("invalid-request");
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.attempts.map((attempt) => attempt.class)).toEqual(Array(3).fill("request.rejected"));
  });

  test("CL-11 two tiers of one vendor that reject the request are one opinion", async () => {
    const { clock, chain } = harness();
    const rejected: Step[] = [fail("request.rejected", { status: 400 })];
    const first = scripted(clock, [rejected]);
    const second = scripted(clock, [rejected], { model: "two", key: "other" });
    const third = scripted(clock, [answer("Third")], { vendor: "gamma" });

    const result = await finish(clock, chain([first, second, third]).generate("Hi"));

    expect(result.text).toBe("Third");
    expect(result.trace.attempts.map((attempt) => attempt.class)).toEqual([
      "request.rejected",
      "request.rejected",
      undefined,
    ]);
  });

  test("CL-12 R1.5 a context overflow goes to the tier that is known to be larger, and past those that are not", async () => {
    const { clock, chain } = harness();
    const sized = (vendor: string, contextWindow: number | "unknown") =>
      scripted(clock, [answer(vendor)], { vendor, capabilities: { contextWindow } });
    const overflow = [fail("request.context-length", { status: 400, contextWindow: 100_000 })];
    const primary = scripted(clock, [overflow], { capabilities: { contextWindow: 100_000 } });
    const [smaller, unknown, larger] = [
      sized("smaller", 50_000),
      sized("unknown", "unknown"),
      sized("larger", 200_000),
    ];

    const result = await finish(clock, chain([primary, smaller, unknown, larger]).generate("Hi"));

    expect(result.text).toBe("larger");
    expect(result.trace.skipped.map(({ tier, reason }) => [tier, reason])).toEqual([
      ["smaller/one", "window-too-small"],
    ]);
    expect([smaller.calls, unknown.calls, larger.calls].map((calls) => calls.length)).toEqual([0, 0, 1]);
  });

  test("CL-12 windows that nobody knows are tried last, in their order", async () => {
    const { clock, chain } = harness();
    const sized = (vendor: string, contextWindow: number | "unknown", answers: boolean) => {
      const script = answers ? answer(vendor) : [fail("request.context-length", { status: 400 })];
      return scripted(clock, [script], { vendor, capabilities: { contextWindow } });
    };
    const targets = [
      sized("first", 100_000, false),
      sized("unknown", "unknown", false),
      sized("larger", 200_000, false),
      sized("alike", 200_000, true),
      sized("other", "unknown", true),
    ];

    const result = await finish(clock, chain(targets).generate("Hi"));

    expect(result.trace.attempts.map(({ vendor }) => vendor)).toEqual(["first", "larger", "unknown", "other"]);
    expect(result.trace.skipped.map(({ vendor, reason }) => [vendor, reason])).toEqual([["alike", "window-too-small"]]);
  });

  test("CL-12 when no window is larger the caller sees `context-length` and can compact", async () => {
    const { clock, chain } = harness();
    const overflow = [fail("request.context-length", { status: 400 })];
    const primary = scripted(clock, [overflow], { capabilities: { contextWindow: 100_000 } });
    const smaller = scripted(clock, [answer("No")], { vendor: "beta", capabilities: { contextWindow: 100_000 } });

    const error = await rejection(clock, chain([primary, smaller]).generate("Hi"));

    expect(error.code).toBe("context-length");
    expect(smaller.calls).toHaveLength(0);
  });

  test("TR-08 R1.6 a missing capability that a vendor names rules out the tiers that lack it", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("request.unsupported", { capability: "audio" })]]);
    const deaf = scripted(clock, [answer("No")], { vendor: "beta", capabilities: { audio: false } });
    const capable = scripted(clock, [answer("Yes")], { vendor: "gamma", capabilities: { audio: true } });

    const result = await finish(clock, chain([primary, deaf, capable]).generate("Hi"));

    expect(result.text).toBe("Yes");
    expect(deaf.calls).toHaveLength(0);
    expect(result.trace.skipped).toMatchObject([{ tier: "beta/one", reason: "unsupported", detail: "audio" }]);
  });

  test("a failure scope given by the adapter wins over the table's", async () => {
    const { clock, chain } = harness();
    const failed = scripted(clock, [[fail("server.error", { scope: "endpoint" })]], { key: "key-1" });
    const sameHost = scripted(clock, [answer("Same host")], { key: "key-2" });
    const next = scripted(clock, [answer("Next")], { vendor: "beta" });

    const result = await finish(clock, chain([{ targets: [failed, sameHost] }, next]).generate("Hi"));

    expect(result.text).toBe("Next");
    expect(sameHost.calls).toHaveLength(0);
    expect(result.trace.skipped).toMatchObject([{ reason: "scope-failed", detail: "endpoint" }]);
  });

  test("CL-01 a failed scope also rules out later tiers that share it", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("billing.exhausted", { status: 429 })]], { quota: "org" });
    const sameOrg = scripted(clock, [answer("No")], { model: "two", key: "other", quota: "org" });
    const elsewhere = scripted(clock, [answer("Yes")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, sameOrg, elsewhere]).generate("Hi"));

    expect(result.text).toBe("Yes");
    expect(sameOrg.calls).toHaveLength(0);
  });
});

describe("the error of a chain that ran out", () => {
  test("R8.1 has the code its attempts share", async () => {
    expect(await twoTiers("rate.requests", "rate.daily")).toMatchObject({ code: "rate-limited", retryAfterMs: 60_000 });
  });

  test("R8.1 R8.2 is `all-failed` when they differ, and its cause is the first attempt's error", async () => {
    const error = await twoTiers("server.error", "auth.invalid");

    expect(error).toMatchObject({
      code: "all-failed",
      retryAfterMs: 30_000,
      attempts: [{ class: "server.error" }, { class: "auth.invalid" }],
      cause: { code: "server-error", scope: "target", message: "Attempt 1 at alpha/one failed with server.error." },
    });
  });

  test("MS-13 R1.9 attempts stay within maxAttempts however many targets there are", async () => {
    const { clock, chain } = harness();
    const tiers = Array.from({ length: 9 }, (_, index) =>
      scripted(clock, [[fail("server.error")]], { vendor: `vendor${index}` }),
    );

    const error = await rejection(clock, chain(tiers, { maxAttempts: 4 }).generate("Hi"));

    expect(error.attempts).toHaveLength(4);
    expect(tiers.map((tier) => tier.calls.length)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  test("MS-13 a chain of one target makes at most three attempts", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("network.reset", { beforeResponse: true })], [fail("server.error")]]);

    const error = await rejection(clock, chain([target], { maxAttempts: 100 }).generate("Hi"));

    expect(target.calls).toHaveLength(3);
    expect(error.attempts.map((attempt) => attempt.repeat)).toEqual([undefined, "fresh-connection", "backoff"]);
  });
});

async function twoTiers(first: FailureClass, second: FailureClass): Promise<UnderstudyError> {
  const { clock, chain } = harness();
  const tiers = [
    scripted(clock, [[fail(first, { retryAfterMs: 60_000 })]]),
    scripted(clock, [[fail(second, { retryAfterMs: 30_000 })]], { vendor: "beta" }),
  ];
  return rejection(clock, chain(tiers).generate("Hi"));
}

test("CL-12 after an overflow at a window nobody knows, a tier that declares one is tried", async () => {
  const { clock, chain } = harness();
  const overflow = [fail("request.context-length", { status: 400 })];
  const unknown = scripted(clock, [overflow]);
  const alsoUnknown = scripted(clock, [answer("No")], { vendor: "beta" });
  const declared = scripted(clock, [answer("Yes")], { vendor: "gamma", capabilities: { contextWindow: 1_000_000 } });

  const result = await finish(clock, chain([unknown, alsoUnknown, declared]).generate("Hi"));

  expect(result.text).toBe("Yes");
  expect(alsoUnknown.calls).toHaveLength(0);
});

test("CL-12 R1.5 an unknown window that was too small says nothing of the others, and a known one still does", async () => {
  const { clock, chain } = harness();
  const overflow = [fail("request.context-length", { status: 400 })];
  const windows = ["unknown", 8_000, 4_000, 16_000] as const;
  const targets = windows.map((contextWindow, index) =>
    scripted(clock, [contextWindow === 16_000 ? answer("Yes") : overflow], {
      vendor: "abcd".charAt(index),
      capabilities: { contextWindow },
    }),
  );

  const { trace } = await finish(clock, chain(targets).generate("Hi"));

  expect(trace.attempts.map(({ vendor }) => vendor)).toEqual(["a", "b", "d"]);
  expect(trace.skipped).toMatchObject([{ vendor: "c", reason: "window-too-small" }]);
});

test("R2.6 the first wait is a quarter of a second also behind a repeat on a fresh connection", async () => {
  const { clock, chain, events } = harness();
  const dead = fail("network.reset", { beforeResponse: true, connection: "reused" });
  const target = scripted(clock, [[dead], [fail("server.overloaded")], answer("Hi")]);

  await finish(clock, chain([target]).generate("Hi"));

  expect(events.filter(({ type }) => type === "repeat")).toMatchObject([
    { kind: "fresh-connection", delayMs: 0 },
    { kind: "backoff", delayMs: 250 },
  ]);
});

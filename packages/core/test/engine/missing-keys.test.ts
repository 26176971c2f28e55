import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, type Harness } from "../harness.ts";
import { answer, begin, fail, scripted, type ScriptedOptions, type ScriptedTarget } from "../scripted-target.ts";
import { createChain, isUnderstudyError, type Chain, type TargetProblem, type TierInput } from "../../src/index.ts";

const NO_KEY: TargetProblem = { type: "no-key", message: "no API key" };

function keyless({ clock }: Harness, vendor: string, options: ScriptedOptions = {}): ScriptedTarget {
  return scripted(clock, [answer("It has no key.")], { vendor, problems: [NO_KEY], ...options });
}

const skipping = (world: Harness, tiers: readonly TierInput[]): Chain => world.chain(tiers, { missingKeys: "skip" });

/** The message of the error with which a chain cannot be built. */
function refusal(build: () => Chain): string {
  try {
    build();
  } catch (error) {
    if (isUnderstudyError(error) && error.code === "config") return error.message;
    throw error;
  }
  throw new Error("The chain was built.");
}

const problemsOf = ({ events }: Harness): unknown[] =>
  events.flatMap((event) =>
    event.type === "credential-problem" ? [[event.callId, event.tier, event.reason, event.attempt]] : [],
  );

describe("R1.11 with `missingKeys: 'skip'` a target without a key", () => {
  test("is passed over by every call that comes to it, and each of them says so", async () => {
    const world = harness();
    const first = keyless(world, "alpha");
    const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
    const built = skipping(world, [first, backup]);

    const answers = [await finish(world.clock, built.generate("Hi")), await finish(world.clock, built.generate("Hi"))];

    for (const { text, trace } of answers) {
      expect([text, trace.needsAttention]).toEqual(["Backup", true]);
      expect(trace.skipped).toMatchObject([{ tier: "alpha/one", reason: "no-key", class: "auth.invalid" }]);
    }
    expect(problemsOf(world)).toEqual([
      [1, "alpha/one", "auth.invalid", undefined],
      [1, "alpha/one", "auth.invalid", undefined],
      [2, "alpha/one", "auth.invalid", undefined],
    ]);
    expect([first.calls.length, backup.calls.length]).toEqual([0, 2]);
  });

  test("is told of in the first call of a chain, even if no call ever comes to it", async () => {
    const world = harness();
    const built = skipping(world, [
      scripted(world.clock, [answer("Hello")]),
      { targets: [keyless(world, "beta"), keyless(world, "gamma")] },
    ]);

    const { trace } = await finish(world.clock, built.generate("Hi"));
    await finish(world.clock, built.generate("Hi"));

    expect(world.events.slice(0, 4)).toMatchObject([
      { type: "call-start", callId: 1 },
      { type: "credential-problem", callId: 1, tier: "beta/one", vendor: "beta", reason: "auth.invalid" },
      { type: "credential-problem", callId: 1, tier: "beta/one", vendor: "gamma", reason: "auth.invalid" },
      { type: "attempt-start" },
    ]);
    expect(problemsOf(world)).toHaveLength(2);
    expect(trace).toMatchObject({ skipped: [], needsAttention: false });
  });

  test("takes no part in a failover: a sibling and the next tier are asked, in a stream too", async () => {
    const world = harness();
    const broken = scripted(world.clock, [begin(["Hel"], fail("stream.reset"))]);
    const bare = keyless(world, "alpha", { key: "other" });
    const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
    const built = skipping(world, [{ targets: [bare, broken, bare] }, backup]);

    const stream = await finish(world.clock, built.stream("Hi"));
    await collect(world.clock, stream);
    const { text, trace } = await stream.result;

    expect(text).toBe("Backup");
    expect(trace.attempts.map(({ tier }) => tier)).toEqual(["alpha/one", "beta/one"]);
    expect(trace.skipped.map(({ reason }) => reason)).toContain("no-key");
    expect(bare.calls).toEqual([]);
  });

  test("is no last resort, keeps no attempt for itself and promises no time to come back", async () => {
    const world = harness();
    const limited = scripted(world.clock, [[fail("rate.requests", { status: 429, retryAfterMs: 60_000 })]]);
    const bare = keyless(world, "beta");
    const built = skipping(world, [limited, bare]);
    await rejection(world.clock, built.generate("Hi"));

    const error = await rejection(world.clock, built.generate("Hi", { tiers: ["beta/one"] }));
    const both = await rejection(world.clock, built.generate("Hi"));

    expect(error.message).toBe("No candidate could be tried: alpha/one not-selected; beta/one no-key (auth.invalid).");
    expect(error.retryAfterMs).toBeUndefined();
    expect(both.attempts).toMatchObject([{ tier: "alpha/one", venture: "last-resort" }]);
    expect(bare.calls).toEqual([]);
  });

  test("leaves the repeats to the last target that has one", async () => {
    const world = harness();
    const shaky = scripted(world.clock, [[fail("server.error", { status: 500 })], answer("Hello")]);
    const built = skipping(world, [shaky, keyless(world, "beta")]);

    const { text, trace } = await finish(world.clock, built.generate("Hi"));

    expect(text).toBe("Hello");
    expect(trace.attempts.map(({ repeat }) => repeat)).toEqual([undefined, "backoff"]);
  });

  test("is shown as blocked for good, and nothing that an operator does makes it one that is asked", async () => {
    const world = harness();
    const bare = keyless(world, "alpha");
    const built = skipping(world, [bare, scripted(world.clock, [answer("Backup")], { vendor: "beta" })]);

    built.enable({ vendor: "alpha" });
    await finish(world.clock, built.generate("Hi"));

    expect(built.snapshot().map(({ blockedForMs }) => blockedForMs)).toEqual([Infinity, 0]);
    expect(bare.calls).toEqual([]);
  });

  test("is not told of to a call that does not want its tier", async () => {
    const world = harness();
    const built = skipping(world, [keyless(world, "alpha"), scripted(world.clock, [answer("B")], { vendor: "beta" })]);
    await finish(world.clock, built.generate("Hi"));
    world.events.length = 0;

    const { trace } = await finish(world.clock, built.generate("Hi", { tiers: ["beta/one"] }));

    expect(trace).toMatchObject({ skipped: [{ reason: "not-selected" }], needsAttention: false });
    expect(problemsOf(world)).toEqual([]);
  });
});

describe("R8.7 a chain whose targets have no key", () => {
  const world = harness();
  const bare = keyless(world, "alpha");
  const fine = scripted(world.clock, [answer("Hello")], { vendor: "beta" });

  test.each([undefined, "throw"] as const)("cannot be built with `missingKeys: %s`, the default", (missingKeys) => {
    expect(refusal(() => createChain([bare, fine], { missingKeys }))).toContain("tier 1 (alpha/one): no API key");
  });

  test("cannot be built without any key, whatever the option says", () => {
    const tiers = [bare, { targets: [keyless(world, "beta"), keyless(world, "gamma")] }];

    expect(refusal(() => createChain(tiers, { missingKeys: "skip" }))).toBe(
      "The chain cannot be built: tier 1 (alpha/one): no API key; tier 2 (beta/one): no API key; tier 2 (gamma/one): no API key.",
    );
  });

  test("cannot be built when something else is wrong with one of them", () => {
    const wrong = keyless(world, "alpha", { problems: [NO_KEY, { type: "invalid", message: "`baseURL` is no URL" }] });

    const message = refusal(() => createChain([wrong, fine], { missingKeys: "skip" }));

    expect(message).toBe("The chain cannot be built: tier 1 (alpha/one): `baseURL` is no URL.");
  });

  test("takes no other word for the option", () => {
    // @ts-expect-error -- as plain JavaScript calls it
    expect(refusal(() => createChain([fine], { missingKeys: "ignore" }))).toContain(
      "missingKeys must be 'throw' or 'skip'",
    );
  });
});

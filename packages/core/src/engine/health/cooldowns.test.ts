import { describe, expect, test } from "vitest";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import { Cooldowns } from "./cooldowns.ts";

const SCOPE = "quota one";
const HOUR = 3_600_000;

/** Cools a scope after a failure and says for how long. */
function cool(
  cooldowns: Cooldowns,
  failureClass: FailureClass,
  now: number,
  more: { readonly stated?: number; readonly requestedAt?: number } = {},
): number | undefined {
  const { cooldown: rule, hardBlock } = FAILURE_RULES[failureClass];
  if (rule === undefined) return undefined;
  const forMs = cooldowns.duration(SCOPE, rule, more.stated, more.requestedAt ?? now, now);
  if (forMs === undefined) return undefined;
  return cooldowns.extend(SCOPE, { until: now + forMs, isHard: hardBlock === true }, now) ? forMs : undefined;
}

/** Minutes of seven episodes in a row. */
function ladder(failureClass: FailureClass): number[] {
  const cooldowns = new Cooldowns(() => 0);
  let now = 0;
  return Array.from({ length: 7 }, () => {
    const forMs = cool(cooldowns, failureClass, now) ?? 0;
    now += forMs;
    return forMs / 60_000;
  });
}

describe("R7.2 how long a scope is left alone", () => {
  test("a stated time comes before the ladder", () => {
    expect(cool(new Cooldowns(() => 0), "rate.requests", 0, { stated: 41_724 })).toBe(41_724);
  });

  test.each([
    [0, 500],
    [100, 500],
    [500, 500],
    [30 * HOUR, 24 * HOUR],
    [Infinity, 24 * HOUR],
  ])("a stated %d ms is clamped to %d", (stated, forMs) => {
    expect(cool(new Cooldowns(() => 0), "rate.requests", 0, { stated })).toBe(forMs);
  });

  test("R7.2 jitter only lengthens, by half at most", () => {
    expect(cool(new Cooldowns(() => 0), "rate.requests", 0, { stated: 10_000 })).toBe(10_000);
    expect(cool(new Cooldowns(() => 0.999), "rate.requests", 0, { stated: 10_000 })).toBeCloseTo(14_995);
  });

  test("a daily limit lasts ten minutes at least, whatever is stated", () => {
    expect(cool(new Cooldowns(() => 0), "rate.daily", 0, { stated: 36_000 })).toBe(600_000);
    expect(cool(new Cooldowns(() => 0), "rate.daily", 0, { stated: 10 * HOUR })).toBe(10 * HOUR);
  });

  test("a gateway error cools only for a stated time", () => {
    expect(cool(new Cooldowns(() => 0), "server.gateway", 0)).toBeUndefined();
    expect(cool(new Cooldowns(() => 0), "server.gateway", 0, { stated: 7_000 })).toBe(7_000);
  });

  test("without a stated time it doubles per episode, from 5 s up to 300 s", () => {
    const cooldowns = new Cooldowns(() => 0);
    let now = 0;

    const lengths = Array.from({ length: 8 }, () => {
      const forMs = cool(cooldowns, "rate.requests", now) ?? 0;
      now += forMs;
      return forMs / 1_000;
    });

    expect(lengths).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  });

  test("R7.3 failures of requests that were under way together are one episode", () => {
    const cooldowns = new Cooldowns(() => 0);

    for (const now of [0, 10, 20, 30]) cool(cooldowns, "rate.requests", now);

    expect(cooldowns.longest([SCOPE], 40)?.until).toBe(5_030);
    expect(cool(cooldowns, "rate.requests", 6_000)).toBe(10_000);
  });

  test("an answer in between begins the ladder again", () => {
    const cooldowns = new Cooldowns(() => 0);
    cool(cooldowns, "rate.requests", 0);
    cool(cooldowns, "rate.requests", 6_000);

    cooldowns.answered([SCOPE], 20_000, 20_000);

    expect(cool(cooldowns, "rate.requests", 21_000)).toBe(5_000);
  });

  test("a bad key costs 5 minutes, doubling up to an hour; an empty account 10, up to 6 hours", () => {
    expect(ladder("auth.invalid")).toEqual([5, 10, 20, 40, 60, 60, 60]);
    expect(ladder("billing.exhausted")).toEqual([10, 20, 40, 80, 160, 320, 360]);
  });
});

describe("what is remembered", () => {
  test("R7.2 it only ever extends", () => {
    const cooldowns = new Cooldowns(() => 0);

    cool(cooldowns, "rate.requests", 0, { stated: 60_000 });
    cool(cooldowns, "rate.requests", 0, { stated: 1_000 });

    expect(cooldowns.longest([SCOPE], 0)?.until).toBe(60_000);
  });

  test("of several scopes the one that ends last counts", () => {
    const cooldowns = new Cooldowns(() => 0);
    cooldowns.extend("a", { until: 10, isHard: false }, 0);
    cooldowns.extend("b", { until: 20, isHard: false }, 0);

    expect(cooldowns.longest(["a", "b", "c"], 0)?.scope).toBe("b");
    expect(cooldowns.longest(["a", "b", "c"], 20)).toBeUndefined();
  });

  test("R7.5 a manual reset ends it, and an answer to a request from before the reset sets nothing", () => {
    const cooldowns = new Cooldowns(() => 0);
    cool(cooldowns, "rate.requests", 0, { stated: 60_000 });

    cooldowns.reset(SCOPE, 100);
    expect(cooldowns.longest([SCOPE], 100)).toBeUndefined();
    expect(cool(cooldowns, "rate.requests", 200, { requestedAt: 50 })).toBeUndefined();

    expect(cooldowns.longest([SCOPE], 200)).toBeUndefined();
    expect(cool(cooldowns, "rate.requests", 300, { requestedAt: 150 })).toBe(5_000);
  });
});

describe("R7.4 hard blocks", () => {
  test("one trial a minute, the first one a minute after the block", () => {
    const cooldowns = new Cooldowns(() => 0);
    cool(cooldowns, "auth.invalid", 0);

    expect(cooldowns.trialDueAt(SCOPE) <= 59_999).toBe(false);
    expect(cooldowns.trialDueAt(SCOPE) <= 60_000).toBe(true);
    cooldowns.putOffTrial(SCOPE, 60_000);

    expect(cooldowns.trialDueAt(SCOPE) <= 60_001).toBe(false);
    expect(cooldowns.trialDueAt(SCOPE) <= 120_000).toBe(true);
  });

  test("an answer ends it and its ladder; one that was asked for before the block does not", () => {
    const cooldowns = new Cooldowns(() => 0);
    cool(cooldowns, "auth.invalid", 1_000);

    cooldowns.answered([SCOPE], 500, 2_000);
    expect(cooldowns.longest([SCOPE], 2_000)?.isHard).toBe(true);
    cooldowns.answered([SCOPE], 61_000, 62_000);

    expect(cooldowns.longest([SCOPE], 62_000)).toBeUndefined();
    expect(cool(cooldowns, "auth.invalid", 70_000)).toBe(300_000);
  });

  test("a soft cooldown is hard only while a hard one of the same scope is running", () => {
    const cooldowns = new Cooldowns(() => 0);
    cool(cooldowns, "rate.daily", 0);

    cool(cooldowns, "rate.requests", 1_000, { stated: HOUR });
    expect(cooldowns.longest([SCOPE], 2_000)?.isHard).toBe(true);
    cool(cooldowns, "rate.requests", 2 * HOUR);

    expect(cooldowns.longest([SCOPE], 2 * HOUR)?.isHard).toBe(false);
  });
});

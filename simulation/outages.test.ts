import { describe, expect, test } from "vitest";
import type { EngineEvent } from "@understudy/core";
import type { Facts } from "./facts.ts";
import { findViolations } from "./oracle/invariants.ts";
import type { CallPlan, OutagePlan, TargetPlan, TierPlan, WorldPlan } from "./world/plan.ts";
import { runWorld } from "./world/world.ts";

const LIMIT_MS = 15_000;

const TIER = {
  degraded: false,
  balance: "first",
  timeoutMs: LIMIT_MS,
  silentReasoningMs: 180_000,
  livenessMs: 90_000,
  progressMs: 60_000,
  workingMs: 300_000,
} as const;

const CALL: CallPlan = {
  pin: undefined,
  isThrifty: false,
  at: 0,
  consumer: "prompt",
  json: false,
  tools: false,
  afterToolResult: false,
  deadlineMs: undefined,
  startWithinMs: undefined,
  tiers: undefined,
  allowDegraded: true,
  abortAfterMs: undefined,
  abortAtEvent: undefined,
  reads: 0,
  pauseMs: 1,
  isInvalid: false,
  stubborn: undefined,
  isRecovery: false,
};

const endpointOf = (tier: number): string => `${tier}.test`;

function tierOf(tier: number): TierPlan {
  return { ...TIER, name: `tier ${tier}` };
}

function targetOf(tier: number): TargetPlan {
  return {
    index: tier,
    tier,
    vendor: `vendor-${tier}`,
    model: "one",
    endpoint: endpointOf(tier),
    key: `${tier}-key-0`,
    quota: `${tier}-key-0`,
    keepAlives: false,
    tools: true,
    contextWindow: "unknown",
    silentReasoning: false,
    eventsAtOnce: false,
    unary: false,
  };
}

/** A chain of healthy tiers, one target each, with ordinary limits and callers. */
function worldOf(tiers: number, changes: Partial<WorldPlan>): WorldPlan {
  const indices = Array.from({ length: tiers }, (_, tier) => tier);
  return {
    seed: 1,
    profile: "narrow",
    targets: indices.map((tier) => targetOf(tier)),
    tiers: indices.map((tier) => tierOf(tier)),
    calls: [],
    outages: [],
    deadPools: [],
    sleeps: [],
    operator: [],
    wallJumps: [],
    holdMs: 50,
    holdAll: false,
    maxAttempts: undefined,
    consumerIdleMs: 120_000,
    policy: "default",
    hook: "quiet",
    lastHook: "quiet",
    store: "none",
    faultRate: 0,
    throwRate: 0,
    longShare: 0,
    steering: undefined,
    continuing: undefined,
    ...changes,
  };
}

const outageOf = (kind: OutagePlan["kind"], from: number, to: number, tier = 0): OutagePlan => ({
  endpoint: endpointOf(tier),
  from,
  to,
  kind,
});

/** Calls at an even pace. */
function callsEvery(everyMs: number, count: number, changes: Partial<CallPlan> = {}): CallPlan[] {
  return Array.from({ length: count }, (_, index) => ({ ...CALL, at: index * everyMs, ...changes }));
}

async function play(plan: WorldPlan): Promise<Facts> {
  const facts = await runWorld(plan);

  expect(findViolations(facts)).toEqual([]);
  return facts;
}

interface Change {
  readonly at: number;
  readonly event: Extract<EngineEvent, { type: "breaker" }>;
}

function breakerChanges({ timeline }: Facts): Change[] {
  return timeline.flatMap((entry) =>
    entry.type === "event" && entry.event.type === "breaker" ? [{ at: entry.at, event: entry.event }] : [],
  );
}

const openedAt = (facts: Facts): number | undefined =>
  breakerChanges(facts).find(({ event }) => event.to === "open")?.at;

const callersOf = (facts: Facts): Facts["calls"] => facts.calls.filter(({ plan }) => !plan.isRecovery);

/** Which tier answered each call. */
const answeredBy = (facts: Facts): (string | undefined)[] => callersOf(facts).map(({ result }) => result?.answer?.tier);

describe("a vendor that hangs", () => {
  test.each([100, 1_000, 10_000])(
    "is found sick by its fifth limit when it is asked every %d ms, and every call is answered",
    async (everyMs) => {
      const from = 5 * everyMs;
      const facts = await play(
        worldOf(2, { calls: callsEvery(everyMs, 30), outages: [outageOf("hang", from, Infinity)] }),
      );

      expect(openedAt(facts)).toBeLessThan(from + 4 * everyMs + LIMIT_MS + 1_000);
      expect(new Set(answeredBy(facts))).toEqual(new Set(["tier 0", "tier 1"]));
    },
  );

  test("is found sick by one user who asks one call after the other", async () => {
    const facts = await play(
      worldOf(2, { calls: callsEvery(LIMIT_MS + 5_000, 12), outages: [outageOf("hang", 0, Infinity)] }),
    );

    const hung = callersOf(facts).filter(({ upstream }) => upstream.some(({ target }) => target.index === 0));
    // The others are the probes of the breaker that is due by then.
    expect(openedAt(facts)).toBeLessThan(5 * (LIMIT_MS + 5_000));
    expect(answeredBy(facts)).toEqual(Array.from({ length: 12 }, () => "tier 1"));
    expect(hung.length).toBeLessThan(12);
  });

  test.each([{ startWithinMs: 8_000 }, { deadlineMs: 8_000 }, { startWithinMs: 2_000 }, { deadlineMs: 900 }])(
    "leaves the next one its half of the caller's time (%o)",
    async (bounds) => {
      const facts = await play(
        worldOf(2, {
          calls: callsEvery(1_000, 4, { ...bounds, consumer: "generate" }),
          outages: [outageOf("hang", 0, Infinity)],
        }),
      );

      expect(callersOf(facts).map(({ upstream }) => upstream.map(({ target }) => target.index))).toEqual(
        Array.from({ length: 4 }, () => [0, 1]),
      );
    },
  );

  test("is not kept in use by probes that hang", async () => {
    const facts = await play(
      worldOf(2, {
        calls: callsEvery(500, 240),
        outages: [outageOf("refused", 1_000, 5_000), outageOf("hang", 5_000, Infinity)],
      }),
    );

    const probes = breakerChanges(facts).filter(({ event, at }) => event.to === "half-open" && at < 120_000);
    expect(probes.length).toBeGreaterThan(0);
    expect(probes.length).toBeLessThan(6);
    expect(answeredBy(facts)).not.toContain(undefined);
  });
});

describe("an outage under long answers", () => {
  test("is found by its fifth failure, although answers from before it go on and end well", async () => {
    const facts = await play(
      worldOf(2, { calls: callsEvery(500, 150), outages: [outageOf("refused", 59_000, 90_000)], longShare: 1 }),
    );

    const opened = openedAt(facts) ?? Infinity;
    const refused = callersOf(facts).filter(
      ({ startedAt, upstream }) => startedAt < opened && upstream[0]?.thrown !== undefined,
    );
    const ended = callersOf(facts).filter(({ startedAt, result }) => startedAt < 59_000 && (result?.at ?? 0) > 59_000);
    expect(refused).toHaveLength(5);
    expect(ended.length).toBeGreaterThan(10);
    expect(ended.filter(({ result }) => result?.answer?.tier !== "tier 0")).toEqual([]);
  });
});

describe("a route that is slow but well", () => {
  test.each([200, 1_000, 5_000])(
    "stays in use when it is asked every %d ms and one answer in ten hangs",
    async (everyMs) => {
      const calls = callsEvery(everyMs, Math.min(200, 150_000 / everyMs));
      const facts = await play(worldOf(2, { calls, outages: [outageOf("sluggish", 0, Infinity)] }));

      expect(breakerChanges(facts)).toEqual([]);
      expect(answeredBy(facts).filter((tier) => tier === "tier 0").length).toBeGreaterThan(calls.length * 0.75);
    },
  );
});

describe("connections that died while they were idle", () => {
  test.each(["reused", undefined] as const)(
    "cost nobody an answer and open no breaker, where the transport says %s",
    async (says) => {
      const calls = Array.from({ length: 20 }, () => ({ ...CALL, at: 1_000 }));
      const pool = { endpoint: endpointOf(0), at: 0, connections: 40, says };
      const facts = await play(worldOf(1, { calls, deadPools: [pool] }));

      expect(answeredBy(facts)).toEqual(calls.map(() => "tier 0"));
      expect(breakerChanges(facts)).toEqual([]);
      expect(callersOf(facts).map(({ upstream }) => upstream.map(({ isFresh }) => isFresh))).toEqual(
        calls.map(() => [false, true]),
      );
    },
  );

  test("are told from a vendor that resets every connection: that one is found sick", async () => {
    const facts = await play(worldOf(2, { calls: callsEvery(200, 20), outages: [outageOf("reset", 0, Infinity)] }));

    expect(openedAt(facts)).toBeDefined();
    expect(answeredBy(facts)).toEqual(Array.from({ length: 20 }, () => "tier 1"));
  });
});

describe("a long chain whose first tiers are sick", () => {
  test.each(["reset", "rejects", "gateway", "refused"] as const)(
    "asks the last one although the others were asked again (%s)",
    async (kind) => {
      for (const tiers of [4, 5, 6]) {
        const outages = Array.from({ length: tiers - 1 }, (_, tier) => outageOf(kind, 0, Infinity, tier));

        // oxlint-disable-next-line no-await-in-loop -- one world at a time
        const facts = await play(worldOf(tiers, { calls: [CALL], outages }));

        expect(answeredBy(facts)).toEqual([`tier ${tiers - 1}`]);
      }
    },
  );
});

import { describe, expect, test } from "vitest";
import { scripted } from "../../../test/scripted-target.ts";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import { candidatesOf, readDefinition, type Candidate } from "../tier.ts";
import { Hedging } from "./hedging.ts";
import { Paces } from "./paces.ts";
import { Quotas } from "./quotas.ts";

const ended = (how: Partial<AttemptRecord>): AttemptRecord => ({
  attempt: 1,
  tier: "models",
  vendor: "a",
  model: "one",
  endpoint: "a.test",
  startedAtMs: 0,
  endedMs: 0,
  outcome: "failed",
  breakerBefore: "closed",
  breakerAfter: "closed",
  deliveredChars: 0,
  usageSource: "unknown",
  losses: [],
  ...how,
});

/** Candidates of one tier, of a vendor each. */
function candidates(clock: VirtualClock, ...vendors: readonly string[]): readonly [Candidate, ...Candidate[]] {
  const targets = vendors.map((vendor) => scripted(clock, [], { vendor }));
  const [first, ...others] = candidatesOf(readDefinition([{ targets, hedgeAfterMs: "p95", name: "models" }], {}).tiers);
  if (first === undefined) throw new Error("There is no target.");
  return [first, ...others];
}

describe("R16.6 what is known of speed", () => {
  test("is nothing of who was stopped for another one before there was content", () => {
    const [a, b] = candidates(new VirtualClock(), "a", "b");
    const paces = new Paces(() => 1);

    paces.learn(a, ended({ outcome: "stopped", stoppedBy: "hedge", endedMs: 50_000 }), 0);
    paces.learn(b ?? a, ended({ outcome: "answered", firstContentMs: 100 }), 0);

    // Of whom nothing is known is asked once.
    expect(paces.fastestFirst([a, b ?? a], 0)).toEqual([a, b]);
    expect(paces.fastestFirst([a, b ?? a], 0)).toEqual([b, a]);
  });

  test("is asked once of one that nobody has asked yet, as soon as another one is known", () => {
    const [a, b] = candidates(new VirtualClock(), "a", "b");
    const paces = new Paces(() => 1);

    paces.learn(a, ended({ outcome: "answered", firstContentMs: 100 }), 0);

    expect(paces.fastestFirst([a, b ?? a], 1_000)).toEqual([b, a]);
    expect(paces.fastestFirst([a, b ?? a], 2_000)).toEqual([a, b]);
  });
});

describe("R16.6 of two that nobody has asked for a while", () => {
  test.each([
    ["the first", 0],
    ["the second", 1],
  ])("the one that was never asked is looked at: %s", (_, never) => {
    const [a, ...others] = candidates(new VirtualClock(), "a", "b", "c");
    const paces = new Paces(() => 0);
    for (const one of others) if (one !== others[never]) paces.asked(one, 0);

    expect(paces.fastestFirst([a, ...others], 600_000)[0]?.target.vendor).toBe(["b", "c"][never]);
  });
});

function p95After(records: readonly Partial<AttemptRecord>[]): number | undefined {
  const clock = new VirtualClock();
  const [a] = candidates(clock, "a");
  const health: ConstructorParameters<typeof Hedging>[1] = {
    breakerState: () => "closed",
    standing: () => ({ type: "ready" }),
  };
  const hedging = new Hedging([a], health, clock, { join: () => undefined });
  for (const record of records) hedging.onEvent({ type: "attempt-end", callId: 1, record: ended(record) });
  return hedging.p95(a);
}
const twenty = (record: Partial<AttemptRecord>): readonly Partial<AttemptRecord>[] =>
  Array.from({ length: 20 }, () => record);

describe("R14.9 what 95 % of a target's attempts needed", () => {
  test("is the time to their first content, not to their end", () => {
    expect(p95After(twenty({ outcome: "answered", firstContentMs: 100, endedMs: 9_000 }))).toBe(100);
  });

  test("counts who was stopped for a hedge with the time that it waited, and who failed without content not at all", () => {
    expect(p95After(twenty({ outcome: "stopped", stoppedBy: "hedge", endedMs: 700 }))).toBe(700);
    const nineteen = twenty({ outcome: "answered", firstContentMs: 100 }).slice(1);
    expect(p95After([...nineteen, { class: "server.error", endedMs: 700 }])).toBeUndefined();
  });
});

const limits = (left: number, more: Readonly<Record<string, string>> = {}) => ({
  rateLimits: { "remaining-requests": String(left), "reset-requests": "10s", ...more },
});

describe("R16.4 what is left of a quota", () => {
  const NEED = { input: 10, output: 10 };

  test("counts from the response, which came before the content at the latest", async () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    const asked = quotas.ask(a, NEED);
    await clock.advance(9_000);
    quotas.ended(a, asked, ended({ endedMs: 9_000, firstContentMs: 4_000, ...limits(0) }));

    await clock.advance(5_000);
    expect(quotas.lacking(a, NEED)).toContain("requests: 0 left");
    await clock.advance(1_000);
    expect(quotas.lacking(a, NEED)).toBeUndefined();
  });

  test("after the reset is the stated limit less what was asked since, for a minute; then nothing is known", async () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    quotas.ended(a, quotas.ask(a, NEED), ended(limits(0, { "limit-requests": "1" })));

    await clock.advance(20_000);
    expect(quotas.lacking(a, NEED)).toBeUndefined();
    quotas.ended(a, quotas.ask(a, NEED), ended({}));
    await clock.advance(1_000);
    expect(quotas.lacking(a, NEED)).toContain("requests: 0 left");
    await clock.advance(50_000);
    expect(quotas.lacking(a, NEED)).toBeUndefined();
  });

  test("counts what runs until it has ended, also where another request is taken back", () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    quotas.ended(a, quotas.ask(a, NEED), ended(limits(1)));

    quotas.ask(a, NEED);
    quotas.takeBack(a, quotas.ask(a, NEED));

    expect(quotas.lacking(a, NEED)).toContain("requests: 0 left");
  });

  test("takes from what an earlier request was told all that was asked behind it and has ended before", () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    const slow = quotas.ask(a, NEED);
    quotas.ended(a, quotas.ask(a, NEED), ended({}));

    quotas.ended(a, slow, ended(limits(1)));

    expect(quotas.lacking(a, NEED)).toContain("requests: 0 left");
  });

  test("after the reset counts what was under way then, also where it was asked before the statement", async () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    const slow = quotas.ask(a, NEED);
    quotas.ended(a, quotas.ask(a, NEED), ended(limits(0, { "limit-requests": "1" })));

    await clock.advance(15_000);
    quotas.ended(a, slow, ended({ endedMs: 15_000 }));

    expect(quotas.lacking(a, NEED)).toContain("requests: 0 left");
  });

  test("takes of a limit of output what is written, and of one of input what is sent", () => {
    const clock = new VirtualClock();
    const [a] = candidates(clock, "a");
    const quotas = new Quotas(clock);
    const rateLimits = { "input-tokens-remaining": "100", "output-tokens-remaining": "30" };
    quotas.ended(a, quotas.ask(a, NEED), ended({ rateLimits }));

    expect(quotas.lacking(a, { input: 90, output: 20 })).toBeUndefined();
    expect(quotas.lacking(a, { input: 20, output: 40 })).toBe("output-tokens: 30 left, about 40 needed");
    expect(quotas.lacking(a, { input: 110, output: 20 })).toBe("input-tokens: 100 left, about 110 needed");
  });
});

import type { Target } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { scriptedTarget } from "../fakes/scripted-target.ts";
import type { ChainDefinition } from "./definition.ts";
import type { FaultName } from "./faults.ts";
import { rehearse } from "./rehearse.ts";

const untouched = (vendor: string): Target =>
  scriptedTarget([], { vendor, model: vendor, endpoint: vendor, problems: [{ type: "no-key", message: "no key" }] });
const both = [untouched("a"), untouched("b")];
const one = [{ targets: both, order: "fastest" as const }];

async function numbersOf(definition: ChainDefinition, fault: FaultName, seed = 1) {
  const [scenario] = (await rehearse(definition, { seed, faults: [fault], strike: { vendor: "a" } })).scenarios;
  if (scenario === undefined) throw new Error("Nothing was rehearsed.");
  return scenario.numbers;
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

describe("hedges, on the drill's scenarios", () => {
  test.each([
    // What fails at once is not hedged at all.
    ["outage", { attempts: [147, 147], inVain: [7, 7] }],
    ["flaky", { attempts: [167, 167], inVain: [27, 27] }],
    ["hang", { attempts: [161, 164], inVain: [21, 19] }],
    ["slow", { attempts: [140, 146], inVain: [0, 0] }],
  ] as const)("R14.7 an outage does not double the load, and fails no call (%s)", async (fault, expected) => {
    const hedged = [{ target: both[0] ?? untouched("a"), hedgeAfterMs: 2_000 }, untouched("b")];

    const all = [await numbersOf(both, fault), await numbersOf(hedged, fault)];

    expect(all.map(({ failed }) => failed)).toEqual([0, 0]);
    expect({
      attempts: all.map(({ attempts }) => attempts),
      inVain: all.map(({ askedInVain }) => askedInVain),
    }).toEqual(expected);
  });
});

describe("what a chain has learnt, on the drill's scenarios", () => {
  test.each(["outage", "hang"] as const)(
    "steering changes nothing where no vendor tells of limits, and pins nothing but who is asked after an outage (%s)",
    async (fault) => {
      const [asItIs, steered, pinned] = [
        await numbersOf(both, fault),
        await numbersOf({ tiers: both, options: { steering: true } }, fault),
        await numbersOf({ tiers: both, options: { pins: true } }, fault),
      ];

      expect(steered).toEqual(asItIs);
      expect([asItIs, pinned].map(({ failed, seams, moved }) => [failed, seams, moved])).toEqual([
        [0, 0, 20],
        [0, 0, 10],
      ]);
    },
  );

  // Of two models that are equally fast each is first for about half of the calls, by chance.
  test.each([
    ["outage", { inVain: [7, 3], late: [0, 0] }],
    ["flaky", { inVain: [27, 2], late: [0, 0] }],
    ["slow", { inVain: [0, 0], late: [60, 14] }],
    ["hang", { inVain: [21, 15], late: [21, 15] }],
  ] as const)(
    "R16.7 two models in the order `fastest` fail no call, and mostly fewer meet what is sick (%s)",
    async (fault, expected) => {
      const listed = await numbersOf(both, fault);
      const ordered = await Promise.all([1, 3, 5, 7, 9].map((seed) => numbersOf(one, fault, seed)));

      expect([listed, ...ordered].map(({ failed }) => failed)).toEqual([0, 0, 0, 0, 0, 0]);
      expect({
        inVain: [listed.askedInVain, median(ordered.map(({ askedInVain }) => askedInVain))],
        late: [listed.late, median(ordered.map(({ late }) => late))],
      }).toEqual(expected);
    },
  );
});

const after = async (afterRelease: "restart" | "continue" | "fail", fault: FaultName): Promise<readonly number[]> => {
  const { seams, failed, attempts } = await numbersOf({ tiers: both, options: { afterRelease } }, fault);
  return [seams, failed, attempts];
};

describe("what becomes of answers that break off, on the drill's scenarios", () => {
  test.each([
    ["cut", [10, 0, 150], [0, 0, 150], [0, 10, 140]],
    ["stall", [60, 0, 200], [0, 0, 200], [0, 60, 140]],
    ["outage", [0, 0, 147], [0, 0, 147], [0, 0, 147]],
  ] as const)(
    "R15.1 a model that goes on as it is asked leaves no seam, and no call asks more often (%s)",
    async (fault, restart, goesOn, fail) => {
      expect(await after("restart", fault)).toEqual(restart);
      expect(await after("continue", fault)).toEqual(goesOn);
      expect(await after("fail", fault)).toEqual(fail);
    },
  );
});

describe("what the drill says of what looks ahead", () => {
  const strike = { vendor: "a" };
  const prices = { "a/a": { input: 3, output: 15 }, "b/b": { input: 1, output: 5 } };

  test("plays the same outages as it is, with each mechanism that is lacking, and with all of them", async () => {
    const { ahead = [], scenarios, failed } = await rehearse(both, { faults: ["cut", "hang"], ahead: true });

    expect(ahead.map(({ change }) => change)).toEqual([
      "as it is",
      'hedgeAfterMs: "p95"',
      'afterRelease: "continue"',
      "pins: true",
      "steering: true",
      'order: "fastest"',
      "all of these",
    ]);
    // Two vendors of which one is struck, two faults, 140 calls each: where everyone is struck, nothing can be saved.
    expect(ahead.map(({ total }) => total.calls)).toEqual(ahead.map(() => 560));
    expect(ahead.map(({ faults }) => Object.keys(faults))).toEqual(ahead.map(() => ["cut", "hang"]));
    const survived = scenarios.filter(({ isSurvivable }) => isSurvivable);
    const attempts = survived.reduce((sum, { calls }) => sum + calls.flatMap(({ trace }) => trace.attempts).length, 0);
    expect(ahead[0]?.total).toMatchObject({ failed, seams: 10, late: 21, attempts });
    // No outage: 140 calls, a request each, of 1,000 tokens and 300.
    expect(ahead[0]?.healthy).toMatchObject({ failed: 0, late: 0, moved: 0, attempts: 140, tokens: 182_000, p95: 650 });
  });

  test("takes away what a chain has, and leaves out what it has no use for", async () => {
    const tiers = [untouched("a"), { target: untouched("b"), degraded: true, hedgeAfterMs: 3_000 }];
    const options = { afterRelease: "continue", pins: true, steering: true } as const;
    const { ahead = [] } = await rehearse({ tiers, options }, { faults: ["cut"], strike, ahead: true });

    expect(ahead.map(({ change, total }) => [change, total.seams])).toEqual([
      ["as it is", 0],
      ["without hedgeAfterMs", 0],
      ["without afterRelease", 10],
      ["without pins", 0],
      ["without steering", 0],
    ]);
  });

  test.each([
    // Every tenth of 60 is slow: a tenth of the calls may be hedged, which is all of them.
    ["uneven", 'hedgeAfterMs: "p95"', { late: [6, 0], attempts: [140, 146], tokens: [182_000, 188_000] }],
    // A request in vain for each wait by guess: three fit into the second half of the minute.
    ["quota", "steering: true", { late: [0, 0], attempts: [143, 140] }],
    // Each of ten conversations goes to the other vendor and comes back, or stays there.
    ["revoked-key", "pins: true", { moved: [20, 10] }],
    ["stall", 'afterRelease: "continue"', { seams: [60, 0] }],
  ] as const)("shows what is saved where a vendor is struck by %s: %s", async (fault, change, expected) => {
    const { ahead = [] } = await rehearse(both, { faults: [fault], strike, ahead: true });
    const rows = [ahead[0], ahead.find((row) => row.change === change)];

    expect(
      Object.fromEntries(
        Object.keys(expected).map((name) => [name, rows.map((row) => Reflect.get(row?.total ?? {}, name))]),
      ),
    ).toEqual(expected);
  });

  test("knows what calls cost where the chain has prices, and has the cheapest asked first", async () => {
    const { ahead = [] } = await rehearse(
      { tiers: both, options: { prices } },
      { faults: ["slow"], strike, ahead: true },
    );
    const costs = new Map(ahead.map(({ change, total }) => [change, total.cost?.toFixed(4)]));

    // 140 answers of 1,000 tokens in and 300 out, for 0.0075 each, or for 0.0025.
    expect(costs.get("as it is")).toBe("1.0500");
    expect(costs.get('order: "cheapest"')).toBe("0.3500");
  });

  test("is not to be had live", async () => {
    await expect(rehearse(both, { live: true, ahead: true })).rejects.toThrow("A live rehearsal is played once");
  });
});

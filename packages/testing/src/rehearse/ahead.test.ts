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
    "pins, steering and prices change nothing where nobody gives a pin and no vendor tells of limits (%s)",
    async (fault) => {
      const options = { pins: true, steering: true, prices: { "a/a": { input: 1, output: 1 } } };

      expect(await numbersOf({ tiers: both, options }, fault)).toEqual(await numbersOf(both, fault));
    },
  );

  // Of two models that are equally fast each is first for about half of the calls, by chance.
  test.each([
    ["outage", { inVain: [7, 4], late: [0, 0] }],
    ["flaky", { inVain: [27, 2], late: [0, 0] }],
    ["slow", { inVain: [0, 0], late: [60, 16] }],
    ["hang", { inVain: [21, 16], late: [21, 16] }],
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

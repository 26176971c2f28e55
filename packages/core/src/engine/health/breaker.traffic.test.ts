import { describe, expect, test } from "vitest";
import { Breaker } from "./breaker.ts";

/** What one attempt does, in milliseconds from its start: produce content, then end well or fail. */
interface Course {
  readonly contentAfter?: number;
  readonly endsAfter: number;
  readonly verdict: "ok" | "bad" | "slow";
}

type Random = () => number;
type Route = (random: Random) => Course;

const between = (random: Random, from: number, to: number): number => from + (to - from) * random();

/** First words after 8 to 12 s, and then 30 s of stream. */
const slowly: Route = (random) => {
  const contentAfter = between(random, 8_000, 12_000);
  return { contentAfter, endsAfter: contentAfter + 30_000, verdict: "ok" };
};
const quickly: Route = (random) => {
  const contentAfter = between(random, 500, 1_500);
  return { contentAfter, endsAfter: contentAfter + 10_000, verdict: "ok" };
};
const hangs: Route = () => ({ endsAfter: 15_000, verdict: "slow" });
const refuses: Route = () => ({ endsAfter: 5, verdict: "bad" });
const cutsAt =
  (share: Random): Route =>
  (random) => {
    const { contentAfter = 0, endsAfter } = slowly(random);
    return { contentAfter, endsAfter: contentAfter + share() * (endsAfter - contentAfter), verdict: "bad" };
  };
const mixed =
  (share: number, some: Route, others: Route): Route =>
  (random) =>
    (random() < share ? some : others)(random);

interface Traffic {
  /** Calls a second, at random moments; undefined for one user who asks again a second after each failure. */
  readonly perSecond: number | undefined;
  readonly seconds: number;
  readonly route: Route;
  /** Takes the route's place when it begins, after a minute. */
  readonly outage?: Route;
}

const OUTAGE_AT = 60_000;

interface Opening {
  readonly at: number;
  /** Failures of attempts that began in the outage, up to the one that opened it. */
  readonly failures: number;
}

/** When a breaker opens under this traffic, if it does. Numbers only: no clock runs. */
function opening(seed: number, { perSecond, seconds, route, outage }: Traffic): Opening | undefined {
  const random = seeded(seed);
  const breaker = new Breaker(0, random, () => undefined);
  const moves: { readonly at: number; readonly make: () => void }[] = [];
  let failures = 0;
  let begins = 0;
  while (begins < seconds * 1_000) {
    const at = begins;
    const isOutage = outage !== undefined && at >= OUTAGE_AT;
    const { contentAfter, endsAfter, verdict } = (isOutage ? outage : route)(random);
    let permit: ReturnType<Breaker["permit"]> | undefined;
    moves.push({ at, make: () => (permit = breaker.permit(at)) });
    if (contentAfter !== undefined) {
      moves.push({
        at: at + contentAfter,
        make: () => permit && breaker.provisionalOk(permit, at + contentAfter),
      });
    }
    moves.push({
      at: at + endsAfter,
      make: () => {
        if (isOutage && verdict !== "ok") failures++;
        if (permit !== undefined) breaker.settle(permit, verdict, at + endsAfter);
      },
    });
    begins += perSecond === undefined ? endsAfter + 1_000 : (-Math.log(1 - random()) * 1_000) / perSecond;
  }
  moves.sort((one, other) => one.at - other.at);
  for (const { at, make } of moves) {
    if (at > seconds * 1_000) break;
    make();
    if (breaker.state === "open") return { at: at - OUTAGE_AT, failures };
  }
  return undefined;
}

function seeded(seed: number): Random {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);
const openings = (traffic: Traffic): (Opening | undefined)[] => SEEDS.map((seed) => opening(seed, traffic));

describe("a route that is well enough stays in use", () => {
  test.each([
    [0.03, 0.2, 1_200],
    [0.1, 0.2, 1_200],
    [0.03, 1, 300],
    [0.1, 1, 300],
    [0.03, 10, 120],
    [0.1, 10, 120],
  ])("with a share of %d over the limit for first content, at %d calls a second", (share, perSecond, seconds) => {
    const found = openings({ perSecond, seconds, route: mixed(share, hangs, slowly) });

    expect(found.filter((one) => one !== undefined)).toEqual([]);
  });

  test("with one error in twenty answered at once, while the answers take their time", () => {
    const found = openings({ perSecond: 10, seconds: 120, route: mixed(0.05, refuses, quickly) });

    expect(found.filter((one) => one !== undefined)).toEqual([]);
  });

  test("with one stream in twenty cut somewhere, while the others stream on", () => {
    const random = seeded(99);
    const found = openings({ perSecond: 10, seconds: 120, route: mixed(0.05, cutsAt(random), slowly) });

    expect(found.filter((one) => one !== undefined)).toEqual([]);
  });
});

describe("an outage is noticed", () => {
  test.each([0.2, 1, 10])(
    "by its fifth refused attempt at %d calls a second, although long streams of before go on and end well",
    (perSecond) => {
      const found = openings({ perSecond, seconds: 180, route: slowly, outage: refuses });

      expect(found.map((one) => one?.failures)).toEqual(SEEDS.map(() => 5));
    },
  );

  test.each([0.2, 1, 10])(
    "by its fifth limit at the latest when everything hangs at %d calls a second, although streams of before end well",
    (perSecond) => {
      const found = openings({ perSecond, seconds: 240, route: slowly, outage: hangs });

      expect(Math.max(...found.map((one) => one?.failures ?? Infinity))).toBe(5);
    },
  );

  test("by its fifth limit when one user asks one call after the other", () => {
    const found = openings({ perSecond: undefined, seconds: 300, route: slowly, outage: hangs });

    expect(found.map((one) => one?.failures)).toEqual(SEEDS.map(() => 5));
  });

  test.each([
    ["every stream is cut after a twentieth of it", cutsAt(() => 0.05), 1, 35],
    ["every stream is cut somewhere", cutsAt(seeded(7)), 10, 40],
    ["half of the attempts are refused and the others hang", mixed(0.5, refuses, hangs), 10, 20],
    ["nine of ten attempts hang", mixed(0.9, hangs, slowly), 10, 20],
  ])("when %s", (_what, outage, perSecond, withinSeconds) => {
    const found = openings({ perSecond, seconds: 240, route: slowly, outage });

    const seconds = found.map((one) => (one === undefined ? Infinity : one.at / 1_000));
    expect(Math.min(...seconds)).toBeGreaterThan(0);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(withinSeconds);
  });
});

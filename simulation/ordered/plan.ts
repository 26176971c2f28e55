import type { Price } from "@understudy/core";
import { SeededRandom } from "../world/random.ts";

/** One model of the tier, or one sibling where they share their calls. */
export interface ModelPlan {
  readonly name: string;
  /** To its first content: until `changesAt`, and from then on. */
  readonly paceMs: readonly [before: number, after: number];
  readonly changesAt: number;
  /** Share of the requests that it refuses at once, for a reason that says nothing about its health. */
  readonly refuses: number;
  readonly price: Price | undefined;
  /** How long its answers are, as it counts them. */
  readonly outputTokens: number;
  /** Of 10,000 requests, as it states with each answer. */
  readonly left: number;
}

export interface OrderedCall {
  readonly at: number;
  readonly characters: number;
  readonly maxOutputTokens: number | undefined;
  /** From the first content of its answer to the end. */
  readonly lastsMs: number;
}

/** Calls to a tier whose order is learnt or computed; behind it a tier that always answers. Times are milliseconds. */
export interface OrderedPlan {
  readonly seed: number;
  /** `left`: siblings that share their calls, weighed by what is left of their limits. */
  readonly by: "fastest" | "cheapest" | "left";
  readonly models: readonly ModelPlan[];
  readonly calls: readonly OrderedCall[];
}

const MINUTE = 60_000;
const NAMES = ["a", "b", "c", "d"];
export const LIMIT = 10_000;
/** Of the tier's first content. */
export const TIMEOUT_MS = 5_000;

export function makeOrderedPlan(seed: number): OrderedPlan {
  const random = new SeededRandom(seed);
  const by = random.pick(["fastest", "fastest", "cheapest", "left"] as const);
  const count = random.whole(2, 4);
  const changesAt = random.chance(0.6) ? random.between(3, 6) * MINUTE : Infinity;
  const paces = pacesOf(count, by, random);
  const models = paces.map((paceMs, index): ModelPlan => {
    const [input, output] = [random.pick([0.1, 1, 3, 10]), random.pick([0.5, 4, 15, 60])];
    return {
      name: NAMES[index] ?? "a",
      paceMs,
      changesAt,
      refuses: random.chance(0.2) ? 0.2 : 0,
      price: by === "cheapest" && random.chance(0.8) ? { input, output } : undefined,
      outputTokens: random.pick([50, 400, 3_000]),
      left: random.pick([500, 1_500, 4_000, 8_000]),
    };
  });
  return { seed, by, models, calls: callsOf(by, count, random) };
}

/** Far enough from each other that their order is no matter of noise; of a change, the same ones in another order. */
function pacesOf(count: number, by: OrderedPlan["by"], random: SeededRandom): readonly (readonly [number, number])[] {
  const all = [150, 450, 1_300, random.chance(0.5) ? 3_500 : 3 * TIMEOUT_MS];
  const [before, after] = [shuffled(all, random), shuffled(all, random)];
  return Array.from({ length: count }, (_, index) =>
    by === "fastest" ? ([before[index] ?? 0, after[index] ?? 0] as const) : ([150, 150] as const),
  );
}

function shuffled<Value>(values: readonly Value[], random: SeededRandom): readonly Value[] {
  return values
    .map((value) => [random.next(), value] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, value]) => value);
}

function callsOf(by: OrderedPlan["by"], models: number, random: SeededRandom): readonly OrderedCall[] {
  const calls: OrderedCall[] = [];
  const everyMs = by === "fastest" ? random.between(1_000, 4_000) : random.between(500, 2_000);
  const until = by === "fastest" ? 22 * MINUTE : 3 * MINUTE;
  for (let at = 500; at < until; at += everyMs * random.between(0.4, 1.6)) {
    // What is left is known with an answer's end: at first they are short.
    const isLong = by === "left" && calls.length >= 3 * models;
    calls.push({
      at,
      characters: random.pick([40, 2_000, 40_000]),
      maxOutputTokens: random.pick([undefined, 100, 2_000]),
      lastsMs: isLong ? random.between(3_000, 12_000) : random.between(50, 400),
    });
  }
  return calls;
}

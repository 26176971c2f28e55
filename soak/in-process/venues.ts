import type { ChainOptions } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { Venue } from "./venue.ts";

const LIMITS = { timeoutMs: 2_000, progressMs: 2_500 } as const;
const PRICES = {
  "soak/a": { input: 3, output: 15 },
  "soak/b": { input: 1, output: 4 },
  "soak/c": { input: 2, output: 8 },
};

type MakeTarget = (model: string) => Target;

/** Chains that differ in everything that keeps something between calls. Those with `shared` have a store. */
export function makeVenues(
  target: MakeTarget,
  options: ChainOptions,
  shared: ChainOptions,
): readonly [Venue, ...Venue[]] {
  const tier = (...models: readonly string[]) => ({ ...LIMITS, targets: models.map(target) });
  const two = [tier("a"), tier("b")];
  const goingOn = target("b");
  const prefilled = { ...goingOn, capabilities: { ...goingOn.capabilities, continuation: "prefill" } } as const;
  const priced = { ...options, prices: PRICES, pins: true };
  return [
    new Venue(two, options),
    new Venue([{ ...tier("a", "a2", "a3"), balance: "spread" }, tier("b"), { ...tier("c"), degraded: true }], options),
    new Venue([{ ...tier("a", "b", "c"), order: "fastest" }], { ...options, pins: true, steering: true }),
    new Venue([{ ...tier("a", "b", "c"), order: "cheapest" }], priced),
    new Venue(two, { ...shared, holdMs: 0 }),
    new Venue(two, { ...shared, holdMs: Infinity }),
    new Venue([tier("a"), tier("b"), tier("c"), tier("d")], { ...options, maxAttempts: 3 }),
    new Venue([{ ...tier("a", "a2"), hedgeAfterMs: 300 }, tier("b"), tier("c")], { ...options, pins: true }),
    new Venue([{ ...tier("a"), hedgeAfterMs: "p95" }, tier("b")], options),
    new Venue([tier("a"), tier("b"), tier("c")], { ...options, afterRelease: "continue", holdMs: 0 }),
    new Venue([{ ...tier("a"), hedgeAfterMs: 300 }, { ...LIMITS, targets: [prefilled] }, tier("c")], {
      ...options,
      afterRelease: "continue",
      pins: true,
    }),
  ];
}

/** A chain that lives for one call, as in a function that is started for each request. */
export function briefVenue(target: MakeTarget, options: ChainOptions): Venue {
  return new Venue([{ ...LIMITS, targets: [target("a"), target("b")] }], options);
}

import type { ChainOptions } from "@understudy/core";
import { labelOf, type Place } from "../chain-file.ts";
import type { ChainFinding } from "./static-checks.ts";

/** What matters to whoever runs the chain, beside what `chain.check()` finds. */
export function targetFindings(places: readonly Place[], { prices = {} }: ChainOptions): readonly ChainFinding[] {
  return [...places.flatMap(readable), ...withoutPrice(places, prices)];
}

/** Keys and prompts that others can read on their way. */
function readable(place: Place): readonly ChainFinding[] {
  const { target, tierName } = place;
  if (target.insecure !== true) return [];
  return [
    {
      level: "warning",
      type: "insecure",
      tiers: [tierName],
      message: `target ${labelOf(place)} asks ${target.endpoint} by http: whoever is on the way reads its key and every prompt`,
      fix: "use https, or keep `allowInsecureHttp` to a network that is yours alone",
    },
  ];
}

/** Once for all of them: prices come from the user alone. */
function withoutPrice(places: readonly Place[], prices: NonNullable<ChainOptions["prices"]>): readonly ChainFinding[] {
  const without = places.filter(
    ({ target: { vendor, model, endpoint } }) =>
      !Object.hasOwn(prices, `${vendor}/${model}`) && !Object.hasOwn(prices, `${vendor}/${model}@${endpoint}`),
  );
  if (without.length === 0) return [];
  const all = without.length === places.length;
  return [
    {
      level: "info",
      type: "unknown-price",
      tiers: all ? [] : [...new Set(without.map(({ tierName }) => tierName))],
      message: all
        ? "no price is known: cost is not estimated"
        : `no price is known of ${without.map((place) => `target ${labelOf(place)}`).join(", ")}: its cost is not estimated`,
      fix: "give what you pay as the chain's option `prices`: then `answer.cost` says it, and `maxCost` bounds it",
    },
  ];
}

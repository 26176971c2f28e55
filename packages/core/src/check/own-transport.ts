import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** Targets that the transport of the chain does not reach. */
export function ownTransport(targets: readonly Facts[], chosen: string | undefined): readonly Finding[] {
  if (chosen === undefined) return [];
  return targets.flatMap(({ tier, name, transport }) => {
    if (transport === chosen) return [];
    return [
      {
        type: "own-transport",
        level: "info",
        tiers: [tier],
        message: `${name} keeps its own transport in a chain over '${chosen}': it has chosen one, or has no choice`,
        fix: "if it was not meant, leave out the target's `transport`, `fetch` or `client`",
      },
    ];
  });
}

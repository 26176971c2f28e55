import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 90;

/** Models that the vendor stops serving soon, or has stopped serving. `now`: milliseconds since 1970. */
export function lifetime(targets: readonly Facts[], now: number): readonly Finding[] {
  return targets.flatMap(({ tier, name, retiresOn }) => {
    // oxlint-disable-next-line no-restricted-globals -- reads a day, and asks no clock
    const end = retiresOn === undefined ? Number.NaN : Date.parse(retiresOn);
    // Whether that day is still served differs; it counts as served. Plus nothing makes a 0 of a -0.
    const inDays = Math.ceil((end - now) / DAY_MS) + 0;
    if (retiresOn === undefined || !(inDays <= SOON_DAYS)) return [];
    const isOver = inDays < 0;
    const when = isOver ? `was retired on ${retiresOn}: the vendor refuses it, or another model answers` : "";
    const soon = `is retired on ${retiresOn}, in ${inDays} ${inDays === 1 ? "day" : "days"}`;
    return [
      {
        type: "retiring",
        level: isOver ? "error" : "warning",
        tiers: [tier],
        retiresOn,
        inDays,
        message: `${name} ${isOver ? when : soon}`,
        fix: "give a model that its vendor continues to serve",
      },
    ];
  });
}

function isMarked({ candidate }: Facts): boolean {
  return candidate.tier.degraded;
}

/** Tiers that are marked come last: whoever is asked after them answers better. */
export function degradedFirst(targets: readonly Facts[]): readonly Finding[] {
  const marked = targets.findIndex(isMarked);
  const later = marked === -1 ? undefined : targets.slice(marked).find((facts) => !isMarked(facts));
  const first = targets[marked];
  if (later === undefined || first === undefined) return [];
  return [
    {
      type: "degraded-first",
      level: "warning",
      tiers: [first.tier, later.tier],
      message: `tier ${first.tier} is marked degraded and is asked before ${later.tier}, which is not`,
      fix: "change their order, or the mark",
    },
  ];
}

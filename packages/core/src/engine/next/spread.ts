import type { Candidate } from "../tier.ts";

/** How many calls are with each sibling of a tier now. Whoever was chosen longest ago comes first. */
export type Spread = Map<Candidate, number>;

/** The siblings as a call that comes to them now asks them: who has fewest calls, and of those who has waited longest. */
export function fairOrder(spread: Spread): readonly Candidate[] {
  return [...spread].toSorted(([, one], [, other]) => one - other).map(([candidate]) => candidate);
}

/** A call comes to a candidate, or leaves it. */
export function countCall(candidate: Candidate, change: 1 | -1): void {
  const { spread } = candidate;
  if (spread === undefined) return;
  const calls = (spread.get(candidate) ?? 0) + change;
  if (change > 0) spread.delete(candidate);
  spread.set(candidate, calls);
}

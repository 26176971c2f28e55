/** What the sources of a copy ask wherever a mutant stands: a module of their own process or thread. */
import { env } from "node:process";

export const MUTANT = "UNDERSTUDY_MUTANT";
/** So often in one attempt a mutant is met only by a loop that does not end. */
const MOST_MEETINGS = 200_000;

let active = Number(env[MUTANT] ?? -1);
let meetings = 0;
let reached: Set<number> | undefined;

/** -1 for none. */
export function activate(mutant: number): void {
  active = mutant;
  meetings = 0;
}

/** Whether what is active was met so often that there is no end of it. */
export const isEndless = (): boolean => meetings > MOST_MEETINGS;

/** From now on what is reached is kept in `groups`: the numbers of the first mutants of places. */
export function observe(groups: Set<number> | undefined): void {
  reached = groups;
}

/**
 * Stands in the sources: whether this mutant is the one. A loop without an end is ended.
 * @public
 */
export function isActive(mutant: number): boolean {
  if (mutant !== active) return false;
  if (++meetings > MOST_MEETINGS) throw new Error("This loop has no end.");
  return true;
}

/**
 * Stands in the sources: a place with mutants was reached.
 * @public
 */
export function reach(group: number): void {
  reached?.add(group);
}

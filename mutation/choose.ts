import { matchesGlob } from "node:path";
import type { Mutant } from "./instrument.ts";

export interface Choice {
  /** As many at random, Infinity for all. */
  readonly sample: number;
  readonly seed: number;
  /** A glob for files below the root. */
  readonly files: string | undefined;
}

/** The same mutants for the same sources and seed, in their order in the sources. */
export function choose(mutants: readonly Mutant[], { sample, seed, files }: Choice): readonly Mutant[] {
  const possible = mutants.filter(({ file }) => files === undefined || matchesGlob(file, files));
  const random = randomOf(seed);
  const drawn = possible.map((mutant) => ({ mutant, at: random() })).toSorted((one, other) => one.at - other.at);
  return drawn
    .slice(0, sample)
    .map(({ mutant }) => mutant)
    .toSorted((one, other) => one.id - other.id);
}

/** From 0 to 1, by mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

import type { AttemptRecord } from "../../model/trace.ts";
import type { Candidate } from "../tier.ts";

/** What was seen counts a third after this long. */
const FADES_AFTER_MS = 180_000;
/** Of less than this nothing is claimed: the last answer is about nine minutes old. */
const LEAST_WEIGHT = 0.05;
/** Of the calls, at most this share finds out how fast a target is that nobody has asked for a minute. */
const EXPLORING = 0.05;
const OLD_MS = 60_000;
/** What is not known may be anything, but hardly this slow. */
const UNKNOWN_MS = 30_000;
/** A limit that ran out: it may never have come. */
const NEVER_MS = 60_000;

interface Pace {
  readonly sum: number;
  readonly weight: number;
  readonly at: number;
}

/** How long each target takes to its first content, as the last minutes showed. */
export class Paces {
  readonly #known = new Map<Candidate, Pace>();
  readonly #askedAt = new Map<Candidate, number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** By any call, first or not: nobody has to look after it for a while. */
  asked(candidate: Candidate, now: number): void {
    this.#askedAt.set(candidate, now);
  }

  /** A refusal says nothing about speed. */
  learn(candidate: Candidate, { firstContentMs, class: failed }: AttemptRecord, now: number): void {
    const took = firstContentMs ?? (failed?.startsWith("timeout.") === true ? NEVER_MS : undefined);
    if (took === undefined) return;
    const { sum, weight } = this.#faded(candidate, now);
    this.#known.set(candidate, { sum: sum + took, weight: weight + 1, at: now });
  }

  /** The fastest first, then, as listed, those of which nothing is known; but one that nobody asks leads now and then. */
  fastestFirst(candidates: readonly Candidate[], now: number): readonly Candidate[] {
    const sorted = candidates.toSorted(
      (one, other) => (this.#mean(one, now) ?? UNKNOWN_MS) - (this.#mean(other, now) ?? UNKNOWN_MS),
    );
    const explored = this.#toExplore(sorted, now);
    if (explored === undefined) return sorted;
    this.asked(explored, now);
    return [explored, ...sorted.filter((one) => one !== explored)];
  }

  /** The one that was asked longest ago. Without chance where nothing is known of it, and of the first there is. */
  #toExplore(sorted: readonly Candidate[], now: number): Candidate | undefined {
    const [first, ...others] = sorted;
    const forgotten = others
      .filter((one) => now - (this.#askedAt.get(one) ?? -Infinity) >= OLD_MS)
      .toSorted((one, other) => (this.#askedAt.get(one) ?? -Infinity) - (this.#askedAt.get(other) ?? -Infinity));
    const [oldest] = forgotten;
    if (first === undefined || oldest === undefined) return undefined;
    const isFirstKnown = this.#mean(first, now) !== undefined;
    const unknown = forgotten.find((one) => this.#mean(one, now) === undefined);
    if (isFirstKnown && unknown !== undefined) return unknown;
    return this.#random() < EXPLORING ? oldest : undefined;
  }

  #mean(candidate: Candidate, now: number): number | undefined {
    const { sum, weight } = this.#faded(candidate, now);
    return weight < LEAST_WEIGHT ? undefined : sum / weight;
  }

  #faded(candidate: Candidate, now: number): Pace {
    const { sum, weight, at } = this.#known.get(candidate) ?? { sum: 0, weight: 0, at: now };
    const left = Math.exp((at - now) / FADES_AFTER_MS);
    return { sum: sum * left, weight: weight * left, at };
  }
}

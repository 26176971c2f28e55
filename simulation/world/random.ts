import { seededRandom } from "@understudy/testing/rehearse";

/** Seeded numbers: the same seed gives the same sequence on every machine. */
export class SeededRandom {
  /** In [0, 1). */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number, both ends included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<Value>(values: readonly Value[]): Value {
    if (values.length === 0) throw new RangeError("There is nothing to pick from.");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the index is within the list
    return values[Math.floor(this.next() * values.length)] as Value;
  }

  /** An independent sequence, so that drawing more in one place changes nothing elsewhere. */
  fork(): SeededRandom {
    return new SeededRandom(Math.floor(this.next() * 4_294_967_296));
  }
}

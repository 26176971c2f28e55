import { seededRandom } from "@understudy/testing/rehearse";

/** Seeded numbers, in the forms that scripts draw. */
export class Random {
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

  /** By weight: entries that weigh more are drawn more often. */
  draw<Entry extends { readonly weight: number }>(entries: readonly [Entry, ...Entry[]]): Entry {
    let left = this.next() * entries.reduce((sum, { weight }) => sum + weight, 0);
    for (const entry of entries) {
      left -= entry.weight;
      if (left < 0) return entry;
    }
    return entries[0];
  }
}

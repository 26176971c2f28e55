const BUCKET_MS = 10_000;
const BUCKETS = 6;

/** Attempts at one route, counted by what they say about its health. */
export interface HealthCounts {
  /** Attempts begun. */
  readonly starts: number;
  /** Attempts that say the route is well. */
  readonly ok: number;
  /** Attempts that failed in a way that speaks against the route. */
  readonly bad: number;
  /** Attempts that took too long to show output. */
  readonly slow: number;
}

type Field = keyof HealthCounts;

interface Bucket {
  id: number;
  counts: { -readonly [Name in Field]: number };
}

/** What happened in the last 60 seconds, in six buckets. Buckets expire by their id when looked at, so silence clears them. */
export class HealthWindow {
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({ id: -1, counts: noCounts() }));

  /** Counts one and returns the bucket, so that it can be taken back. */
  add(field: Field, now: number): number {
    const id = Math.floor(now / BUCKET_MS);
    const bucket = this.#buckets[id % BUCKETS];
    if (bucket === undefined) return id;
    if (bucket.id !== id) {
      bucket.id = id;
      bucket.counts = noCounts();
    }
    bucket.counts[field]++;
    return id;
  }

  /** Takes a count back, if its bucket has not expired. */
  takeBack(field: Field, id: number): void {
    const bucket = this.#buckets[id % BUCKETS];
    if (bucket?.id === id) bucket.counts[field]--;
  }

  totals(now: number): HealthCounts {
    const oldest = Math.floor(now / BUCKET_MS) - BUCKETS + 1;
    const sum = noCounts();
    for (const { id, counts } of this.#buckets) {
      if (id < oldest) continue;
      sum.starts += counts.starts;
      sum.ok += counts.ok;
      sum.bad += counts.bad;
      sum.slow += counts.slow;
    }
    return sum;
  }
}

function noCounts(): { -readonly [Name in Field]: number } {
  return { starts: 0, ok: 0, bad: 0, slow: 0 };
}

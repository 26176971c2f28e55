/** What is older says nothing of today. */
const WINDOW_MS = 300_000;
/** With fewer, 95 % of them are all of them but none, or one. */
const LEAST_SAMPLES = 20;
const MOST_SAMPLES = 256;
const SHARE = 0.95;
/** Calls come faster than the answer changes. */
const KEPT_MS = 1_000;

interface Sample {
  readonly at: number;
  readonly ms: number;
}

/** How long one target usually takes to its first content, of the last five minutes. */
export class UsualTime {
  #samples: readonly Sample[] = [];
  #known: number | undefined;
  #knownUntil = 0;

  add(ms: number, now: number): void {
    this.#samples = [...this.#samples.slice(1 - MOST_SAMPLES), { at: now, ms }];
  }

  /** What 95 % needed at most, in milliseconds; undefined while too few are known. */
  p95(now: number): number | undefined {
    if (this.#known !== undefined && now < this.#knownUntil) return this.#known;
    this.#knownUntil = now + KEPT_MS;
    this.#known = this.#find(now);
    return this.#known;
  }

  #find(now: number): number | undefined {
    this.#samples = this.#samples.filter(({ at }) => at > now - WINDOW_MS);
    if (this.#samples.length < LEAST_SAMPLES) return undefined;
    const times = this.#samples.map(({ ms }) => ms).toSorted((one, other) => one - other);
    return times[Math.ceil(times.length * SHARE) - 1];
  }
}

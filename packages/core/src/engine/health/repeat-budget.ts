const CAPACITY = 10;
const REFILL_MS = 10_000;

/**
 * Bounds repeats to one model at one endpoint: ten at once, then one per ten seconds. First attempts elsewhere cost
 * nothing and are never refused.
 */
export class RepeatBudget {
  #tokens = CAPACITY;
  #filledAt: number;

  constructor(now: number) {
    this.#filledAt = now;
  }

  has(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= 1;
  }

  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#tokens--;
    return true;
  }

  #refill(now: number): void {
    const gained = Math.floor((now - this.#filledAt) / REFILL_MS);
    if (gained <= 0) return;
    this.#tokens = Math.min(CAPACITY, this.#tokens + gained);
    this.#filledAt = this.#tokens === CAPACITY ? now : this.#filledAt + gained * REFILL_MS;
  }
}

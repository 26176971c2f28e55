import type { Tier } from "./tier.ts";

/** A tier's limit as configured, and what the call's own deadlines leave of it. */
export interface TierLimit {
  readonly own: number;
  readonly left: number;
}

/** With less than this of a longer limit a tier is not worth starting. */
const LEAST_MS = 1_000;

/**
 * The wait for output of the current tier. Attempts in one tier share it until content was seen; after content the next
 * attempt has the whole again.
 */
export class TierClock {
  #tier: Tier | undefined;
  #own = 0;
  #dueAt = Infinity;

  enter(tier: Tier, limit: TierLimit, now: number): void {
    if (this.#tier === tier) return;
    this.#tier = tier;
    this.#own = limit.own;
    this.#dueAt = now + limit.left;
  }

  /** Milliseconds left for the current tier's next attempt. */
  left(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  /** Content was seen: the next attempt waits from here. */
  renew(now: number): void {
    this.#dueAt = now + this.#own;
  }

  /** Whether an attempt in this tier would have a fair chance. */
  hasTime(tier: Tier, limit: TierLimit, now: number): boolean {
    if (this.#tier === tier) return this.left(now) >= Math.min(this.#own / 10, LEAST_MS);
    return limit.left >= Math.min(limit.own, LEAST_MS);
  }
}

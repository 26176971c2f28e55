import type { Tier } from "./tier.ts";

/** A candidate's limit for its first content, and what the call's own deadlines leave of it. */
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
  #startedAt = 0;

  enter(tier: Tier, now: number): void {
    if (this.#tier === tier) return;
    this.#tier = tier;
    this.#startedAt = now;
  }

  /** Content was seen: the next attempt waits from here. */
  renew(now: number): void {
    this.#startedAt = now;
  }

  /** Milliseconds left for the current tier's next attempt. */
  left({ own, left }: TierLimit, now: number): number {
    return Math.max(0, Math.min(this.#startedAt + own - now, left));
  }

  /** The same, less what an attempt needs to have a fair chance; negative when that is not left. */
  spare({ own, left }: TierLimit, now: number): number {
    return Math.min(this.#startedAt + own - Math.min(own / 10, LEAST_MS) - now, left);
  }

  /** Whether an attempt in this tier would have a fair chance. */
  hasTime(tier: Tier, limit: TierLimit, now: number): boolean {
    if (this.#tier === tier) return this.spare(limit, now) >= 0;
    return limit.left >= Math.min(limit.own, LEAST_MS);
  }
}

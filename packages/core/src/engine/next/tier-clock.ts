import type { Tier } from "../tier.ts";

/** A repeat or sibling needs a tenth of its tier's limit to have a fair chance, and never more than this. */
const FAIR_CHANCE_MS = 1_000;
/** However little is left for the candidates behind it, an attempt gets this much. */
const LEAST_ATTEMPT_MS = 250;

/**
 * The wait for output of the current tier, or of one model of a tier that has several. Attempts there share it until content
 * was seen; after content the next attempt has the whole again.
 */
export class TierClock {
  #tier: Tier | string | undefined;
  #startedAt = 0;

  enter(tier: Tier | string, now: number): void {
    if (this.#tier === tier) return;
    this.#tier = tier;
    this.#startedAt = now;
  }

  /** Content was seen: the next attempt waits from here. */
  renew(now: number): void {
    this.#startedAt = now;
  }

  /** Milliseconds that the tier's own limit leaves for the next attempt in it. */
  left(own: number, now: number): number {
    return Math.max(0, this.#startedAt + own - now);
  }

  /** The same, less what an attempt needs to have a fair chance; negative when that is not left. */
  spare(own: number, now: number): number {
    return this.#startedAt + own - Math.min(own / 10, FAIR_CHANCE_MS) - now;
  }

  /** Whether another attempt in this tier would have a fair chance. A tier that was not entered always has. */
  hasTime(tier: Tier | string, own: number, now: number): boolean {
    return this.#tier !== tier || this.spare(own, now) >= 0;
  }
}

/** What an attempt may take of a call's own deadline: half, while there is a candidate behind it. */
export function shareOf(callLeftMs: number, hasNext: boolean): number {
  return hasNext ? Math.max(callLeftMs / 2, Math.min(callLeftMs, LEAST_ATTEMPT_MS)) : callLeftMs;
}

import type { Tier } from "../tier.ts";

/** A repeat or sibling needs a tenth of its tier's limit to have a fair chance, and never more than this. */
const FAIR_CHANCE_MS = 1_000;
/** However little is left for the candidates behind it, an attempt gets this much. */
const LEAST_ATTEMPT_MS = 250;

/**
 * The wait for output of a tier, or of one model of a tier that has several. Attempts there share it until content was seen;
 * after content the next attempt has the whole again, and so has one that comes back from elsewhere.
 */
export class TierClock {
  #tier: Tier | string | undefined;
  readonly #startedAt = new Map<Tier | string, number>();

  enter(tier: Tier | string, now: number): void {
    if (this.#tier === tier) return;
    this.#tier = tier;
    this.#startedAt.set(tier, now);
  }

  /** It was asked beside another tier, and goes on alone; or the other way round. */
  stay(tier: Tier | string): void {
    this.#tier = tier;
  }

  /** Content was seen: the next attempt waits from here. */
  renew(now: number): void {
    for (const tier of this.#startedAt.keys()) this.#startedAt.set(tier, now);
  }

  /** Milliseconds that the tier's own limit leaves for the next attempt in it. One that was not entered has all of it. */
  left(tier: Tier | string, own: number, now: number): number {
    return Math.max(0, (this.#startedAt.get(tier) ?? now) + own - now);
  }

  /** The same, less what an attempt needs to have a fair chance; negative when that is not left. */
  spare(tier: Tier | string, own: number, now: number): number {
    return (this.#startedAt.get(tier) ?? now) + own - Math.min(own / 10, FAIR_CHANCE_MS) - now;
  }

  /** Whether another attempt in this tier would have a fair chance. Any but the one that was entered last always has. */
  hasTime(tier: Tier | string, own: number, now: number): boolean {
    return this.#tier !== tier || this.spare(tier, own, now) >= 0;
  }
}

/** What an attempt may take of a call's own deadline: half, while there is a candidate behind it. */
export function shareOf(callLeftMs: number, hasNext: boolean): number {
  return hasNext ? Math.max(callLeftMs / 2, Math.min(callLeftMs, LEAST_ATTEMPT_MS)) : callLeftMs;
}

import type { CooldownRule, FailureClass } from "../../model/failure.ts";

const SHORTEST_MS = 500;
const LONGEST_MS = 24 * 3_600_000;
const TRIAL_EVERY_MS = 60_000;

export interface Cooldown {
  readonly until: number;
  /** Somebody has to act before it can end well; one trial a minute is let through. */
  readonly isHard: boolean;
  /** What failed. */
  readonly because?: FailureClass | undefined;
}

/** The vendors' own statements of when to come back, by scope id. They only ever extend; a manual reset ends them. */
export class Cooldowns {
  readonly #random: () => number;
  readonly #entries = new Map<string, Cooldown & { readonly setAt: number }>();
  /** How often in a row a scope was cooled without a stated time. */
  readonly #levels = new Map<string, number>();
  /** When the next one is due, by scope id. */
  readonly #trials = new Map<string, number>();
  readonly #resets = new Map<string, number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** How long a rule says to stay away; undefined when it says nothing, or to a request from before a manual reset. */
  duration(
    scope: string,
    rule: CooldownRule,
    statedMs: number | undefined,
    requestedAt: number,
    now: number,
  ): number | undefined {
    if ((statedMs === undefined && rule.baseMs === "stated") || this.#isStale(scope, requestedAt)) return undefined;
    const plain = Math.max(statedMs ?? this.#ladder(scope, rule, now), rule.minMs ?? 0);
    return Math.min(Math.max(plain, SHORTEST_MS), LONGEST_MS) * (1 + this.#random() / 2);
  }

  /** Extends, and never shortens. */
  extend(scope: string, cooldown: Cooldown, now: number): boolean {
    const present = this.#running(scope, now);
    if (cooldown.isHard && present?.isHard !== true) this.putOffTrial(scope, now);
    if (present !== undefined && present.until >= cooldown.until) return false;
    // A longer limit on top of a hard block does not make it a soft one.
    const { isHard, because } = present?.isHard === true ? present : cooldown;
    this.#entries.set(scope, { until: cooldown.until, isHard, because, setAt: now });
    return true;
  }

  /** The cooldown that ends last among the scopes of a target, if one is running. */
  longest(scopes: readonly string[], now: number): (Cooldown & { readonly scope: string }) | undefined {
    if (this.#entries.size === 0) return undefined;
    let longest: (Cooldown & { readonly scope: string }) | undefined;
    for (const scope of scopes) {
      const entry = this.#running(scope, now);
      if (entry !== undefined && (longest === undefined || entry.until > longest.until)) longest = { ...entry, scope };
    }
    return longest;
  }

  /** When a real request may find out whether a person has acted. */
  trialDueAt(scope: string): number {
    return this.#trials.get(scope) ?? -Infinity;
  }

  putOffTrial(scope: string, now: number, forMs: number = TRIAL_EVERY_MS): void {
    this.#trials.set(scope, now + forMs);
  }

  /**
   * An answer came: what was cooled by guess starts over, and a hard block from before its request is over. Returns the
   * scopes that were blocked.
   */
  answered(scopes: readonly string[], requestedAt: number, now: number): readonly string[] {
    return scopes.filter((scope) => {
      const entry = this.#running(scope, now);
      if (entry !== undefined && !(entry.isHard && entry.setAt <= requestedAt)) return false;
      this.#entries.delete(scope);
      this.#levels.delete(scope);
      return entry !== undefined;
    });
  }

  reset(scope: string, now: number): void {
    this.#entries.delete(scope);
    this.#levels.delete(scope);
    this.#trials.delete(scope);
    this.#resets.set(scope, now);
  }

  #running(scope: string, now: number): (Cooldown & { readonly setAt: number }) | undefined {
    const entry = this.#entries.get(scope);
    if (entry === undefined || entry.until > now) return entry;
    this.#entries.delete(scope);
    return undefined;
  }

  #isStale(scope: string, requestedAt: number): boolean {
    return requestedAt < (this.#resets.get(scope) ?? -Infinity);
  }

  /** Doubles per episode: failures of requests that were under way together are one. */
  #ladder(scope: string, rule: CooldownRule, now: number): number {
    const isRunning = this.#running(scope, now) !== undefined;
    const level = Math.max(1, (this.#levels.get(scope) ?? 0) + (isRunning ? 0 : 1));
    this.#levels.set(scope, level);
    return rule.baseMs === "stated" ? 0 : Math.min(rule.baseMs * 2 ** (level - 1), rule.capMs);
  }
}

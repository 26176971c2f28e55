import { RULES, type ClassRule } from "./rules.ts";
import { EARLY_MS } from "./tolerance.ts";
import { scopesOf, type FailureClass } from "./words.ts";
import type { TargetPlan } from "../world/plan.ts";

interface Entry {
  readonly until: number;
  readonly isHard: boolean;
  readonly because: FailureClass;
  readonly setAt: number;
}

const DAY_MS = 86_400_000;

/** Cooldowns by the rules R7.2 to R7.5. The length is the engine's own word, held against bounds. */
export class CooldownModel {
  readonly #entries = new Map<string, Entry>();
  readonly #episodes = new Map<string, number>();
  readonly #trials = new Map<string, number>();
  readonly #resets = new Map<string, number>();

  /** The one that ends last among a target's scopes. */
  longest(target: TargetPlan, now: number): (Entry & { readonly scope: string }) | undefined {
    let longest: (Entry & { readonly scope: string }) | undefined;
    for (const scope of Object.values(scopesOf(target))) {
      const entry = this.#running(scope, now);
      if (entry !== undefined && (longest === undefined || entry.until > longest.until)) longest = { ...entry, scope };
    }
    return longest;
  }

  trialDueAt(scope: string): number {
    return (this.#trials.get(scope) ?? -Infinity) + 60_000;
  }

  trial(scope: string, now: number): void {
    this.#trials.set(scope, now);
  }

  /** Says what is wrong with the cooldown that the engine reports after a failure, if anything. */
  failed(
    target: TargetPlan,
    failureClass: FailureClass,
    context: {
      readonly statedMs: number | undefined;
      readonly requestedAt: number;
      readonly forMs: number | undefined;
      readonly now: number;
    },
  ): string | undefined {
    const rule = RULES[failureClass];
    const { statedMs, requestedAt, forMs, now } = context;
    if (
      rule.cooldown === undefined ||
      rule.scope === undefined ||
      (rule.statedOnly === true && statedMs === undefined)
    ) {
      return forMs === undefined ? undefined : `cools after ${failureClass}, which says nothing`;
    }
    const scope = scopesOf(target)[rule.scope];
    if (requestedAt < (this.#resets.get(scope) ?? -Infinity))
      return forMs === undefined ? undefined : "counts a stale response";
    const [low, high] = this.#bounds(scope, rule, rule.cooldown, statedMs, now);
    const present = this.#running(scope, now);
    const isHard = rule.isHard === true;
    if (isHard && present?.isHard !== true) this.#trials.set(scope, now);
    if (forMs === undefined) {
      const isLonger = present !== undefined && present.until >= now + low - EARLY_MS;
      return isLonger ? undefined : `does not cool ${scope} after ${failureClass}`;
    }
    if (present !== undefined && now + forMs < present.until - EARLY_MS) return `shortens the cooldown of ${scope}`;
    const because = present?.isHard === true ? present.because : failureClass;
    this.#entries.set(scope, { until: now + forMs, isHard: isHard || present?.isHard === true, because, setAt: now });
    return forMs >= low && forMs <= high ? undefined : `cools ${scope} for ${forMs}, not ${low} to ${high}`;
  }

  answered(target: TargetPlan, requestedAt: number, now: number): void {
    for (const scope of Object.values(scopesOf(target))) {
      const entry = this.#running(scope, now);
      if (entry === undefined) this.#episodes.delete(scope);
      else if (entry.isHard && entry.setAt <= requestedAt) {
        this.#entries.delete(scope);
        this.#episodes.delete(scope);
      }
    }
  }

  reset(target: TargetPlan, now: number): void {
    for (const scope of Object.values(scopesOf(target))) {
      this.#entries.delete(scope);
      this.#episodes.delete(scope);
      this.#trials.delete(scope);
      this.#resets.set(scope, now);
    }
  }

  #running(scope: string, now: number): Entry | undefined {
    const entry = this.#entries.get(scope);
    return entry !== undefined && entry.until > now ? entry : undefined;
  }

  #bounds(
    scope: string,
    { statedOnly }: ClassRule,
    { baseMs, capMs, minMs = 0 }: NonNullable<ClassRule["cooldown"]>,
    statedMs: number | undefined,
    now: number,
  ): readonly [number, number] {
    let plain = statedMs;
    if (plain === undefined && statedOnly !== true) {
      const episode = Math.max(1, (this.#episodes.get(scope) ?? 0) + (this.#running(scope, now) === undefined ? 1 : 0));
      this.#episodes.set(scope, episode);
      plain = Math.min(baseMs * 2 ** (episode - 1), capMs);
    }
    const clamped = Math.min(Math.max(plain ?? 0, minMs, 500), DAY_MS);
    return [clamped, clamped * 1.5];
  }
}

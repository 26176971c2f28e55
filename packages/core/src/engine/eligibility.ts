import type { Clock } from "../model/clock.ts";
import type { AttemptPlan } from "../model/target.ts";
import { healthObstacle } from "./admission.ts";
import type { AttemptLimits } from "./attempt-clocks.ts";
import type { CallDeadlines } from "./call-deadlines.ts";
import type { CallRequests } from "./call-requests.ts";
import { routeKey, type ChainHealth } from "./health/chain-health.ts";
import type { CallOptions } from "./options.ts";
import type { Obstacle } from "./selection.ts";
import { TierClock, type TierLimit } from "./tier-clock.ts";
import type { Candidate, Tier } from "./tier.ts";

export interface EligibilitySetup {
  readonly options: CallOptions;
  readonly requests: CallRequests;
  readonly deadlines: CallDeadlines;
  readonly health: ChainHealth;
  readonly clock: Clock;
}

/** Whether a candidate may be tried in this call, beside the call's own failures, and how much time it has. */
export class Eligibility {
  readonly #setup: EligibilitySetup;
  readonly #tierClock = new TierClock();
  /** Routes tried so far: one more attempt there is a repeat. */
  readonly #routes = new Set<string>();

  constructor(setup: EligibilitySetup) {
    this.#setup = setup;
  }

  obstacle(candidate: Candidate): Obstacle | undefined {
    const { options, clock, requests, health } = this.#setup;
    const { tier, target } = candidate;
    if (options.tiers !== undefined && !options.tiers.includes(tier.name)) return { reason: "not-selected" };
    if (tier.degraded && options.allowDegraded === false) return { reason: "degraded-not-allowed" };
    if (!this.#tierClock.hasTime(tier, this.#tierLimit(tier), clock.now())) return { reason: "no-time" };
    const fit = requests.forTarget(candidate);
    if (!fit.ok) return { reason: "unsupported", detail: fit.missing.join(", ") };
    if (this.#routes.has(routeKey(target)) && !health.canRepeat(target)) return { reason: "repeats-used-up" };
    return healthObstacle(health.standing(target));
  }

  enter(tier: Tier): void {
    this.#tierClock.enter(tier, this.#tierLimit(tier), this.#setup.clock.now());
  }

  began({ target }: Candidate): void {
    const route = routeKey(target);
    if (this.#routes.has(route)) this.#setup.health.takeRepeat(target);
    this.#routes.add(route);
  }

  sawContent(): void {
    this.#tierClock.renew(this.#setup.clock.now());
  }

  /** Whether an attempt starting now has less than its tier's whole limit. */
  isShortened({ tier }: Candidate): boolean {
    return this.#tierClock.left(this.#setup.clock.now()) < this.#setup.requests.timeoutMs(tier);
  }

  /** Milliseconds that the clocks leave for waiting. */
  leftMs(): number {
    const now = this.#setup.clock.now();
    return Math.min(this.#tierClock.left(now), this.#setup.deadlines.left(now));
  }

  attemptLimits({ tier, target }: Candidate, plan: AttemptPlan): AttemptLimits {
    const left = this.#tierClock.left(this.#setup.clock.now());
    return {
      firstContentMs: plan.silentReasoning || plan.unary ? tier.silentReasoningMs : left,
      firstEventMs: plan.silentReasoning && plan.eventsAtOnce && !plan.unary ? left : Infinity,
      livenessMs: target.capabilities.keepAlives ? tier.livenessMs : Infinity,
      progressMs: tier.progressMs,
      workingMs: tier.workingMs,
    };
  }

  #tierLimit(tier: Tier): TierLimit {
    const { requests, deadlines, clock } = this.#setup;
    const own = requests.timeoutMs(tier);
    return { own, left: Math.min(own, deadlines.left(clock.now())) };
  }
}

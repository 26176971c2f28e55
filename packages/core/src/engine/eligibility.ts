import type { Clock } from "../model/clock.ts";
import type { AttemptPlan } from "../model/target.ts";
import { healthObstacle } from "./admission.ts";
import type { AttemptLimits } from "./attempt-clocks.ts";
import type { CallDeadlines } from "./call-deadlines.ts";
import type { CallRequests } from "./call-requests.ts";
import type { ChainHealth } from "./health/chain-health.ts";
import { routeKey } from "./health/routes.ts";
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
    const fit = requests.forTarget(candidate);
    if (!fit.ok) return { reason: "unsupported", detail: fit.missing.join(", ") };
    // However short a deadline is, one attempt is made.
    if (this.#routes.size > 0 && !this.#tierClock.hasTime(tier, this.#limit(candidate), clock.now())) {
      return { reason: "no-time" };
    }
    if (this.#routes.has(routeKey(target)) && !health.canRepeat(target)) return { reason: "repeats-used-up" };
    return healthObstacle(health.standing(target));
  }

  enter(tier: Tier): void {
    this.#tierClock.enter(tier, this.#setup.clock.now());
  }

  /** Pays for a repeat as soon as it is decided: calls that wait for theirs must not count on the same token. */
  charge({ target }: Candidate): void {
    if (this.#routes.has(routeKey(target))) this.#setup.health.takeRepeat(target);
  }

  began({ target }: Candidate): void {
    this.#routes.add(routeKey(target));
  }

  sawContent(): void {
    this.#tierClock.renew(this.#setup.clock.now());
  }

  /** Whether an attempt starting now has less than its tier's whole limit. */
  isShortened(candidate: Candidate): boolean {
    const limit = this.#limit(candidate);
    return this.#tierClock.left(limit, this.#setup.clock.now()) < limit.own;
  }

  /** Milliseconds that the clocks leave for waiting before a repeat that still has a fair chance. */
  leftMs(candidate: Candidate): number {
    return this.#tierClock.spare(this.#limit(candidate), this.#setup.clock.now());
  }

  attemptLimits({ tier, target }: Candidate, plan: AttemptPlan): AttemptLimits {
    const { requests, clock } = this.#setup;
    const timeoutMs = requests.timeoutMs(tier);
    const own = plan.silentReasoning || plan.unary ? tier.silentReasoningMs : timeoutMs;
    return {
      firstContentMs: this.#tierClock.left(this.#cut(own), clock.now()),
      firstEventMs: plan.silentReasoning && plan.eventsAtOnce && !plan.unary ? timeoutMs : Infinity,
      livenessMs: target.capabilities.keepAlives ? tier.livenessMs : Infinity,
      progressMs: tier.progressMs,
      workingMs: tier.workingMs,
    };
  }

  #limit(candidate: Candidate): TierLimit {
    return this.#cut(this.#setup.requests.firstContentMs(candidate));
  }

  #cut(own: number): TierLimit {
    const { deadlines, clock } = this.#setup;
    return { own, left: Math.min(own, deadlines.left(clock.now())) };
  }
}

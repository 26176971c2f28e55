import type { SkipRecord } from "@understudy/core";
import type { CallFact, Facts } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import { BreakerModel, type ModelPermit } from "./breaker-model.ts";
import { CooldownModel } from "./cooldown-model.ts";
import { attemptsOf, ownLimit, routeOf, scopesOf, type AttemptFact, type Violation } from "./words.ts";

export interface Route {
  readonly breaker: BreakerModel;
  readonly repeats: number[];
  /** When a repeat was paid for, also one that was not made after all. */
  readonly charges: number[];
  throwsInARow: number;
  changedInTurn: number;
  /** A standstill decided something that the model cannot know: nothing more is held against it. */
  isUnsure: boolean;
}

export interface ReplayedAttempt extends AttemptFact {
  readonly target: TargetPlan;
  readonly permit: ModelPermit;
  readonly isShortened: boolean;
  /** When the tier's clock began, and whether output had been shown, when the attempt started. */
  readonly tierSince: number;
  readonly wasReleased: boolean;
  hasContent: boolean;
}

/** Where a call stands in its order of candidates. */
export interface Progress {
  position: number;
  readonly attempts: ReplayedAttempt[];
  readonly failedScopes: Set<string>;
  readonly closedTiers: Set<number>;
  readonly routes: Set<string>;
  tier: number;
  tierSince: number;
  isReleased: boolean;
}

/** What the reference models know at one moment of a replay, and what stands in a candidate's way by their lights. */
export class KnownHealth {
  readonly violations: Violation[] = [];
  readonly facts: Facts;
  readonly cooldowns: CooldownModel = new CooldownModel();
  readonly isolated: Set<TargetPlan> = new Set();
  readonly #routes = new Map<string, Route>();
  readonly #progress = new Map<CallFact, Progress>();
  /** The moment, the turn of the event loop, and the place in the timeline. */
  at = 0;
  turn = 0;
  index = 0;
  /** The turn in which a call last ended from outside: it may have been let in somewhere and never have begun. */
  cutTurn = -1;
  /** When calls were ended from outside: each may have paid for a repeat that it did not make. */
  readonly cuts: number[] = [];

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** What the models say stands in the way; undefined when they see nothing. */
  obstacle(progress: Progress, { plan }: CallFact, target: TargetPlan): string | undefined {
    const tier = this.facts.plan.tiers[target.tier];
    if (plan.tiers !== undefined && !plan.tiers.includes(tier?.name ?? "")) return "not-selected";
    if (tier?.degraded === true && !plan.allowDegraded) return "degraded-not-allowed";
    if (!target.tools && (plan.tools || plan.afterToolResult)) return "unsupported";
    if (progress.closedTiers.has(target.tier)) return "scope-failed";
    if (Object.values(scopesOf(target)).some((scope) => progress.failedScopes.has(scope))) return "scope-failed";
    if (this.isolated.has(target)) return "isolated";
    const cooldown = this.cooldowns.longest(target, this.at);
    if (cooldown !== undefined)
      return cooldown.isHard && this.cooldowns.isTrialDue(cooldown.scope, this.at) ? undefined : "cooldown";
    const { breaker, isUnsure } = this.route(target);
    if (isUnsure || breaker.state === "closed") return undefined;
    if (breaker.state === "open") return this.at < breaker.openUntil[0] ? "breaker" : undefined;
    return this.at < breaker.leaseUntil ? "breaker" : undefined;
  }

  /** Obstacles that the models know only roughly. */
  mayBe(reason: SkipRecord["reason"], progress: Progress, call: CallFact, target: TargetPlan): boolean {
    const { breaker, charges, isUnsure, changedInTurn } = this.route(target);
    switch (reason) {
      case "breaker":
        if (isUnsure || changedInTurn === this.turn || this.isComing("probe")) return true;
        return breaker.state === "open" && this.at <= breaker.openUntil[1];
      case "repeats-used-up":
        return (
          progress.routes.has(routeOf(target)) &&
          (breaker.state !== "closed" ||
            isUnsure ||
            [...charges, ...this.cuts].filter((at) => at > this.at - 110_000).length >= 10)
        );
      case "no-time": {
        if (progress.attempts.length === 0) return false;
        const own = ownLimit(this.facts, target);
        const { deadlineMs = 3_600_000, startWithinMs = Infinity } = call.plan;
        const left = call.startedAt + Math.min(deadlineMs, progress.isReleased ? Infinity : startWithinMs) - this.at;
        const spare = progress.tier === target.tier ? progress.tierSince + own - this.at : left;
        return Math.min(spare, left) < Math.min(own, 1_000);
      }
      case "cooldown":
        return this.cooldowns.longest(target, this.at)?.isHard === true && this.isComing("trial");
      case "window-too-small":
      case "unsupported":
        return progress.attempts.some(
          ({ record }) => record?.class === "request.context-length" || record?.class === "request.unsupported",
        );
      default:
        return false;
    }
  }

  /** Another call of this turn was let through to find out, and is about to begin. */
  isComing(venture: "trial" | "probe"): boolean {
    const coming = this.facts.timeline.slice(this.index).filter(({ turn }) => turn === this.turn);
    return coming.some((entry) => {
      if (entry.type === "event") return entry.event.type === "attempt-end" && entry.event.attempt.venture === venture;
      if (entry.type !== "open") return false;
      const { call, attempt } = entry.upstream;
      return attemptsOf(call).find(({ n }) => n === attempt)?.record?.venture === venture;
    });
  }

  touch(target: TargetPlan): void {
    this.route(target).changedInTurn = this.turn;
  }

  route(target: Pick<TargetPlan, "vendor" | "model" | "endpoint">): Route {
    const key = routeOf(target);
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = {
        breaker: new BreakerModel(),
        repeats: [],
        charges: [],
        throwsInARow: 0,
        changedInTurn: -1,
        isUnsure: false,
      };
      this.#routes.set(key, route);
    }
    return route;
  }

  callOf(callId: number): CallFact | undefined {
    return this.facts.calls[callId - 1];
  }

  progressOf(callId: number): Progress {
    const call = this.callOf(callId);
    if (call === undefined) throw new Error(`There is no call ${callId}.`);
    let progress = this.#progress.get(call);
    if (progress === undefined) {
      progress = {
        position: -1,
        attempts: [],
        failedScopes: new Set(),
        closedTiers: new Set(),
        routes: new Set(),
        tier: -1,
        tierSince: 0,
        isReleased: false,
      };
      this.#progress.set(call, progress);
    }
    return progress;
  }

  violate(invariant: number, text: string): void {
    this.violations.push({ invariant, text: `${text} (at ${this.at})` });
  }
}

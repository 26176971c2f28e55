import type { FailureClass, SkipRecord } from "@understudy/core";
import type { CallFact, Facts } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import { BreakerModel, type ModelPermit } from "./breaker-model.ts";
import { CooldownModel } from "./cooldown-model.ts";
import { QuotaModel } from "./quota-model.ts";
import { leftOfCall } from "./shares.ts";
import { EARLY_MS } from "./tolerance.ts";
import { attemptsOf, ownLimit, routeOf, scopesOf, type AttemptFact, type RuleId, type Violation } from "./words.ts";

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
  hasContent: boolean;
}

/** Where a call stands in its order of candidates. */
export interface Progress {
  readonly call: CallFact;
  /** The candidates as they are to be asked: behind an overflow, those of unknown windows come last. */
  order: readonly TargetPlan[];
  /** Passed over by what the chain has learnt: they come again, behind all others. */
  readonly late: Set<TargetPlan>;
  /** In that order. */
  position: number;
  readonly attempts: ReplayedAttempt[];
  readonly failedScopes: Set<string>;
  readonly closedTiers: Set<number>;
  /** How the last attempt in a tier failed, word for word. */
  readonly lastOutput: Map<number, string>;
  /** How often each route was asked, but for attempts to which another was preferred. */
  readonly routes: Map<string, number>;
  /** The tier that was entered last. */
  tier: number;
  /** Since when the clock of each tier runs. */
  readonly tierSince: Map<number, number>;
  /** Attempts that are under way. */
  readonly running: Set<ReplayedAttempt>;
  /** The one that ended last. */
  last: ReplayedAttempt | undefined;
  /** Targets to which another was preferred once. */
  readonly lost: Set<TargetPlan>;
  isReleased: boolean;
  /** The connection of the last attempt was dead before it was used: the target is asked again on a new one. */
  isOwedConnection: boolean;
  /** A repeat was decided: nothing takes it back. */
  isPromised: boolean;
  /** The permit of the attempt that is made once more on a new connection. */
  carried: ModelPermit | undefined;
  /** The policy ends the call. */
  isStopped: boolean;
}

/** What the reference models know at one moment of a replay, and what stands in a candidate's way by their lights. */
export class KnownHealth {
  readonly violations: Violation[] = [];
  readonly facts: Facts;
  readonly cooldowns: CooldownModel = new CooldownModel();
  readonly quotas: QuotaModel = new QuotaModel();
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
  obstacle(progress: Progress, target: TargetPlan): string | undefined {
    const { plan } = progress.call;
    const tier = this.facts.plan.tiers[target.tier];
    if (plan.tiers !== undefined && !plan.tiers.includes(tier?.name ?? "")) return "not-selected";
    if (tier?.degraded === true && !plan.allowDegraded) return "degraded-not-allowed";
    if (!target.tools && (plan.tools || plan.afterToolResult)) return "unsupported";
    if (progress.closedTiers.has(target.tier)) return "scope-failed";
    if (Object.values(scopesOf(target)).some((scope) => progress.failedScopes.has(scope))) return "scope-failed";
    if (plan.isThrifty && isDear(this.facts, target)) return "too-dear";
    if (this.isolated.has(target)) return "isolated";
    const cooldown = this.cooldowns.longest(target, this.at + EARLY_MS);
    if (cooldown !== undefined)
      return cooldown.isHard && this.cooldowns.trialDueAt(cooldown.scope) <= this.at + EARLY_MS
        ? undefined
        : "cooldown";
    const { breaker, isUnsure } = this.route(target);
    if (isUnsure || breaker.state === "closed") return undefined;
    const due = breaker.state === "open" ? breaker.openUntil[0] : breaker.leaseUntil;
    return this.at < due - EARLY_MS ? "breaker" : undefined;
  }

  /** Whether somebody who was not tried yet could still be asked: `unknown` where the models know only roughly. */
  othersLeft(progress: Progress): "some" | "none" | "unknown" {
    if (this.free(progress).length > 0) return "some";
    const rest = progress.order.slice(progress.position + 1);
    return rest.every((target) => this.obstacle(progress, target) !== undefined) ? "none" : "unknown";
  }

  /** The candidates that were not tried yet and that nothing stands in the way of, for certain. */
  free(progress: Progress): TargetPlan[] {
    const reasons = [
      "no-time",
      "breaker",
      "cooldown",
      "repeats-used-up",
      "window-too-small",
      "unsupported",
      "too-dear",
    ] as const;
    return progress.order
      .slice(progress.position + 1)
      .filter(
        (target) =>
          this.obstacle(progress, target) === undefined &&
          !reasons.some((reason) => this.mayBe(reason, progress, target)),
      );
  }

  /** Obstacles that the models know only roughly. */
  mayBe(reason: SkipRecord["reason"], progress: Progress, target: TargetPlan): boolean {
    const { breaker, charges, isUnsure, changedInTurn } = this.route(target);
    switch (reason) {
      case "breaker":
        if (isUnsure || changedInTurn === this.turn || this.isComing("probe")) return true;
        if (breaker.state === "half-open") return this.at <= breaker.leaseUntil + EARLY_MS;
        return breaker.state === "open" && this.at <= breaker.openUntil[1] + EARLY_MS;
      case "repeats-used-up":
        return (
          (progress.routes.get(routeOf(target)) ?? 0) > 0 &&
          (breaker.state !== "closed" ||
            isUnsure ||
            [...charges, ...this.cuts].filter((at) => at > this.at - 110_000).length >= 10)
        );
      case "no-time": {
        if (progress.attempts.length === 0) return false;
        const own = ownLimit(this.facts, target);
        const since = progress.tier === target.tier ? progress.tierSince.get(target.tier) : undefined;
        const ofTier = (since ?? Infinity) + own - this.at;
        // Below that, not even a repeat could be waited for.
        return ofTier < Math.min(own / 10, 1_000) + EARLY_MS || leftOfCall(progress, this.at) < 250 + EARLY_MS;
      }
      case "cooldown": {
        const cooldown = this.cooldowns.longest(target, this.at - EARLY_MS);
        if (cooldown === undefined) return false;
        if (cooldown.until <= this.at + EARLY_MS) return true;
        const isDue = this.cooldowns.trialDueAt(cooldown.scope) < this.at - EARLY_MS;
        return cooldown.isHard && (!isDue || this.isComing("trial"));
      }
      case "window-too-small":
        return target.contextWindow !== "unknown" && hasFailedWith(progress, "request.context-length");
      case "too-dear":
        // What failed attempts may have cost is known only roughly.
        return progress.call.plan.isThrifty && progress.attempts.length >= 4;
      case "unsupported":
        return hasFailedWith(progress, "request.unsupported");
      default:
        return false;
    }
  }

  /** Another call of this turn was let through to find out, and is about to begin. */
  isComing(venture: "trial" | "probe"): boolean {
    for (let index = this.index; ; index++) {
      const entry = this.facts.timeline[index];
      if (entry === undefined || entry.turn !== this.turn) return false;
      if (entry.type === "event" && entry.event.type === "attempt-end" && entry.event.record.venture === venture)
        return true;
      if (entry.type !== "open") continue;
      const { call, attempt } = entry.upstream;
      if (attemptsOf(call).find(({ n }) => n === attempt)?.record?.venture === venture) return true;
    }
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
        call,
        order: pinnedFirst(this.facts.plan.targets, call.pin?.target),
        late: new Set(),
        position: -1,
        attempts: [],
        failedScopes: new Set(),
        closedTiers: new Set(),
        lastOutput: new Map(),
        routes: new Map(),
        tier: -1,
        tierSince: new Map(),
        running: new Set(),
        last: undefined,
        lost: new Set(),
        isReleased: false,
        isOwedConnection: false,
        isPromised: false,
        carried: undefined,
        isStopped: false,
      };
      this.#progress.set(call, progress);
    }
    return progress;
  }

  violate(rule: RuleId, text: string): void {
    this.violations.push({ rule, text: `${text} (at ${this.at})` });
  }
}

/** R16.2: The pinned target, and then the others in the chain's order. */
function pinnedFirst(targets: readonly TargetPlan[], pinned: TargetPlan | undefined): readonly TargetPlan[] {
  return pinned === undefined ? targets : [pinned, ...targets.filter((target) => target !== pinned)];
}

export function isDear({ plan }: Facts, { vendor }: TargetPlan): boolean {
  return plan.steering?.dear.includes(vendor) === true;
}

function hasFailedWith({ attempts }: Progress, failureClass: FailureClass): boolean {
  return attempts.some(({ record }) => record?.class === failureClass);
}

import type { Clock } from "../../model/clock.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass, HealthVerdict } from "../../model/failure.ts";
import type { Target } from "../../model/target.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { BreakerState } from "../../model/trace.ts";
import type { EventQueue } from "../event-queue.ts";
import { isKeyless } from "../tier.ts";
import { scopeId, scopeIds } from "./scope.ts";
import { Breaker, type Permit } from "./breaker.ts";
import { Cooldowns } from "./cooldowns.ts";
import type { SharedStore } from "./health-store.ts";
import type { HealthCause, TargetHealth } from "./health-events.ts";
import { RepeatBudget } from "./repeat-budget.ts";
import { routeKey, Routes, type Route } from "./routes.ts";
import type { FleetLink, FleetMember } from "./fleet-link.ts";
import { verdictOf, type FailureCircumstances } from "./verdict.ts";

/** Whether a target may be called now, and if not, when and why. */
export type Standing =
  | { readonly type: "ready" }
  /** The breaker lets one attempt find out. */
  | { readonly type: "probe" }
  /** A hard block lets one request find out whether a person has acted. */
  | { readonly type: "trial"; readonly scope: string }
  | {
      readonly type: "blocked";
      readonly reason: "cooldown" | "breaker" | "isolated";
      /** Whether a person has to act. */
      readonly isHard: boolean;
      readonly dueAt: number;
      /** The kind of scope that is blocked. */
      readonly detail: string;
      /** What failed, for a cooldown. */
      readonly class?: FailureClass | undefined;
    };

export interface ChainHealthSetup {
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: SharedStore | undefined;
  readonly events: Pick<EventQueue, "note" | "tell">;
  readonly onInternalError: (error: unknown) => void;
}

/** The health of all targets of a chain across its calls: breakers, cooldowns, repeat budgets and isolation. */
export class ChainHealth {
  readonly #setup: ChainHealthSetup;
  readonly #cooldowns: Cooldowns;
  readonly #fleet: FleetLink | undefined;
  readonly #routes = new Routes((target) => this.#newRoute(target));
  /** Until when, by scope id. */
  readonly #isolated = new Map<string, number>();
  /** Of what is being done right now. */
  #cause: HealthCause | undefined;

  constructor(setup: ChainHealthSetup, targets: readonly Target[]) {
    this.#setup = setup;
    this.#cooldowns = new Cooldowns(setup.random);
    for (const target of targets) this.#routes.of(target);
    // Made by `shareHealth`, and opaque to everybody else.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const join = setup.store?.join as ((member: FleetMember) => FleetLink) | undefined;
    this.#fleet = join?.({
      ...setup,
      cooldowns: this.#cooldowns,
      breakerAt: (key) => {
        this.#cause = undefined;
        return this.#routes.at(key)?.breaker;
      },
      isolated: this.#isolated,
    });
  }

  standing(target: Target): Standing {
    const now = this.#setup.clock.now();
    if (this.isIsolated(target)) {
      const dueAt = this.#isolated.get(targetScope(target)) ?? 0;
      return { type: "blocked", reason: "isolated", isHard: true, dueAt, detail: "target" };
    }
    const cooldown = this.#cooldowns.longest(scopeIds(target), now);
    if (cooldown !== undefined) {
      const { scope, isHard, until, because } = cooldown;
      const trialAt = this.#cooldowns.trialDueAt(scope);
      if (isHard && trialAt <= now) return { type: "trial", scope };
      const dueAt = isHard ? Math.min(until, trialAt) : until;
      return { type: "blocked", reason: "cooldown", isHard, dueAt, detail: kindOf(scope), class: because };
    }
    const { breaker } = this.#routes.of(target);
    if (breaker.state === "closed") return { type: "ready" };
    const dueAt = breaker.dueAt();
    if (dueAt <= now) return { type: "probe" };
    return { type: "blocked", reason: "breaker", isHard: false, dueAt, detail: "model@endpoint" };
  }

  /**
   * Asks for the right to make an attempt now: as a probe or trial where one is due. Undefined where another call makes
   * the one probe; no call queues for it. A promise only where the store answers with one.
   */
  ask(target: Target, leaseMs: number, cause?: HealthCause): Permit | undefined | Promise<Permit | undefined> {
    const standing = this.standing(target);
    if (standing.type === "ready") return this.admit(target, undefined, cause);
    if (standing.type === "trial") {
      this.#cooldowns.putOffTrial(standing.scope, this.#setup.clock.now());
      this.#fleet?.tries(standing.scope);
      return this.admit(target, "trial", cause);
    }
    const probe = (): Permit | undefined => this.#probe(target, leaseMs, cause);
    if (this.#fleet === undefined) return probe();
    return this.#fleet.ask(routeKey(target), leaseMs, { probe, breaker: () => this.#route(target, cause).breaker });
  }

  /**
   * The right to make an attempt that is not a probe, whatever is known of the route. Made although the breaker is open,
   * its failure changes nothing and its success closes.
   */
  admit(target: Target, venture?: "trial" | "last-resort", cause?: HealthCause): Permit {
    const permit = this.#routes.of(target).breaker.permit(this.#setup.clock.now(), venture);
    permit.cause = cause;
    return permit;
  }

  firstContent(target: Target, permit: Permit): void {
    const { breaker } = this.#route(target, permit.cause);
    breaker.provisionalOk(permit, this.#setup.clock.now());
    this.#fleet?.settled(routeKey(target), breaker, permit, { verdict: "ok" });
  }

  answered(target: Target, permit: Permit): void {
    this.#routes.of(target).throwsInARow = 0;
    const scopes = this.#cooldowns.answered(scopeIds(target), permit.startedAt, this.#setup.clock.now());
    if (scopes.length > 0) this.#fleet?.publish({ type: "reset", scopes, keys: [] });
    this.#settle(target, permit, "ok");
  }

  /** The attempt was stopped for reasons of our own, or never made: it says nothing. */
  stopped(target: Target, permit: Permit): void {
    this.#settle(target, permit, "neutral");
  }

  /** Returns for how many milliseconds the failed scope is left alone, if it is. */
  failed(
    target: Target,
    permit: Permit,
    failure: TargetFailure,
    circumstances: FailureCircumstances,
  ): number | undefined {
    const route = this.#route(target, permit.cause);
    route.throwsInARow = failure.class === "adapter.threw" ? route.throwsInARow + 1 : 0;
    const isProbe = permit.venture === "probe";
    const verdict = verdictOf(failure, { ...circumstances, isProbe, throwsInARow: route.throwsInARow });
    this.#settle(target, permit, verdict, failure.details.retryAfterMs);
    return this.#cool(target, failure, permit);
  }

  breakerState(target: Target): BreakerState {
    return this.#routes.of(target).breaker.state;
  }

  /** Whether nothing has been found against this route. */
  isWell(target: Target): boolean {
    return this.#routes.of(target).breaker.state === "closed" && !this.isIsolated(target);
  }

  /** Whether a repeat at this route is within its budget, and the route well. */
  canRepeat(target: Target): boolean {
    return this.isWell(target) && this.#routes.of(target).repeats.has(this.#setup.clock.now());
  }

  takeRepeat(target: Target): void {
    this.#routes.of(target).repeats.take(this.#setup.clock.now());
  }

  isIsolated(target: Target): boolean {
    if (this.#isolated.size === 0) return false;
    return (this.#isolated.get(targetScope(target)) ?? 0) > this.#setup.clock.now();
  }

  /** With a time also in the other chains of the store. */
  isolate(target: Target, forMs: number = Infinity): void {
    const scope = targetScope(target);
    this.#isolated.set(scope, this.#setup.clock.now() + forMs);
    if (forMs < Infinity) this.#fleet?.publish({ type: "isolated", scope, forMs });
  }

  /** Ends isolation, cooldowns and an open breaker. */
  enable(target: Target): void {
    this.#isolated.delete(targetScope(target));
    const scopes = scopeIds(target);
    const now = this.#setup.clock.now();
    for (const scope of scopes) this.#cooldowns.reset(scope, now);
    this.#route(target, undefined).breaker.closeNow(now);
    this.#fleet?.publish({ type: "reset", scopes, keys: [routeKey(target)] });
  }

  /** Nothing is heard or told any more, also by a store that goes on after it was left. */
  close(): void {
    this.#fleet?.close();
  }

  inspect(target: Target): Omit<TargetHealth, "tier" | "sibling"> {
    const { clock } = this.#setup;
    const now = clock.now();
    const { breaker } = this.#routes.of(target);
    const cooldown = this.#cooldowns.longest(scopeIds(target), now);
    const dueAt = Math.max(breaker.dueAt(), cooldown?.until ?? 0);
    return {
      vendor: target.vendor,
      model: target.model,
      endpoint: target.endpoint,
      breaker: breaker.state,
      counts: breaker.counts(now),
      isIsolated: this.isIsolated(target),
      blockedForMs: isKeyless(target) ? Infinity : Math.max(0, dueAt - now),
      cooldownScope: cooldown && kindOf(cooldown.scope),
      cooldownClass: cooldown?.because,
    };
  }

  /** The breaker may have closed, or another call begun the probe, while a store was asked. */
  #probe(target: Target, leaseMs: number, cause: HealthCause | undefined): Permit | undefined {
    const now = this.#setup.clock.now();
    const { breaker } = this.#route(target, cause);
    if (breaker.state === "closed") return this.admit(target, undefined, cause);
    if (breaker.state === "half-open" && breaker.dueAt() > now) return undefined;
    return Object.assign(breaker.probe(now, leaseMs), { cause });
  }

  /** The route of a target, about to change because of the given cause. */
  #route(target: Target, cause: HealthCause | undefined): Route {
    this.#cause = cause;
    return this.#routes.of(target);
  }

  #cool(target: Target, failure: TargetFailure, { startedAt, cause }: Permit): number | undefined {
    const rule = FAILURE_RULES[failure.class];
    const scope = scopeId(failure.details.scope ?? rule.scope, target);
    if (rule.cooldown === undefined || scope === undefined) return undefined;
    const now = this.#setup.clock.now();
    const { retryAfterMs } = failure.details;
    const forMs = this.#cooldowns.duration(scope, rule.cooldown, retryAfterMs, startedAt, now);
    if (forMs === undefined) return undefined;
    const isHard = rule.hardBlock === true;
    const because = failure.class;
    const hasGrown = this.#cooldowns.extend(scope, { until: now + forMs, isHard, because }, now);
    // Who found a hard block to hold makes the next trial of it.
    if (hasGrown || isHard) this.#fleet?.publish({ type: "cooldown", scope, forMs, isHard, because });
    if (!hasGrown) return undefined;
    const { vendor, model, endpoint } = target;
    const what = { scope: kindOf(scope), reason: failure.class, forMs };
    this.#setup.events.note({ type: "cooldown", vendor, model, endpoint, ...cause, ...what });
    return forMs;
  }

  #settle(target: Target, permit: Permit, verdict: HealthVerdict, retryAfterMs?: number): void {
    const { breaker } = this.#route(target, permit.cause);
    const isCounted = breaker.settle(permit, verdict, this.#setup.clock.now(), retryAfterMs);
    this.#fleet?.settled(routeKey(target), breaker, permit, { verdict, isCounted, retryAfterMs });
  }

  #newRoute({ vendor, model, endpoint }: Target): Route {
    const { clock, random, events } = this.#setup;
    const now = clock.now();
    const breaker = new Breaker(now, random, (from, to) => {
      events.note({ type: "breaker", vendor, model, endpoint, ...this.#cause, from, to });
    });
    return { breaker, repeats: new RepeatBudget(now), throwsInARow: 0 };
  }
}

function targetScope(target: Target): string {
  return scopeId("target", target) ?? "";
}

/** The kind of a scope without its id: enough for a reader, and nothing secret. */
function kindOf(scope: string): string {
  return scope.split(" ", 1)[0] ?? scope;
}

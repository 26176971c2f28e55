import type { AttemptRecord, SkipRecord, TargetHealth } from "@understudy/core";
import { isTargetFailure, type StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts, TimelineEntry, UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import { BreakerModel, type ModelPermit } from "./breaker-model.ts";
import { firstContentLimit, lateness } from "./clocks.ts";
import { CooldownModel } from "./cooldown-model.ts";
import { RULES } from "./rules.ts";
import {
  attemptsOf,
  ownLimit,
  routeOf,
  scopesOf,
  sleptWithin,
  type AttemptFact,
  type HealthVerdict,
  type Violation,
} from "./words.ts";

const LEASE_MARGIN_MS = 5_000;

interface Route {
  readonly breaker: BreakerModel;
  readonly repeats: number[];
  /** When a repeat was paid for, also one that was not made after all. */
  readonly charges: number[];
  throwsInARow: number;
  changedInTurn: number;
  /** A standstill decided something that the model cannot know: nothing more is held against it. */
  isUnsure: boolean;
}

interface Attempt extends AttemptFact {
  readonly target: TargetPlan;
  readonly permit: ModelPermit;
  readonly isShortened: boolean;
  /** When the tier's clock began, and whether output had been shown, when the attempt started. */
  readonly tierSince: number;
  readonly wasReleased: boolean;
  hasContent: boolean;
}

/** Where a call stands in its order of candidates. */
interface Progress {
  position: number;
  readonly attempts: Attempt[];
  readonly failedScopes: Set<string>;
  readonly closedTiers: Set<number>;
  readonly routes: Set<string>;
  tier: number;
  tierSince: number;
  isReleased: boolean;
}

/**
 * Replays a schedule through reference models of breaker and cooldown, fed by the upstream side, and holds every
 * choice, every change of state and every snapshot of the engine against them: the ledger of permits.
 */
export class HealthReplay {
  readonly violations: Violation[] = [];
  readonly #facts: Facts;
  readonly #routes = new Map<string, Route>();
  readonly #cooldowns = new CooldownModel();
  readonly #isolated = new Set<TargetPlan>();
  readonly #progress = new Map<CallFact, Progress>();
  readonly #probes = new Map<string, { readonly attempt: Attempt; readonly until: number }>();
  #at = 0;
  #turn = 0;
  #index = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  run(): readonly Violation[] {
    for (const [index, entry] of this.#facts.timeline.entries()) {
      this.#index = index;
      this.#at = entry.at;
      this.#turn = entry.turn;
      this.#replay(entry);
    }
    return this.violations;
  }

  #replay(entry: TimelineEntry): void {
    switch (entry.type) {
      case "open":
        this.#begin(entry.upstream);
        return;
      case "read":
        if (!entry.isBroken) this.#read(entry.upstream, entry.parts);
        return;
      case "operator":
        this.#operate(entry.action, entry.targets);
        return;
      case "health":
        this.#compare(entry.health);
        return;
      case "event":
        if (entry.event.type === "skipped") this.#skipped(entry.event.callId, entry.event.skip);
        else if (entry.event.type === "attempt-end") this.#ended(entry.event.callId, entry.event.attempt);
        else if (entry.event.type === "repeat") this.#charged(entry.event.callId, entry.event.kind);
        else if (entry.event.type === "breaker") this.#changed(entry.event);
        else if (entry.event.type === "released") this.#progressOf(entry.event.callId).isReleased = true;
        else if (entry.event.type === "end") this.#callEnded(entry.event.callId);
        return;
      default:
        entry satisfies never;
    }
  }

  #begin(upstream: UpstreamFact): void {
    const { call, target } = upstream;
    const progress = this.#progressOf(call.id);
    const fact = attemptsOf(call).find(({ n }) => n === upstream.attempt);
    const record = fact?.record;
    if (fact === undefined || record === undefined) return;
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const isLastResort = record.venture === "last-resort";
    if (!isAgain && !isLastResort) this.#chosen(progress, upstream, record);
    if (progress.tier !== target.tier) progress.tierSince = this.#at;
    progress.tier = target.tier;
    const limit = firstContentLimit(this.#facts, fact, progress.tierSince, progress.isReleased);
    const permit = this.#permit(target, record);
    const attempt = {
      ...fact,
      target,
      permit,
      isShortened: limit < ownLimit(this.#facts, target),
      tierSince: progress.tierSince,
      wasReleased: progress.isReleased,
      hasContent: false,
    };
    if (permit.isProbe) this.#probes.set(routeOf(target), { attempt, until: this.#route(target).breaker.leaseUntil });
    progress.attempts.push(attempt);
    if (record.repair === undefined && progress.routes.has(routeOf(target))) {
      this.#repeated(target);
      if (record.repeat === undefined) this.#route(target).charges.push(this.#at);
    }
    progress.routes.add(routeOf(target));
    if (isLastResort) this.#lastResort(progress, target);
  }

  #permit(target: TargetPlan, record: AttemptRecord): ModelPermit {
    const { breaker, changedInTurn, isUnsure } = this.#route(target);
    const key = routeOf(target);
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const isProbe =
      record.breakerBefore === "open" || (record.venture === "probe" && record.breakerBefore === "half-open");
    const wasChanged = changedInTurn === this.#turn || isUnsure;
    if (!wasChanged && record.breakerBefore !== breaker.state)
      this.#violate(22, `${key} was ${breaker.state}, the attempt says ${record.breakerBefore}`);
    if (breaker.state === "closed") return breaker.start(this.#at);
    // It was let in just before the breaker opened.
    if (wasChanged && record.breakerBefore === "closed")
      return { generation: undefined, isProbe: false, provisionalAt: undefined };
    if (record.venture === undefined && !isAgain)
      this.#violate(28, `${key} is ${breaker.state} and was called like any other`);
    if (isAgain && record.repair === undefined && !wasChanged)
      this.#violate(28, `${key} is ${breaker.state} and was asked again`);
    if (record.venture === "trial" || isAgain) return breaker.start(this.#at);
    const earliest = breaker.state === "open" ? breaker.openUntil[0] : breaker.leaseUntil;
    if (record.venture === "probe" && this.#at < earliest && !isUnsure)
      this.#violate(28, `${key} was probed at ${this.#at}, before ${earliest}`);
    const other = this.#probes.get(key);
    if (breaker.state === "half-open" && other !== undefined && other.until > this.#at) {
      if (record.venture === "probe") this.#violate(28, `${key} has two probes`);
      return breaker.start(this.#at);
    }
    if (!isProbe) return breaker.start(this.#at);
    this.#touch(target);
    return breaker.probe(this.#at, ownLimit(this.#facts, target) + LEASE_MARGIN_MS);
  }

  /** The candidate that was taken must be the first one without an obstacle. */
  #chosen(progress: Progress, upstream: UpstreamFact, record: AttemptRecord): void {
    const { call, target } = upstream;
    progress.position++;
    const expected = this.#facts.plan.targets[progress.position];
    if (expected !== target)
      this.#violate(16, `call ${call.id} took target ${target.index} out of turn, not ${expected?.index}`);
    progress.position = target.index;
    const obstacle = this.#obstacle(progress, call, target);
    const isTrial = record.venture === "trial";
    if (
      obstacle !== undefined &&
      !(isTrial && obstacle === "cooldown") &&
      !(obstacle === "breaker" && record.breakerBefore === "closed")
    ) {
      this.#violate(16, `call ${call.id} took target ${target.index} in spite of ${obstacle}`);
    }
    const cooldown = this.#cooldowns.longest(target, this.#at);
    if (isTrial) {
      if (cooldown?.isHard !== true) this.#violate(16, `call ${call.id} tries a hard block that is none`);
      else if (!this.#cooldowns.isTrialDue(cooldown.scope, this.#at))
        this.#violate(16, `call ${call.id} tries a hard block too soon`);
      if (cooldown !== undefined) this.#cooldowns.trial(cooldown.scope, this.#at);
    } else if (cooldown !== undefined) {
      this.#violate(
        16,
        `call ${call.id} took target ${target.index}, whose ${cooldown.scope} is cooled until ${cooldown.until}`,
      );
    }
  }

  #skipped(callId: number, skip: SkipRecord): void {
    const call = this.#callOf(callId);
    const progress = this.#progressOf(callId);
    progress.position++;
    const target = this.#facts.plan.targets[progress.position];
    if (
      call === undefined ||
      target === undefined ||
      target.endpoint !== skip.endpoint ||
      target.vendor !== skip.vendor
    ) {
      this.#violate(16, `call ${callId} passed over ${skip.tier} out of turn`);
      return;
    }
    const obstacle = this.#obstacle(progress, call, target);
    if (obstacle === undefined && !this.#mayBe(skip.reason, progress, call, target)) {
      this.#violate(27, `call ${callId} passed over target ${target.index} for ${skip.reason}, which is not so`);
    }
  }

  /** What the models say stands in the way; undefined when they see nothing. */
  #obstacle(progress: Progress, { plan }: CallFact, target: TargetPlan): string | undefined {
    const tier = this.#facts.plan.tiers[target.tier];
    if (plan.tiers !== undefined && !plan.tiers.includes(tier?.name ?? "")) return "not-selected";
    if (tier?.degraded === true && !plan.allowDegraded) return "degraded-not-allowed";
    if (!target.tools && (plan.tools || plan.afterToolResult)) return "unsupported";
    if (progress.closedTiers.has(target.tier)) return "scope-failed";
    if (Object.values(scopesOf(target)).some((scope) => progress.failedScopes.has(scope))) return "scope-failed";
    if (this.#isolated.has(target)) return "isolated";
    const cooldown = this.#cooldowns.longest(target, this.#at);
    if (cooldown !== undefined)
      return cooldown.isHard && this.#cooldowns.isTrialDue(cooldown.scope, this.#at) ? undefined : "cooldown";
    const { breaker, isUnsure } = this.#route(target);
    if (isUnsure || breaker.state === "closed") return undefined;
    if (breaker.state === "open") return this.#at < breaker.openUntil[0] ? "breaker" : undefined;
    return this.#at < breaker.leaseUntil ? "breaker" : undefined;
  }

  /** Obstacles that the models know only roughly. */
  #mayBe(reason: SkipRecord["reason"], progress: Progress, call: CallFact, target: TargetPlan): boolean {
    const { breaker, charges, isUnsure, changedInTurn } = this.#route(target);
    switch (reason) {
      case "breaker":
        return (
          isUnsure || changedInTurn === this.#turn || (breaker.state === "open" && this.#at <= breaker.openUntil[1])
        );
      case "repeats-used-up":
        return (
          progress.routes.has(routeOf(target)) &&
          (breaker.state !== "closed" || isUnsure || charges.filter((at) => at > this.#at - 110_000).length >= 10)
        );
      case "no-time": {
        if (progress.attempts.length === 0) return false;
        const own = ownLimit(this.#facts, target);
        const { deadlineMs = 3_600_000, startWithinMs = Infinity } = call.plan;
        const left = call.startedAt + Math.min(deadlineMs, progress.isReleased ? Infinity : startWithinMs) - this.#at;
        const spare = progress.tier === target.tier ? progress.tierSince + own - this.#at : left;
        return Math.min(spare, left) < Math.min(own, 1_000);
      }
      case "cooldown":
        return this.#cooldowns.longest(target, this.#at)?.isHard === true && this.#isTrialComing();
      case "window-too-small":
      case "unsupported":
        return progress.attempts.some(
          ({ record }) => record?.class === "request.context-length" || record?.class === "request.unsupported",
        );
      default:
        return false;
    }
  }

  /** A repeat was decided. Waiting for one is only for the last candidate that is left. */
  #charged(callId: number, kind: "fresh-connection" | "backoff" | "wait"): void {
    const progress = this.#progressOf(callId);
    const target = progress.attempts.at(-1)?.target;
    const call = this.#callOf(callId);
    if (target === undefined || call === undefined) return;
    this.#route(target).charges.push(this.#at);
    if (kind === "fresh-connection" || this.#facts.plan.policy === "insists") return;
    const later = this.#facts.plan.targets.slice(progress.position + 1);
    const free = later.find(
      (one) =>
        this.#obstacle(progress, call, one) === undefined &&
        !this.#mayBe("no-time", progress, call, one) &&
        !this.#mayBe("breaker", progress, call, one) &&
        !this.#mayBe("repeats-used-up", progress, call, one) &&
        !this.#mayBe("window-too-small", progress, call, one),
    );
    if (free !== undefined)
      this.#violate(14, `call ${callId} waits for a repeat although target ${free.index} is left`);
  }

  /** Another call of this turn was let through to a hard block, and is about to begin. */
  #isTrialComing(): boolean {
    const coming = this.#facts.timeline.slice(this.#index).filter(({ turn }) => turn === this.#turn);
    return coming.some((entry) => {
      if (entry.type === "event") return entry.event.type === "attempt-end" && entry.event.attempt.venture === "trial";
      if (entry.type !== "open") return false;
      const { call, attempt } = entry.upstream;
      return attemptsOf(call).find(({ n }) => n === attempt)?.record?.venture === "trial";
    });
  }

  #repeated(target: TargetPlan): void {
    const { repeats } = this.#route(target);
    repeats.push(this.#at);
    for (const [index, from] of repeats.entries()) {
      const load = repeats.length - index;
      if (load > 10 + Math.floor((this.#at - from) / 10_000) + 1)
        this.#violate(19, `${routeOf(target)} had ${load} repeats since ${from}`);
    }
  }

  #lastResort(progress: Progress, target: TargetPlan): void {
    if (progress.attempts.length > 1) this.#violate(16, "a last resort was taken after other attempts");
    const cooldown = this.#cooldowns.longest(target, this.#at);
    if (cooldown?.isHard === true)
      this.#violate(16, `target ${target.index} is blocked until somebody acts and was the last resort`);
    if (this.#isolated.has(target)) this.#violate(16, `target ${target.index} is isolated and was the last resort`);
  }

  #read(upstream: UpstreamFact, parts: readonly StreamPart[]): void {
    const attempt = this.#progressOf(upstream.call.id).attempts.find(({ n }) => n === upstream.attempt);
    if (attempt === undefined || attempt.hasContent || attempt.endedAt < this.#at) return;
    const end = parts.findIndex(({ type }) => type === "end");
    // Content that comes together with the end is settled with it.
    if (end >= 0 || !parts.some(isContent)) return;
    attempt.hasContent = true;
    const { breaker } = this.#route(attempt.target);
    const before = breaker.state;
    breaker.firstContent(attempt.permit, this.#at);
    if (breaker.state !== before) this.#touch(attempt.target);
  }

  #ended(callId: number, record: AttemptRecord): void {
    const progress = this.#progressOf(callId);
    const attempt = progress.attempts.find(({ n }) => n === record.n);
    if (attempt === undefined) {
      this.#stoppedBeforeItBegan(progress, record);
      return;
    }
    const { target, permit, startedAt } = attempt;
    const route = this.#route(target);
    const { breaker } = route;
    const before = breaker.state;
    const verdict = this.#verdict(attempt, record, route);
    const stated = statedOf(attempt);
    if (verdict === undefined) route.isUnsure = true;
    breaker.settle(permit, verdict ?? "neutral", this.#at, stated ?? 0);
    if (breaker.state !== before) this.#touch(target);
    if (this.#probes.get(routeOf(target))?.attempt === attempt) this.#probes.delete(routeOf(target));
    if (record.firstContentMs !== undefined) progress.tierSince = this.#at;
    if (record.outcome === "answered") this.#cooldowns.answered(target, startedAt, this.#at);
    if (record.outcome !== "failed" || record.class === undefined) return;
    const call = this.#callOf(callId);
    const isRepaired =
      call !== undefined && attemptsOf(call).find(({ n }) => n === record.n + 1)?.record?.repair !== undefined;
    const rule = RULES[record.class];
    if (!isRepaired) {
      if (rule.scope !== undefined) progress.failedScopes.add(scopesOf(target)[rule.scope]);
      if (rule.closesTier === true) progress.closedTiers.add(target.tier);
    }
    const context = { statedMs: stated, requestedAt: startedAt, forMs: record.cooldownMs, now: this.#at };
    const fault = this.#cooldowns.failed(target, record.class, context);
    if (fault !== undefined) this.#violate(30, `call ${callId} attempt ${record.n} ${fault}`);
  }

  /** The hook that announced the attempt ended the call: it counts as a start and says nothing. */
  #stoppedBeforeItBegan(progress: Progress, record: AttemptRecord): void {
    const target = this.#facts.plan.targets.find(
      ({ vendor, endpoint, index }) =>
        vendor === record.vendor &&
        endpoint === record.endpoint &&
        (record.venture === "last-resort" || index >= progress.position),
    );
    if (target === undefined) return;
    const cooldown = this.#cooldowns.longest(target, this.#at);
    if (record.venture === "trial" && cooldown !== undefined) this.#cooldowns.trial(cooldown.scope, this.#at);
    this.#route(target).breaker.settle(this.#permit(target, record), "neutral", this.#at, 0);
  }

  #verdict(attempt: Attempt, record: AttemptRecord, route: Route): HealthVerdict | undefined {
    if (record.outcome === "stopped") return "neutral";
    const failureClass = record.class;
    if (failureClass === undefined) {
      const wasThrown = attempt.upstream?.thrown?.at === attempt.endedAt;
      if (!wasThrown) route.throwsInARow = 0;
      return "ok";
    }
    route.throwsInARow = failureClass === "adapter.threw" ? route.throwsInARow + 1 : 0;
    if (failureClass === "adapter.threw") return route.throwsInARow >= 3 ? "bad" : "neutral";
    const isOurs =
      /^timeout\.(first-content|liveness|progress)$/.test(failureClass) &&
      attempt.upstream?.thrown?.at !== attempt.endedAt;
    if (isOurs && sleptWithin(this.#facts, attempt.startedAt, this.#at) > 0) {
      // Whatever was decided that late says nothing; in between, the engine may have armed its timer for something earlier.
      const isLate = lateness(this.#facts, attempt, attempt.tierSince, attempt.wasReleased) > 255;
      return isLate ? "neutral" : undefined;
    }
    if (failureClass === "timeout.first-content" && attempt.isShortened) return "neutral";
    if (attempt.permit.isProbe && failureClass.startsWith("rate.")) return "ok";
    return RULES[failureClass].health;
  }

  #changed({
    from,
    to,
    ...route
  }: {
    from: string;
    to: string;
    vendor: string;
    model: string;
    endpoint: string;
  }): void {
    const legal = ["closed open", "open half-open", "half-open closed", "half-open open", "open closed"];
    if (!legal.includes(`${from} ${to}`)) this.#violate(22, `${routeOf(route)} went from ${from} to ${to}`);
    const own = this.#routes.get(routeOf(route));
    if (own !== undefined) own.changedInTurn = this.#turn;
  }

  #operate(action: "isolate" | "enable", targets: readonly TargetPlan[]): void {
    for (const target of targets) {
      if (action === "isolate") this.#isolated.add(target);
      else {
        this.#isolated.delete(target);
        this.#cooldowns.reset(target, this.#at);
        this.#route(target).breaker.closeByHand(this.#at);
        this.#touch(target);
      }
    }
  }

  /** At the end of each turn: what the engine says of itself against what it must be. */
  #compare(health: readonly TargetHealth[]): void {
    for (const [index, said] of health.entries()) {
      const target = this.#facts.plan.targets[index];
      if (target === undefined) continue;
      const { breaker, isUnsure } = this.#route(target);
      if (isUnsure) continue;
      const key = routeOf(target);
      if (said.breaker !== breaker.state) {
        this.#violate(23, `${key} is ${said.breaker} and must be ${breaker.state}`);
        this.#route(target).isUnsure = true;
        continue;
      }
      const counts = breaker.counts(this.#at);
      for (const name of ["starts", "ok", "bad", "slow"] as const) {
        if (said.counts[name] === counts[name]) continue;
        const invariant = name === "bad" && said.counts.bad > counts.bad ? 26 : 25;
        this.#violate(invariant, `${key} counts ${said.counts[name]} ${name} and must count ${counts[name]}`);
        this.#route(target).isUnsure = true;
      }
      if (breaker.state === "open" && said.cooldownScope === undefined && !said.isIsolated)
        this.#checkOpen(breaker, said, key);
    }
  }

  #checkOpen(breaker: BreakerModel, said: TargetHealth, key: string): void {
    const [low, high] = breaker.openUntil;
    const until = this.#at + said.blockedForMs;
    if (until < Math.max(low, this.#at) - 1e-6 || until > Math.max(high, this.#at) + 1e-6) {
      this.#violate(29, `${key} stays open until ${until}, not ${low} to ${high}`);
    }
    if (low !== high) breaker.openUntil = [until, until];
  }

  #callEnded(callId: number): void {
    const call = this.#callOf(callId);
    if (call === undefined || call.upstream.length > 0 || call.abortedAt !== undefined) return;
    const progress = this.#progressOf(callId);
    const open = this.#facts.plan.targets.find((target) => {
      const obstacle = this.#obstacle(progress, call, target);
      if (obstacle === undefined) return !this.#isolated.has(target);
      return (
        obstacle === "breaker" ||
        (obstacle === "cooldown" && this.#cooldowns.longest(target, this.#at)?.isHard !== true)
      );
    });
    if (open !== undefined)
      this.#violate(17, `call ${callId} made no attempt although target ${open.index} could be tried`);
  }

  #touch(target: TargetPlan): void {
    this.#route(target).changedInTurn = this.#turn;
  }

  #route(target: TargetPlan): Route {
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

  #callOf(callId: number): CallFact | undefined {
    return this.#facts.calls[callId - 1];
  }

  #progressOf(callId: number): Progress {
    const call = this.#callOf(callId);
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

  #violate(invariant: number, text: string): void {
    this.violations.push({ invariant, text: `${text} (at ${this.#at})` });
  }
}

function isContent(part: StreamPart): boolean {
  if (part.type === "text-delta" || part.type === "reasoning-delta") return part.delta !== "";
  return /^(tool-call|tool-call-start|tool-call-delta|refusal|source|file|opaque)$/.test(part.type);
}

/** The time an upstream stated; what is no time at all counts as not stated. */
function statedOf({ upstream, endedAt }: AttemptFact): number | undefined {
  const error = upstream?.thrown?.at === endedAt ? upstream.thrown.error : undefined;
  if (!isTargetFailure(error)) return undefined;
  const { retryAfterMs } = error.details;
  return retryAfterMs === undefined || Number.isNaN(retryAfterMs) || retryAfterMs < 0 ? undefined : retryAfterMs;
}

import type { AttemptRecord, TargetHealth } from "@understudy/core";
import { isTargetFailure, type StreamPart } from "@understudy/core/adapter";
import type { Facts, TimelineEntry, UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { BreakerModel, ModelPermit } from "./breaker-model.ts";
import { callEnded, charged, chosen, lastResort, repeated, skipped } from "./choices.ts";
import { firstContentLimit, lateness } from "./clocks.ts";
import { KnownHealth, type Progress, type ReplayedAttempt, type Route } from "./known-health.ts";
import { RULES } from "./rules.ts";
import {
  attemptsOf,
  isContent,
  ownLimit,
  routeOf,
  scopesOf,
  sleptWithin,
  type AttemptFact,
  type HealthVerdict,
  type Violation,
} from "./words.ts";

const LEASE_MARGIN_MS = 5_000;

/**
 * Replays a schedule through reference models of breaker and cooldown, fed by the upstream side, and holds every
 * choice, every change of state and every snapshot of the engine against them: the ledger of permits.
 */
export class HealthReplay {
  readonly #known: KnownHealth;
  readonly #probes = new Map<string, { readonly attempt: ReplayedAttempt; readonly until: number }>();

  constructor(facts: Facts) {
    this.#known = new KnownHealth(facts);
  }

  run(): readonly Violation[] {
    for (const [index, entry] of this.#known.facts.timeline.entries()) {
      this.#known.index = index;
      this.#known.at = entry.at;
      this.#known.turn = entry.turn;
      this.#replay(entry);
    }
    return this.#known.violations;
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
        if (entry.event.type === "skipped") skipped(this.#known, entry.event.callId, entry.event.skip);
        else if (entry.event.type === "attempt-end") this.#ended(entry.event.callId, entry.event.attempt);
        else if (entry.event.type === "repeat") charged(this.#known, entry.event.callId, entry.event.kind);
        else if (entry.event.type === "breaker") this.#changed(entry.event);
        else if (entry.event.type === "released") this.#known.progressOf(entry.event.callId).isReleased = true;
        else if (entry.event.type === "end") {
          if (entry.event.code === "aborted") {
            this.#known.cutTurn = entry.turn;
            this.#known.cuts.push(entry.at);
          }
          callEnded(this.#known, entry.event.callId);
        }
        return;
      default:
        entry satisfies never;
    }
  }

  #begin(upstream: UpstreamFact): void {
    const { call, target } = upstream;
    const progress = this.#known.progressOf(call.id);
    const fact = attemptsOf(call).find(({ n }) => n === upstream.attempt);
    const record = fact?.record;
    if (fact === undefined || record === undefined) return;
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const isLastResort = record.venture === "last-resort";
    if (!isAgain && !isLastResort) chosen(this.#known, progress, upstream, record);
    if (progress.tier !== target.tier) progress.tierSince = this.#known.at;
    progress.tier = target.tier;
    const limit = firstContentLimit(this.#known.facts, fact, progress.tierSince, progress.isReleased);
    const permit = this.#permit(target, record);
    const attempt = {
      ...fact,
      target,
      permit,
      isShortened: limit < ownLimit(this.#known.facts, target),
      tierSince: progress.tierSince,
      wasReleased: progress.isReleased,
      hasContent: false,
    };
    if (permit.isProbe)
      this.#probes.set(routeOf(target), { attempt, until: this.#known.route(target).breaker.leaseUntil });
    progress.attempts.push(attempt);
    if (record.repair === undefined && progress.routes.has(routeOf(target))) {
      repeated(this.#known, target);
      if (record.repeat === undefined) this.#known.route(target).charges.push(this.#known.at);
    }
    progress.routes.add(routeOf(target));
    if (isLastResort) lastResort(this.#known, progress, target);
  }

  #permit(target: TargetPlan, record: AttemptRecord): ModelPermit {
    const { breaker, changedInTurn, isUnsure } = this.#known.route(target);
    const key = routeOf(target);
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const isProbe =
      record.breakerBefore === "open" || (record.venture === "probe" && record.breakerBefore === "half-open");
    const wasChanged = changedInTurn === this.#known.turn || isUnsure;
    if (!wasChanged && record.breakerBefore !== breaker.state)
      this.#known.violate(22, `${key} was ${breaker.state}, the attempt says ${record.breakerBefore}`);
    if (breaker.state === "closed") return breaker.start(this.#known.at);
    // It was let in just before the breaker opened.
    if (wasChanged && record.breakerBefore === "closed")
      return { generation: undefined, isProbe: false, provisionalAt: undefined };
    if (record.venture === undefined && !isAgain)
      this.#known.violate(28, `${key} is ${breaker.state} and was called like any other`);
    if (isAgain && record.repair === undefined && !wasChanged)
      this.#known.violate(28, `${key} is ${breaker.state} and was asked again`);
    if (record.venture === "trial" || isAgain) return breaker.start(this.#known.at);
    const earliest = breaker.state === "open" ? breaker.openUntil[0] : breaker.leaseUntil;
    if (record.venture === "probe" && this.#known.at < earliest && !isUnsure)
      this.#known.violate(28, `${key} was probed at ${this.#known.at}, before ${earliest}`);
    const other = this.#probes.get(key);
    if (breaker.state === "half-open" && other !== undefined && other.until > this.#known.at) {
      if (record.venture === "probe") this.#known.violate(28, `${key} has two probes`);
      return breaker.start(this.#known.at);
    }
    if (!isProbe) return breaker.start(this.#known.at);
    this.#known.touch(target);
    return breaker.probe(this.#known.at, ownLimit(this.#known.facts, target) + LEASE_MARGIN_MS);
  }

  #read(upstream: UpstreamFact, parts: readonly StreamPart[]): void {
    const attempt = this.#known.progressOf(upstream.call.id).attempts.find(({ n }) => n === upstream.attempt);
    if (attempt === undefined || attempt.hasContent || attempt.endedAt < this.#known.at) return;
    const end = parts.findIndex(({ type }) => type === "end");
    // Content that comes together with the end is settled with it.
    if (end >= 0 || !parts.some(isContent)) return;
    attempt.hasContent = true;
    const { breaker } = this.#known.route(attempt.target);
    const before = breaker.state;
    breaker.firstContent(attempt.permit, this.#known.at);
    if (breaker.state !== before) this.#known.touch(attempt.target);
  }

  #ended(callId: number, record: AttemptRecord): void {
    const progress = this.#known.progressOf(callId);
    const attempt = progress.attempts.find(({ n }) => n === record.n);
    if (attempt === undefined) {
      this.#stoppedBeforeItBegan(progress, record);
      return;
    }
    const { target, permit, startedAt } = attempt;
    const route = this.#known.route(target);
    const { breaker } = route;
    const before = breaker.state;
    const verdict = this.#verdict(attempt, record, route);
    const stated = statedOf(attempt);
    if (verdict === undefined) route.isUnsure = true;
    breaker.settle(permit, verdict ?? "neutral", this.#known.at, stated ?? 0);
    if (breaker.state !== before) this.#known.touch(target);
    if (this.#probes.get(routeOf(target))?.attempt === attempt) this.#probes.delete(routeOf(target));
    if (record.firstContentMs !== undefined) progress.tierSince = this.#known.at;
    if (record.outcome === "answered") this.#known.cooldowns.answered(target, startedAt, this.#known.at);
    if (record.outcome !== "failed" || record.class === undefined) return;
    const call = this.#known.callOf(callId);
    const isRepaired =
      call !== undefined && attemptsOf(call).find(({ n }) => n === record.n + 1)?.record?.repair !== undefined;
    const rule = RULES[record.class];
    if (!isRepaired) {
      if (rule.scope !== undefined) progress.failedScopes.add(scopesOf(target)[rule.scope]);
      if (rule.closesTier === true) progress.closedTiers.add(target.tier);
    }
    const context = { statedMs: stated, requestedAt: startedAt, forMs: record.cooldownMs, now: this.#known.at };
    const fault = this.#known.cooldowns.failed(target, record.class, context);
    if (fault !== undefined) this.#known.violate(30, `call ${callId} attempt ${record.n} ${fault}`);
  }

  /** The hook that announced the attempt ended the call: it counts as a start and says nothing. */
  #stoppedBeforeItBegan(progress: Progress, record: AttemptRecord): void {
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const target = this.#known.facts.plan.targets.find(
      ({ vendor, endpoint, index }) =>
        vendor === record.vendor &&
        endpoint === record.endpoint &&
        (record.venture === "last-resort" || (isAgain ? index === progress.position : index > progress.position)),
    );
    if (target === undefined) return;
    const cooldown = this.#known.cooldowns.longest(target, this.#known.at);
    if (record.venture === "trial" && cooldown !== undefined)
      this.#known.cooldowns.trial(cooldown.scope, this.#known.at);
    this.#known.route(target).breaker.settle(this.#permit(target, record), "neutral", this.#known.at, 0);
  }

  #verdict(attempt: ReplayedAttempt, record: AttemptRecord, route: Route): HealthVerdict | undefined {
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
    if (isOurs && sleptWithin(this.#known.facts, attempt.startedAt, this.#known.at) > 0) {
      // Whatever was decided that late says nothing; in between, the engine may have armed its timer for something earlier.
      const isLate = lateness(this.#known.facts, attempt, attempt.tierSince, attempt.wasReleased) > 255;
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
    if (!legal.includes(`${from} ${to}`)) this.#known.violate(22, `${routeOf(route)} went from ${from} to ${to}`);
    const own = this.#known.route(route);
    own.changedInTurn = this.#known.turn;
  }

  #operate(action: "isolate" | "enable", targets: readonly TargetPlan[]): void {
    for (const target of targets) {
      if (action === "isolate") this.#known.isolated.add(target);
      else {
        this.#known.isolated.delete(target);
        this.#known.cooldowns.reset(target, this.#known.at);
        this.#known.route(target).breaker.closeByHand(this.#known.at);
        this.#known.touch(target);
      }
    }
  }

  /** At the end of each turn: what the engine says of itself against what it must be. */
  #compare(health: readonly TargetHealth[]): void {
    for (const [index, said] of health.entries()) {
      const target = this.#known.facts.plan.targets[index];
      if (target === undefined) continue;
      const { breaker, isUnsure } = this.#known.route(target);
      if (isUnsure) continue;
      const key = routeOf(target);
      if (said.breaker !== breaker.state) {
        this.#known.violate(23, `${key} is ${said.breaker} and must be ${breaker.state}`);
        this.#known.route(target).isUnsure = true;
        continue;
      }
      const isCut = this.#known.cutTurn === this.#known.turn;
      // Let in and ended from outside before it began: a start all the same.
      const extra = breaker.state === "closed" ? said.counts.starts - breaker.counts(this.#known.at).starts : 0;
      if (isCut) for (let more = 0; more < extra; more++) breaker.start(this.#known.at);
      const counts = breaker.counts(this.#known.at);
      for (const name of ["starts", "ok", "bad", "slow"] as const) {
        if (said.counts[name] === counts[name]) continue;
        const invariant = name === "bad" && said.counts.bad > counts.bad ? 26 : 25;
        this.#known.violate(invariant, `${key} counts ${said.counts[name]} ${name} and must count ${counts[name]}`);
        this.#known.route(target).isUnsure = true;
      }
      if (breaker.state === "open" && said.cooldownScope === undefined && !said.isIsolated)
        this.#checkOpen(breaker, said, key);
    }
  }

  #checkOpen(breaker: BreakerModel, said: TargetHealth, key: string): void {
    const [low, high] = breaker.openUntil;
    const until = this.#known.at + said.blockedForMs;
    const isCut = this.#known.cutTurn === this.#known.turn;
    const isWithin = until >= Math.max(low, this.#known.at) - 1e-6 && until <= Math.max(high, this.#known.at) + 1e-6;
    if (!isWithin && !isCut) {
      this.#known.violate(29, `${key} stays open until ${until}, not ${low} to ${high}`);
    }
    if (low !== high || isCut) breaker.openUntil = [until, until];
  }
}

/** The time an upstream stated; what is no time at all counts as not stated. */
function statedOf({ upstream, endedAt }: AttemptFact): number | undefined {
  const error = upstream?.thrown?.at === endedAt ? upstream.thrown.error : undefined;
  if (!isTargetFailure(error)) return undefined;
  const { retryAfterMs } = error.details;
  return retryAfterMs === undefined || Number.isNaN(retryAfterMs) || retryAfterMs < 0 ? undefined : retryAfterMs;
}

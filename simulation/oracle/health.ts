import type { AttemptRecord, TargetHealth } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { Facts, TimelineEntry, UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { BreakerModel, ModelPermit } from "./breaker-model.ts";
import {
  callEnded,
  charged,
  chosen,
  hedged,
  keepsPlaces,
  keepsPromises,
  lastResort,
  owesConnection,
  repeated,
  skipped,
} from "./choices.ts";
import { KnownHealth, type Progress, type ReplayedAttempt } from "./known-health.ts";
import { isStop, RULES } from "./rules.ts";
import { limitOf, type LimitRange } from "./shares.ts";
import type { QuotaRequest } from "./quota-model.ts";
import { isNamed } from "./siblings.ts";
import { EARLY_MS } from "./tolerance.ts";
import {
  attemptsOf,
  followerOf,
  isContent,
  isDeadConnection,
  ownLimit,
  routeOf,
  scopesOf,
  type Violation,
} from "./words.ts";
import { learnOutput, statedOf, verdictOf } from "./verdicts.ts";

const LEASE_MARGIN_MS = 5_000;

/**
 * Replays a schedule through reference models of breaker and cooldown, fed by the upstream side, and holds every
 * choice, every change of state and every snapshot of the engine against them: the ledger of permits.
 */
export class HealthReplay {
  readonly #known: KnownHealth;
  readonly #probes = new Map<string, { readonly attempt: ReplayedAttempt; readonly until: number }>();
  readonly #requests = new Map<UpstreamFact, QuotaRequest>();
  /** How long each attempt may have waited for its first content. */
  readonly limits: Map<UpstreamFact, LimitRange> = new Map();

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
        this.#hear(entry);
        return;
      default:
        entry satisfies never;
    }
  }

  #hear({ event, at, turn }: Extract<TimelineEntry, { type: "event" }>): void {
    const known = this.#known;
    switch (event.type) {
      case "skipped":
        keepsPromises(known, known.progressOf(event.callId), "went on");
        skipped(known, event.callId, event.skip);
        return;
      case "hedge":
        if (event.skipped === undefined) hedged(known, known.progressOf(event.callId));
        return;
      case "attempt-end":
        this.#ended(event.callId, event.record);
        return;
      case "repeat":
        charged(known, event.callId, event.kind);
        return;
      case "repair":
        keepsPlaces(known, known.progressOf(event.callId));
        return;
      case "breaker":
        this.#changed(event);
        return;
      case "released":
        known.progressOf(event.callId).isReleased = true;
        return;
      case "end":
        if (event.code === "aborted") {
          known.cutTurn = turn;
          known.cuts.push(at);
        }
        callEnded(known, event);
        return;
      default:
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
    if (record.repeat !== undefined) progress.isPromised = false;
    keepsPromises(this.#known, progress, `asked target ${target.index}`);
    if (!isAgain && !isLastResort) chosen(this.#known, progress, upstream, record);
    this.#requests.set(upstream, this.#known.quotas.asked(target, this.#known.at, this.#known.turn));
    if (progress.tier !== target.tier) progress.tierSince.set(target.tier, this.#known.at);
    progress.tier = target.tier;
    const asked = progress.routes.get(routeOf(target)) ?? 0;
    const wasAsked = asked > 0;
    // From now on a sibling on the same route costs a repeat, which it may not have.
    progress.routes.set(routeOf(target), asked + 1);
    this.limits.set(upstream, limitOf(this.#known, progress, target, isLastResort));
    // The attempt on a new connection speaks for the one whose connection was dead.
    const permit = progress.carried ?? this.#permit(target, record);
    progress.carried = undefined;
    const attempt = { ...fact, target, permit, hasContent: false };
    if (permit.kind === "probe")
      this.#probes.set(routeOf(target), { attempt, until: this.#known.route(target).breaker.leaseUntil });
    const before = progress.last;
    const isNobodysFault = record.repeat !== undefined && before !== undefined && isDeadConnection(before);
    progress.attempts.push(attempt);
    progress.running.add(attempt);
    if (record.repair === undefined && !isNobodysFault && wasAsked) {
      repeated(this.#known, target);
      if (record.repeat === undefined) this.#known.route(target).charges.push(this.#known.at);
    }
    if (isLastResort && !isAgain) lastResort(this.#known, progress, target);
  }

  #permit(target: TargetPlan, record: AttemptRecord): ModelPermit {
    const { breaker, changedInTurn, isUnsure } = this.#known.route(target);
    const key = routeOf(target);
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const wasChanged = changedInTurn === this.#known.turn || isUnsure;
    if (!wasChanged && record.breakerBefore !== breaker.state)
      this.#known.violate("R8.4", `${key} was ${breaker.state}, the attempt says ${record.breakerBefore}`);
    const { at } = this.#known;
    if (breaker.state === "closed") return breaker.start(at);
    // It was let in just before the breaker changed its state: what becomes of it counts for nothing.
    if (wasChanged && record.venture !== "probe" && record.breakerBefore !== breaker.state)
      return { ...breaker.start(at), kind: "worthless" };
    if (record.venture === undefined && !isAgain)
      this.#known.violate("R6.6", `${key} is ${breaker.state} and was called like any other`);
    if (record.venture !== "probe") return breaker.start(at);
    const earliest = breaker.state === "open" ? breaker.openUntil[0] : breaker.leaseUntil;
    if (at < earliest - EARLY_MS && !isUnsure)
      this.#known.violate("R6.6", `${key} was probed at ${at}, before ${earliest}`);
    const other = this.#probes.get(key);
    if (breaker.state === "half-open" && other !== undefined && other.until > at) {
      this.#known.violate("R6.6", `${key} has two probes`);
      return breaker.start(at);
    }
    this.#known.touch(target);
    return breaker.probe(at, ownLimit(this.#known.facts, target) + LEASE_MARGIN_MS);
  }

  #read(upstream: UpstreamFact, parts: readonly StreamPart[]): void {
    const attempt = this.#known.progressOf(upstream.call.id).attempts.find(({ n }) => n === upstream.attempt);
    if (attempt === undefined || attempt.hasContent || attempt.endedAt < this.#known.at) return;
    const end = parts.findIndex(({ type }) => type === "end");
    if (!(end < 0 ? parts : parts.slice(0, end)).some(isContent)) return;
    attempt.hasContent = true;
    const { breaker } = this.#known.route(attempt.target);
    const before = breaker.state;
    breaker.firstContent(attempt.permit, this.#known.at);
    if (breaker.state !== before) this.#known.touch(attempt.target);
  }

  #ended(callId: number, record: AttemptRecord): void {
    const progress = this.#known.progressOf(callId);
    const attempt = progress.attempts.find(({ n }) => n === record.attempt);
    if (attempt === undefined) {
      this.#stoppedBeforeItBegan(progress, record);
      return;
    }
    this.#hearOfLimits(attempt, record);
    const { target, permit } = attempt;
    const { startedAt } = permit;
    const { policy } = this.#known.facts.plan;
    const route = this.#known.route(target);
    const { breaker } = route;
    const before = breaker.state;
    const stated = statedOf(attempt);
    const call = this.#known.callOf(callId);
    const next = call === undefined ? undefined : followerOf(call, record.attempt)?.record;
    progress.running.delete(attempt);
    for (const other of progress.running) progress.tier = other.target.tier;
    progress.last = attempt;
    if (record.stoppedBy === "hedge") mayBeAskedAgain(progress, attempt, record);
    if (isDeadConnection(attempt) && next?.repeat !== undefined) progress.carried = permit;
    else {
      const verdict = verdictOf(this.#known, this.limits, attempt, record);
      breaker.settle(permit, verdict ?? "neutral", this.#known.at, stated ?? 0);
      route.isUnsure ||= verdict === undefined || breaker.isUnsure;
    }
    if (breaker.state !== before) this.#known.touch(target);
    if (this.#probes.get(routeOf(target))?.attempt === attempt) this.#probes.delete(routeOf(target));
    if (record.firstContentMs !== undefined)
      for (const tier of progress.tierSince.keys()) progress.tierSince.set(tier, this.#known.at);
    if (record.outcome === "answered") this.#known.cooldowns.answered(target, startedAt, this.#known.at);
    if (record.outcome !== "failed" || record.class === undefined) return;
    const isRepaired = next?.repair !== undefined && next.repeat === undefined;
    const rule = RULES[record.class];
    if (!isRepaired) {
      if (rule.scope !== undefined) progress.failedScopes.add(scopesOf(target)[rule.scope]);
      if (rule.closesTier === true) progress.closedTiers.add(target.tier);
      if (record.class === "request.context-length") tryUnknownWindowsLast(progress);
    }
    const context = { statedMs: stated, requestedAt: startedAt, forMs: record.cooldownMs, now: this.#known.at };
    if (!isRepaired) learnOutput(progress, attempt, record);
    progress.isStopped = !isRepaired && isStop(policy, record.class, progress.isReleased);
    progress.isOwedConnection = progress.running.size === 0 && owesConnection(this.#known, progress, record);
    const fault = this.#known.cooldowns.failed(target, record.class, context);
    if (fault !== undefined) this.#known.violate("R7.2", `call ${callId} attempt ${record.attempt} ${fault}`);
  }

  /** The engine hears of them when the attempt is over; they are as old as its headers. */
  #hearOfLimits({ n }: ReplayedAttempt, record: AttemptRecord): void {
    const { rateLimits } = record;
    const { at, quotas } = this.#known;
    for (const [upstream, request] of this.#requests) {
      if (
        request.endedAt < Infinity ||
        upstream.attempt !== n ||
        upstream.call.events.every(({ event }) => event.type !== "attempt-end" || event.record !== record)
      )
        continue;
      request.endedAt = at;
      if (rateLimits === undefined) return;
      const headersAt = at - record.endedMs + (record.firstContentMs ?? record.endedMs);
      quotas.stated(request, {
        heardAt: at,
        left: Number(rateLimits["remaining-requests"]),
        limit: Number(rateLimits["limit-requests"]),
        resetAt: headersAt + Number.parseInt(rateLimits["reset-requests"] ?? "", 10),
      });
    }
  }

  /** The hook that announced the attempt ended the call: it counts as a start and says nothing. */
  #stoppedBeforeItBegan(progress: Progress, record: AttemptRecord): void {
    const isAgain = record.repeat !== undefined || record.repair !== undefined;
    const target = progress.order.find(
      (one, index) =>
        isNamed(this.#known.facts, one, record) &&
        (record.venture === "last-resort" || (isAgain ? index === progress.position : index > progress.position)),
    );
    if (target === undefined) return;
    this.#known.quotas.unsent(target);
    const cooldown = this.#known.cooldowns.longest(target, this.#known.at);
    if (record.venture === "trial" && cooldown !== undefined)
      this.#known.cooldowns.trial(cooldown.scope, this.#known.at);
    const permit = progress.carried ?? this.#permit(target, record);
    progress.carried = undefined;
    this.#known.route(target).breaker.settle(permit, "neutral", this.#known.at, 0);
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
    if (!legal.includes(`${from} ${to}`)) this.#known.violate("R6.1", `${routeOf(route)} went from ${from} to ${to}`);
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
        this.#known.violate("R6.1", `${key} is ${said.breaker} and must be ${breaker.state}`);
        this.#known.route(target).isUnsure = true;
        continue;
      }
      const isCut = this.#known.cutTurn === this.#known.turn;
      if (isCut && breaker.state === "closed") {
        // Let in and ended from outside before it began: a start all the same, without a word about the route.
        const extra = said.counts.starts - breaker.counts(this.#known.at).starts[1];
        for (let more = 0; more < extra; more++) breaker.start(this.#known.at).isMute = true;
      }
      const counts = breaker.counts(this.#known.at);
      for (const name of ["starts", "ok", "bad", "slow"] as const) {
        const [least, most] = counts[name];
        if (said.counts[name] >= least && said.counts[name] <= most) continue;
        const rule = name === "bad" && said.counts.bad > most ? "R6.2" : "R6.11";
        this.#known.violate(rule, `${key} counts ${said.counts[name]} ${name} and must count ${most}`);
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
    const isWithin =
      until >= Math.max(low, this.#known.at) - EARLY_MS && until <= Math.max(high, this.#known.at) + EARLY_MS;
    if (!isWithin && !isCut) {
      this.#known.violate("R6.5", `${key} stays open until ${until}, not ${low} to ${high}`);
    }
    if (low !== high || isCut) breaker.openUntil = [until, until];
  }
}

/** R14.6: It did not fail. A hedge has its place in the order again, the other one comes behind all; each of them once. */
function mayBeAskedAgain(progress: Progress, { target }: ReplayedAttempt, { repeat, repair }: AttemptRecord): void {
  const { order, position, routes, lost } = progress;
  routes.set(routeOf(target), (routes.get(routeOf(target)) ?? 1) - 1);
  if (repeat !== undefined || repair !== undefined || lost.has(target)) return;
  lost.add(target);
  if (order[position] === target) progress.position--;
  else progress.order = [...order, target];
}

/** Behind a candidate that was too small, a window that is known to be larger comes before one that nobody knows. */
function tryUnknownWindowsLast(progress: Progress): void {
  const { order, position } = progress;
  const rest = order.slice(position + 1);
  const known = rest.filter(({ contextWindow }) => contextWindow !== "unknown");
  const unknown = rest.filter(({ contextWindow }) => contextWindow === "unknown");
  progress.order = [...order.slice(0, position + 1), ...known, ...unknown];
}

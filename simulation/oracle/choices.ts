import { isUnderstudyError, type AttemptRecord, type EngineEvent, type SkipRecord } from "@understudy/core";
import type { UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { KnownHealth, Progress } from "./known-health.ts";
import { leftOfCall } from "./shares.ts";
import { isNamed, sharesFairly, takesPlace } from "./siblings.ts";
import { EARLY_MS, LATE_MS } from "./tolerance.ts";
import { failureOf, isDeadConnection, routeOf } from "./words.ts";

/** The candidate that was taken must be the first one without an obstacle. */
export function chosen(known: KnownHealth, progress: Progress, upstream: UpstreamFact, record: AttemptRecord): void {
  const { call, target } = upstream;
  progress.position++;
  takesPlace(known, progress, (one) => one === target);
  const expected = progress.order[progress.position];
  if (expected !== target)
    known.violate("R1.1", `call ${call.id} took target ${target.index} out of turn, not ${expected?.index}`);
  progress.position = progress.order.indexOf(target, Math.max(0, progress.position));
  sharesFairly(known, progress, target);
  const isFresh = !progress.late.has(target) && !progress.lost.has(target);
  const isSteered = known.facts.plan.steering?.isAsked === true && isFresh && known.free(progress).length > 0;
  if (isSteered && known.quotas.isUsedUp(target, known.at, known.turn))
    known.violate("R16.4", `call ${call.id} took target ${target.index}, of whose limit nothing is left`);
  const obstacle = known.obstacle(progress, target);
  const isTrial = record.venture === "trial";
  if (
    obstacle !== undefined &&
    !(isTrial && obstacle === "cooldown") &&
    !(obstacle === "breaker" && record.breakerBefore === "closed")
  ) {
    known.violate("R1.2", `call ${call.id} took target ${target.index} in spite of ${obstacle}`);
  }
  const cooldown = known.cooldowns.longest(target, known.at + EARLY_MS);
  if (isTrial) {
    if (cooldown?.isHard !== true) known.violate("R7.4", `call ${call.id} tries a hard block that is none`);
    else if (known.at < known.cooldowns.trialDueAt(cooldown.scope) - EARLY_MS)
      known.violate("R7.4", `call ${call.id} tries a hard block too soon`);
    if (cooldown !== undefined) known.cooldowns.trial(cooldown.scope, known.at);
  } else if (cooldown !== undefined) {
    known.violate(
      "R1.2",
      `call ${call.id} took target ${target.index}, whose ${cooldown.scope} is cooled until ${cooldown.until}`,
    );
  }
}

export function skipped(known: KnownHealth, callId: number, skip: SkipRecord): void {
  const progress = known.progressOf(callId);
  progress.position++;
  takesPlace(known, progress, (one) => isNamed(known.facts, one, skip));
  const target = progress.order[progress.position];
  if (target === undefined || !isNamed(known.facts, target, skip)) {
    known.violate("R1.1", `call ${callId} passed over ${skip.tier} out of turn`);
    return;
  }
  if (skip.reason === "quota-low") {
    comesAgain(known, progress, target);
    return;
  }
  if (known.obstacle(progress, target) === undefined && !known.mayBe(skip.reason, progress, target)) {
    known.violate("R1.2", `call ${callId} passed over target ${target.index} for ${skip.reason}, which is not so`);
  }
  const causes =
    skip.reason === "cooldown"
      ? [-EARLY_MS, EARLY_MS].map((ms) => known.cooldowns.longest(target, known.at + ms)?.because)
      : [undefined];
  if (!causes.includes(skip.class))
    known.violate("R1.2", `call ${callId} blames ${skip.class} for what ${causes.join(", ")} has done`);
}

/** R16.1: What was learnt puts a target behind those that may be asked, once, and only while there is one. */
function comesAgain(known: KnownHealth, progress: Progress, target: TargetPlan): void {
  const { id } = progress.call;
  // Another call of this turn may have been let in there, and be about to begin.
  const coming = known.facts.timeline.filter(
    ({ type, turn }, index) => type === "open" && turn === known.turn && index > known.index,
  ).length;
  if (!known.quotas.mayBeUsedUp(target, known.at, coming))
    known.violate("R16.4", `call ${id} passed over target ${target.index}, whose limit is not used up`);
  if (progress.late.has(target)) known.violate("R16.1", `call ${id} passed over target ${target.index} twice`);
  if (known.othersLeft(progress) === "none")
    known.violate("R16.1", `call ${id} passed over target ${target.index}, and nobody else is left`);
  progress.late.add(target);
  progress.order = [...progress.order, target];
}

/** R1.10: What is beside the first attempts never takes the place of one that could still be made. */
export function keepsPlaces(known: KnownHealth, progress: Progress): void {
  const { maxAttempts, targets } = known.facts.plan;
  const most = maxAttempts ?? targets.length + 2;
  const free = known.free(progress);
  if (progress.attempts.length + 1 + free.length > most) {
    const names = free.map(({ index }) => index).join(", ");
    known.violate("R1.10", `call ${progress.call.id} repeats although it then has no attempt for target ${names}`);
  }
}

/** R14.5, R14.7: A hedge needs an attempt to spare, and a first tier that nobody is finding out about. */
export function hedged(known: KnownHealth, progress: Progress): void {
  const { maxAttempts, targets } = known.facts.plan;
  const free = known.free(progress).length;
  // The one that is to be asked is among them.
  if (progress.attempts.length + free >= (maxAttempts ?? targets.length + 2))
    known.violate("R14.5", `call ${progress.call.id} hedges with ${free} targets left, and has no attempt to spare`);
  for (const target of targets.filter(({ tier }) => tier === 0)) {
    const { breaker, isUnsure, changedInTurn } = known.route(target);
    if (breaker.state === "half-open" && !isUnsure && changedInTurn !== known.turn)
      known.violate("R14.7", `call ${progress.call.id} hedges while ${routeOf(target)} is being probed`);
  }
}

/** A repeat was decided. Waiting for one is only for the last candidate that is left. */
export function charged(known: KnownHealth, callId: number, kind: "fresh-connection" | "backoff" | "wait"): void {
  const progress = known.progressOf(callId);
  const last = progress.last;
  if (last === undefined) return;
  keepsPlaces(known, progress);
  progress.isOwedConnection = false;
  progress.isPromised = true;
  // A dead connection is nobody's fault, and asking again repeats nothing.
  if (!isDeadConnection(last)) {
    const { breaker, charges, isUnsure } = known.route(last.target);
    charges.push(known.at);
    if (breaker.state !== "closed" && !isUnsure)
      known.violate("R2.8", `${routeOf(last.target)} is ${breaker.state} and is to be asked again`);
  }
  if (kind === "fresh-connection" || known.facts.plan.policy === "insists") return;
  const [free] = known.free(progress);
  if (free !== undefined)
    known.violate("R2.2", `call ${callId} waits for a repeat although target ${free.index} is left`);
}

export function repeated(known: KnownHealth, target: TargetPlan): void {
  const { repeats } = known.route(target);
  repeats.push(known.at);
  for (const [index, from] of repeats.entries()) {
    const load = repeats.length - index;
    if (load > 10 + Math.floor((known.at - from) / 10_000) + 1)
      known.violate("R2.8", `${routeOf(target)} had ${load} repeats since ${from}`);
  }
}

/** R2.5: Whether a dead connection must be followed by a new one: nothing but the call's own bounds stands against it. */
export function owesConnection(known: KnownHealth, progress: Progress, record: AttemptRecord): boolean {
  const { maxAttempts, targets, policy } = known.facts.plan;
  const attempt = progress.last;
  if (attempt === undefined || !isDeadConnection(attempt)) return false;
  const { target } = attempt;
  if (record.venture !== undefined || policy === "insists" || progress.isStopped) return false;
  if (failureOf(attempt)?.details.repeatForbidden === true) return false;
  const there = progress.attempts.filter((one) => one.target === target);
  if (there.length >= 3 || there.some((one) => one.record?.repeat === "fresh-connection")) return false;
  const rest = progress.order.length - 1 - progress.position;
  if (progress.attempts.length + rest >= (maxAttempts ?? targets.length + 2)) return false;
  return !known.mayBe("no-time", progress, target);
}

/** A decision of a call other than the repeat that it owes or has promised. */
export function keepsPromises(known: KnownHealth, progress: Progress, what: string): void {
  if (progress.isOwedConnection)
    known.violate("R2.5", `call ${progress.call.id} met a dead connection and ${what} instead of asking on a new one`);
  const last = progress.last;
  const isTakenOut = last !== undefined && known.isolated.has(last.target);
  if (progress.isPromised && !isTakenOut)
    known.violate("R2.9", `call ${progress.call.id} was promised a repeat and ${what}`);
  progress.isOwedConnection = false;
  progress.isPromised = false;
}

export function lastResort(known: KnownHealth, progress: Progress, target: TargetPlan): void {
  if (progress.attempts.length > 1) known.violate("R1.8", "a last resort was taken after other attempts");
  const cooldown = known.cooldowns.longest(target, known.at + EARLY_MS);
  if (cooldown?.isHard === true)
    known.violate("R1.8", `target ${target.index} is blocked until somebody acts and was the last resort`);
  if (known.isolated.has(target)) known.violate("R1.8", `target ${target.index} is isolated and was the last resort`);
}

export function callEnded(known: KnownHealth, { callId, outcome, code }: Extract<EngineEvent, { type: "end" }>): void {
  const progress = known.progressOf(callId);
  const { call } = progress;
  if (outcome !== "failed" || code === "aborted" || call.aborted !== undefined) return;
  const error = call.result?.error ?? call.opened?.error;
  if (isUnderstudyError(error) && (error.scope === "total" || error.scope === "start")) return;
  keepsPromises(known, progress, "gave up");
  const { targets } = known.facts.plan;
  const isTimeUp = leftOfCall(progress, known.at) < LATE_MS;
  const isBounded = progress.attempts.length >= (known.facts.plan.maxAttempts ?? targets.length + 2);
  const [untried] = known.free(progress);
  if (untried !== undefined && !progress.isStopped && !isTimeUp && !isBounded)
    known.violate(
      "R1.7",
      `call ${callId} gave up with ${code} although target ${untried.index} was neither asked nor passed over`,
    );
  if (call.upstream.length > 0) return;
  const open = targets.find((target) => {
    const obstacle = known.obstacle(progress, target);
    // A trial that is due within the tolerance is seen neither as due nor as not.
    if (obstacle === undefined) return !known.isolated.has(target) && !known.mayBe("cooldown", progress, target);
    if (obstacle === "breaker") return true;
    return obstacle === "cooldown" && known.cooldowns.longest(target, known.at)?.isHard === false;
  });
  if (open !== undefined)
    known.violate("R1.8", `call ${callId} made no attempt although target ${open.index} could be tried`);
}

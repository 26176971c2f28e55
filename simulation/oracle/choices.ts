import type { AttemptRecord, SkipRecord } from "@understudy/core";
import type { UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { KnownHealth, Progress } from "./known-health.ts";
import { routeOf } from "./words.ts";

/** The candidate that was taken must be the first one without an obstacle. */
export function chosen(known: KnownHealth, progress: Progress, upstream: UpstreamFact, record: AttemptRecord): void {
  const { call, target } = upstream;
  progress.position++;
  const expected = known.facts.plan.targets[progress.position];
  if (expected !== target)
    known.violate(16, `call ${call.id} took target ${target.index} out of turn, not ${expected?.index}`);
  progress.position = target.index;
  const obstacle = known.obstacle(progress, call, target);
  const isTrial = record.venture === "trial";
  if (
    obstacle !== undefined &&
    !(isTrial && obstacle === "cooldown") &&
    !(obstacle === "breaker" && record.breakerBefore === "closed")
  ) {
    known.violate(16, `call ${call.id} took target ${target.index} in spite of ${obstacle}`);
  }
  const cooldown = known.cooldowns.longest(target, known.at);
  if (isTrial) {
    if (cooldown?.isHard !== true) known.violate(16, `call ${call.id} tries a hard block that is none`);
    else if (!known.cooldowns.isTrialDue(cooldown.scope, known.at))
      known.violate(16, `call ${call.id} tries a hard block too soon`);
    if (cooldown !== undefined) known.cooldowns.trial(cooldown.scope, known.at);
  } else if (cooldown !== undefined) {
    known.violate(
      16,
      `call ${call.id} took target ${target.index}, whose ${cooldown.scope} is cooled until ${cooldown.until}`,
    );
  }
}

export function skipped(known: KnownHealth, callId: number, skip: SkipRecord): void {
  const call = known.callOf(callId);
  const progress = known.progressOf(callId);
  progress.position++;
  const target = known.facts.plan.targets[progress.position];
  if (
    call === undefined ||
    target === undefined ||
    target.endpoint !== skip.endpoint ||
    target.vendor !== skip.vendor
  ) {
    known.violate(16, `call ${callId} passed over ${skip.tier} out of turn`);
    return;
  }
  const obstacle = known.obstacle(progress, call, target);
  if (obstacle === undefined && !known.mayBe(skip.reason, progress, call, target)) {
    known.violate(27, `call ${callId} passed over target ${target.index} for ${skip.reason}, which is not so`);
  }
  const because = skip.reason === "cooldown" ? known.cooldowns.longest(target, known.at)?.because : undefined;
  if (skip.class !== because) known.violate(18, `call ${callId} blames ${skip.class} for what ${because} has done`);
}

/** A repeat was decided. Waiting for one is only for the last candidate that is left. */
export function charged(known: KnownHealth, callId: number, kind: "fresh-connection" | "backoff" | "wait"): void {
  const progress = known.progressOf(callId);
  const target = progress.attempts.at(-1)?.target;
  const call = known.callOf(callId);
  if (target === undefined || call === undefined) return;
  known.route(target).charges.push(known.at);
  if (kind === "fresh-connection" || known.facts.plan.policy === "insists") return;
  const later = known.facts.plan.targets.slice(progress.position + 1);
  const free = later.find(
    (one) =>
      known.obstacle(progress, call, one) === undefined &&
      !known.mayBe("no-time", progress, call, one) &&
      !known.mayBe("breaker", progress, call, one) &&
      !known.mayBe("repeats-used-up", progress, call, one) &&
      !known.mayBe("window-too-small", progress, call, one),
  );
  if (free !== undefined) known.violate(14, `call ${callId} waits for a repeat although target ${free.index} is left`);
}

export function repeated(known: KnownHealth, target: TargetPlan): void {
  const { repeats } = known.route(target);
  repeats.push(known.at);
  for (const [index, from] of repeats.entries()) {
    const load = repeats.length - index;
    if (load > 10 + Math.floor((known.at - from) / 10_000) + 1)
      known.violate(19, `${routeOf(target)} had ${load} repeats since ${from}`);
  }
}

export function lastResort(known: KnownHealth, progress: Progress, target: TargetPlan): void {
  if (progress.attempts.length > 1) known.violate(16, "a last resort was taken after other attempts");
  const cooldown = known.cooldowns.longest(target, known.at);
  if (cooldown?.isHard === true)
    known.violate(16, `target ${target.index} is blocked until somebody acts and was the last resort`);
  if (known.isolated.has(target)) known.violate(16, `target ${target.index} is isolated and was the last resort`);
}

export function callEnded(known: KnownHealth, callId: number): void {
  const call = known.callOf(callId);
  if (call === undefined || call.upstream.length > 0 || call.abortedAt !== undefined) return;
  const progress = known.progressOf(callId);
  const open = known.facts.plan.targets.find((target) => {
    const obstacle = known.obstacle(progress, call, target);
    if (obstacle === undefined) return !known.isolated.has(target);
    return (
      obstacle === "breaker" || (obstacle === "cooldown" && known.cooldowns.longest(target, known.at)?.isHard !== true)
    );
  });
  if (open !== undefined)
    known.violate(17, `call ${callId} made no attempt although target ${open.index} could be tried`);
}

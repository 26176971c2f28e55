import type { AttemptRecord, EngineEvent, FailureClass, FailureScope } from "@understudy/core";
import { isTargetFailure, type StreamPart, type TargetFailure } from "@understudy/core/adapter";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";

export type { FailureClass, FailureScope };
export type HealthVerdict = "ok" | "bad" | "slow" | "neutral";

/** A rule of docs/engine/rules.md, by its number. */
export type RuleId = `R${number}.${number}`;

/** A rule that a schedule broke, and how. */
export interface Violation {
  readonly rule: RuleId;
  readonly text: string;
}

/** One attempt from both sides. */
export interface AttemptFact {
  readonly n: number;
  readonly call: CallFact;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly endedTurn: number;
  readonly record: AttemptRecord | undefined;
  readonly upstream: UpstreamFact | undefined;
}

const known = new WeakMap<CallFact, readonly AttemptFact[]>();

/** The attempts of a call that is over. */
export function attemptsOf(call: CallFact): readonly AttemptFact[] {
  const present = known.get(call);
  if (present !== undefined) return present;
  const attempts: AttemptFact[] = [];
  known.set(call, attempts);
  for (const { at, event } of call.events) {
    if (event.type !== "attempt-start") continue;
    const n = event.attempt;
    const end = call.events.find((one) => one.event.type === "attempt-end" && one.event.record.attempt === n);
    const record = end?.event.type === "attempt-end" ? end.event.record : undefined;
    const upstream = call.upstream.find((one) => one.attempt === n);
    attempts.push({
      n,
      call,
      startedAt: at,
      endedAt: end?.at ?? Infinity,
      endedTurn: end?.turn ?? -1,
      record,
      upstream,
    });
  }
  return attempts;
}

/** The next attempt at the same target, if it is the next of all that begins behind the end of this one. */
export function followerOf(call: CallFact, n: number): AttemptFact | undefined {
  const attempts = attemptsOf(call);
  const own = attempts.find((attempt) => attempt.n === n);
  const next = attempts.find(({ startedAt }) => startedAt > (own?.endedAt ?? Infinity));
  const isSame = next?.record?.tier === own?.record?.tier && next?.record?.sibling === own?.record?.sibling;
  return isSame ? next : undefined;
}

export function eventsOf<Type extends EngineEvent["type"]>(
  call: CallFact,
  type: Type,
): Extract<EngineEvent, { type: Type }>[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- filtered by the very type
  return call.events.map(({ event }) => event).filter((event) => event.type === type) as Extract<
    EngineEvent,
    { type: Type }
  >[];
}

const scopes = new WeakMap<TargetPlan, Record<FailureScope, string>>();

/** Ids of everything a target shares with others, in the oracle's own words. */
export function scopesOf(target: TargetPlan): Record<FailureScope, string> {
  const present = scopes.get(target) ?? makeScopes(target);
  scopes.set(target, present);
  return present;
}

function makeScopes(target: TargetPlan): Record<FailureScope, string> {
  const { vendor, model, endpoint, key, quota } = target;
  return {
    key: `key:${key}`,
    "key+model": `key:${key}:${model}`,
    quota: `quota:${quota}`,
    "quota+model": `quota:${quota}:${model}`,
    "model@endpoint": `model:${vendor}:${model}:${endpoint}`,
    endpoint: `endpoint:${endpoint}`,
    target: `target:${vendor}:${model}:${endpoint}:${key}`,
    request: "request",
    local: "local",
    caller: "caller",
  };
}

export function routeOf(target: Pick<TargetPlan, "vendor" | "model" | "endpoint">): string {
  return `${target.vendor}/${target.model}@${target.endpoint}`;
}

/** Milliseconds in which the process stood still, within a span. */
export function sleptWithin(facts: Facts, from: number, to: number): number {
  return facts.sleeps.reduce((sum, sleep) => sum + Math.max(0, Math.min(to, sleep.to) - Math.max(from, sleep.from)), 0);
}

/** What the upstream threw to end the attempt, and not the engine. */
export function thrownBy({ upstream, endedTurn }: Pick<AttemptFact, "upstream" | "endedTurn">): unknown {
  return upstream?.thrown?.turn === endedTurn ? upstream.thrown.error : undefined;
}

export function failureOf(attempt: Pick<AttemptFact, "upstream" | "endedTurn">): TargetFailure | undefined {
  const error = thrownBy(attempt);
  return isTargetFailure(error) ? error : undefined;
}

/** One of the engine's own limits ended the attempt. */
export function isOurTimeout(attempt: AttemptFact): boolean {
  const isTimeout = /^timeout\.(first-content|liveness|progress)$/.test(attempt.record?.class ?? "");
  return isTimeout && attempt.upstream?.thrown?.turn !== attempt.endedTurn;
}

/**
 * A connection died before a byte of the response, and nobody knows it to have been new: that says nothing about the
 * vendor.
 */
export function isDeadConnection(attempt: Pick<AttemptFact, "upstream" | "endedTurn">): boolean {
  const failure = failureOf(attempt);
  if (failure?.class !== "network.reset" || failure.details.beforeResponse !== true) return false;
  return failure.details.connection !== "new" && attempt.upstream?.isFresh !== true;
}

/** What an attempt read before it was left. */
export function readsOf(upstream: UpstreamFact | undefined): UpstreamFact["reads"] {
  return upstream?.reads.filter((read, index) => !read.isLate && index !== upstream.brokenAt) ?? [];
}

/** How long a candidate may take to its first content. */
export function ownLimit(facts: Facts, target: TargetPlan): number {
  const tier = facts.plan.tiers[target.tier];
  if (tier === undefined) return 0;
  return target.silentReasoning || target.unary ? tier.silentReasoningMs : tier.timeoutMs;
}

/** What a reader would see or act on. */
export function isContent(part: StreamPart): boolean {
  if (part.type === "text-delta" || part.type === "reasoning-delta") return part.delta !== "";
  return /^(tool-call|tool-call-start|tool-call-delta|refusal|source|file|opaque)$/.test(part.type);
}

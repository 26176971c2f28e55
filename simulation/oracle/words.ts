import type { AttemptRecord, EngineEvent, FailureClass, FailureScope } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";

export type { FailureClass, FailureScope };
export type HealthVerdict = "ok" | "bad" | "slow" | "neutral";

/** A rule of failover.md §5.1 that a schedule broke. */
export interface Violation {
  readonly invariant: number;
  readonly text: string;
}

/** One attempt from both sides. */
export interface AttemptFact {
  readonly n: number;
  readonly call: CallFact;
  readonly startedAt: number;
  readonly endedAt: number;
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
    const end = call.events.find((one) => one.event.type === "attempt-end" && one.event.attempt.n === n);
    const record = end?.event.type === "attempt-end" ? end.event.attempt : undefined;
    const upstream = call.upstream.find((one) => one.attempt === n);
    attempts.push({ n, call, startedAt: at, endedAt: end?.at ?? Infinity, record, upstream });
  }
  return attempts;
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

/** Ids of everything a target shares with others, in the oracle's own words. */
export function scopesOf(target: TargetPlan): Record<FailureScope, string> {
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

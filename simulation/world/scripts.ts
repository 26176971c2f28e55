import type { FailureClass, FinishReason } from "@understudy/core";
import { TargetFailure, type StreamPart, type TargetFailureDetails } from "@understudy/core/adapter";
import { makeAnswer } from "./answers.ts";
import type { TargetPlan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";

/** What an upstream does, step by step. */
export type Step =
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "read"; readonly parts: readonly StreamPart[]; readonly isBroken?: boolean }
  | { readonly type: "throw"; readonly error: unknown }
  /** Throws from `next()` itself instead of rejecting. */
  | { readonly type: "throw-at-once"; readonly error: unknown }
  | { readonly type: "hang" }
  | { readonly type: "done" };

export interface ScriptContext {
  readonly random: SeededRandom;
  readonly newId: () => string;
  readonly target: TargetPlan;
  readonly json: boolean;
  readonly tools: boolean;
  /** On a connection that has never been used. */
  readonly isFresh: boolean;
  /** Half a minute of slow text. */
  readonly isLong: boolean;
  /** Without long pauses. */
  readonly isQuick: boolean;
  /** What is said, where it is not made up. */
  readonly story?: string | undefined;
}

const BEFORE: readonly FailureClass[] = [
  "network.dns",
  "network.refused",
  "network.connect-timeout",
  "network.tls",
  "network.reset",
  "network.protocol",
  "gateway.html",
  "gateway.not-a-stream",
  "redirect",
  "request.rejected",
  "unknown",
  "request.unsupported",
  "request.context-length",
  "request.too-large",
  "auth.invalid",
  "auth.forbidden",
  "billing.exhausted",
  "model.not-found",
  "endpoint.not-found",
  "timeout.upstream",
  "conflict",
  "rate.requests",
  "rate.tokens",
  "rate.daily",
  "rate.concurrency",
  "rate.unknown",
  "server.error",
  "server.gateway",
  "server.overloaded",
  "policy.input-blocked",
  "local.resource",
  "request.invalid",
];

const AFTER: readonly FailureClass[] = [
  "stream.reset",
  "stream.reset",
  "stream.truncated",
  "stream.malformed",
  "stream.oversized",
  "server.error",
  "server.overloaded",
  "rate.requests",
  "timeout.upstream",
  "output.malformed",
];

const STATED = [undefined, undefined, undefined, 0, 100, 1_500, 5_000, 60_000, 90_000_000, Number.NaN, -5] as const;

function details(failureClass: FailureClass, { random, isFresh }: ScriptContext): TargetFailureDetails {
  const isReset = failureClass === "network.reset";
  const states = /^(rate|server)\./.test(failureClass);
  return {
    status: random.pick([undefined, 400, 429, 503]),
    retryAfterMs: states ? random.pick(STATED) : undefined,
    beforeResponse: isReset && random.chance(0.7),
    connection: isReset ? connectionOf(isFresh, random) : undefined,
    repeatForbidden: random.chance(0.05),
    capability: failureClass === "request.unsupported" && random.chance(0.7) ? "tools" : undefined,
    contextWindow: failureClass === "request.context-length" && random.chance(0.5) ? 1_500 : undefined,
    repair:
      failureClass === "request.rejected" && random.chance(0.5)
        ? { description: "without the seed", apply: ({ seed: _seed, ...request }) => request }
        : undefined,
  };
}

/** What a transport knows of the connection that died; some know nothing. */
export function connectionOf(isFresh: boolean, random: SeededRandom): "new" | "reused" | undefined {
  return isFresh ? random.pick(["new", undefined]) : random.pick(["reused", "reused", "new", undefined]);
}

function failure(failureClass: FailureClass, context: ScriptContext): TargetFailure {
  return new TargetFailure(failureClass, details(failureClass, context));
}

/** A whole answer without fault. */
export function healthyScript(context: ScriptContext): Step[] {
  return makeAnswer(context, context.random.chance(0.8) || context.isQuick ? "stop" : "length");
}

/** Everything that can go wrong with one call. */
export function faultyScript(context: ScriptContext): Step[] {
  const { random } = context;
  const wait: Step = { type: "wait", ms: random.pick([1, random.between(1, 400), random.between(1, 3_000)]) };
  const early: Step = { type: "throw", error: failure(random.pick(BEFORE), context) };
  switch (random.whole(0, 12)) {
    case 0:
    case 1:
    case 2:
      return [wait, early];
    case 3:
      return [wait, random.pick<Step>([{ type: "hang" }, { type: "hang" }, { type: "done" }, raw(random)])];
    case 4:
    case 12:
      return oddEnd(context);
    case 5:
      return [...healthyScript(context), ...junk(context)];
    case 6:
      return brokenScript(context);
    default:
      return cutScript(context);
  }
}

/** An answer that breaks off somewhere on its way. */
function cutScript(context: ScriptContext): Step[] {
  const { random } = context;
  const whole = healthyScript(context);
  const least = context.story === undefined ? 0 : Math.floor(whole.length / 4);
  const kept = whole.slice(0, random.whole(least, whole.length - 1));
  const pause: Step = { type: "wait", ms: random.pick([1, 30, 120, 2_500]) };
  switch (random.whole(0, 6)) {
    case 0:
      return [...kept, { type: "hang" }];
    case 1:
      return [...kept, ...pings(random), { type: "hang" }];
    case 2:
      return [...kept, pause, { type: "done" }];
    case 3:
      return [...kept, raw(random)];
    case 4:
      // An end that says "error" or "aborted": nearly the whole answer, tool calls included, and no good end.
      return [...whole.slice(0, -1), { type: "throw", error: new TargetFailure("server.error") }];
    default:
      return [...kept, pause, { type: "throw", error: failure(random.pick(AFTER), context) }];
  }
}

/** Bytes without output. */
function pings(random: SeededRandom): Step[] {
  const everyMs = random.pick([300, 1_000]);
  return Array.from({ length: random.whole(3, 30) }, (): Step[] => [
    { type: "wait", ms: everyMs },
    { type: "read", parts: [] },
  ]).flat();
}

function raw(random: SeededRandom): Step {
  const error: unknown = random.pick<unknown>([new TypeError("not ours"), "a string", undefined]);
  return random.chance(0.3) ? { type: "throw-at-once", error } : { type: "throw", error };
}

/** Proper ends that are no ordinary answers. */
function oddEnd(context: ScriptContext): Step[] {
  const reasons: readonly FinishReason[] = ["stop", "other", "refusal", "content-filter", "length", "pause"];
  const { random } = context;
  return makeAnswer(
    context,
    random.pick(reasons),
    random.pick(["nothing", "reasoning", "refusal", "text", "text"] as const),
  );
}

/** What comes after the end, from an adapter that does not stop. */
function junk({ random, newId }: ScriptContext): Step[] {
  const id = newId();
  return [
    { type: "wait", ms: random.between(1, 100) },
    {
      type: "read",
      parts: [
        { type: "text-start", id },
        { type: "text-delta", id, delta: "late" },
      ],
    },
    { type: "throw", error: new TypeError("after the end") },
  ];
}

/** Parts out of order. */
function brokenScript(context: ScriptContext): Step[] {
  const { random, newId } = context;
  const whole = healthyScript(context);
  const kept = whole.slice(0, random.whole(0, whole.length - 1));
  const id = newId();
  const parts = random.pick<readonly StreamPart[]>([
    [{ type: "text-delta", id: "nobody", delta: "x" }],
    [
      { type: "text-start", id },
      { type: "text-start", id },
    ],
    [
      { type: "text-start", id },
      { type: "reasoning-delta", id, delta: "x" },
    ],
    [{ type: "text-end", id: "nobody", part: { type: "text", text: "x" } }],
    [
      { type: "tool-call-start", id, toolCallId: "half", toolName: "look" },
      { type: "end", finishReason: "stop", rawFinishReason: "stop" },
    ],
  ]);
  return [...kept, { type: "read", parts, isBroken: true }, { type: "hang" }];
}

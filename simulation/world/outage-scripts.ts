import type { FailureClass } from "@understudy/core";
import { TargetFailure, type StreamPart, type TargetFailureDetails } from "@understudy/core/adapter";
import { makeAnswer } from "./answers.ts";
import type { DeadPool, OutageKind, Stubborn } from "./plan.ts";
import { connectionOf, healthyScript, type ScriptContext, type Step } from "./scripts.ts";

/** A connection that the other side closed while it was idle. */
export function deadConnection(says: DeadPool["says"], { random }: ScriptContext): Step[] {
  return [
    { type: "wait", ms: random.between(0.2, 20) },
    { type: "throw", error: new TargetFailure("network.reset", { beforeResponse: true, connection: says }) },
  ];
}

/** What every vendor says to a request that is wrong. */
export function invalidScript({ random }: ScriptContext): Step[] {
  return [
    { type: "wait", ms: random.between(1, 60) },
    { type: "throw", error: new TargetFailure("request.rejected", { status: 400 }) },
  ];
}

/** Asked again, the model does the same again, word for word. */
export function stubbornScript(kind: Stubborn, { random, newId }: ScriptContext): Step[] {
  const id = newId();
  const words = (delta: string): StreamPart[] => [
    { type: "text-start", id },
    { type: "text-delta", id, delta },
    { type: "text-end", id, part: { type: "text", text: delta } },
  ];
  const end: StreamPart = { type: "end", finishReason: "stop", rawFinishReason: "stop" };
  const call = { type: "tool-call", toolCallId: "same", toolName: "look", input: {}, inputText: '{"at' } as const;
  const wait: Step = { type: "wait", ms: random.between(1, 300) };
  switch (kind) {
    case "empty":
      return [wait, { type: "read", parts: [...words(" "), end] }];
    case "malformed":
      return [
        wait,
        { type: "read", parts: words("The same") },
        { type: "throw", error: new TargetFailure("output.malformed") },
      ];
    case "json":
      return [wait, { type: "read", parts: [...words("no JSON"), end] }];
    case "tools":
      return [
        wait,
        {
          type: "read",
          parts: [
            { type: "tool-call-start", id, toolCallId: "same", toolName: "look" },
            { type: "tool-call", id, part: call },
            { ...end, finishReason: "tool-calls" },
          ],
        },
      ];
    default:
      return kind satisfies never;
  }
}

/** What an endpoint does while it is out. */
export function outageScript(kind: OutageKind, context: ScriptContext): Step[] {
  const { random } = context;
  const soon: Step = { type: "wait", ms: random.between(1, 60) };
  const fail = (failureClass: FailureClass, more: TargetFailureDetails = {}): Step[] => [
    soon,
    { type: "throw", error: new TargetFailure(failureClass, more) },
  ];
  switch (kind) {
    case "gateway":
      return fail("server.gateway", { status: 503, retryAfterMs: random.chance(0.2) ? 20_000 : undefined });
    case "refused":
      return fail("network.refused");
    case "hang":
      return [{ type: "hang" }];
    case "reset":
      return fail("network.reset", { beforeResponse: true, connection: connectionOf(context.isFresh, random) });
    case "rejects":
      return fail("request.rejected", {
        status: 400,
        repair: { description: "without the seed", apply: ({ seed: _seed, ...request }) => request },
      });
    case "cut":
      return [...healthyScript(context).slice(0, -1), { type: "throw", error: new TargetFailure("stream.reset") }];
    case "overloaded":
      return fail("server.overloaded", { status: 529, retryAfterMs: random.pick([undefined, 3_000]) });
    case "rate":
      return fail("rate.requests", { status: 429, retryAfterMs: random.pick([undefined, 700, 8_000]) });
    case "slow-end":
      return [...healthyScript(context).slice(0, -1), { type: "wait", ms: 400_000 }, { type: "done" }];
    case "auth":
      return fail("auth.invalid", { status: 401 });
    case "sluggish":
      if (random.chance(0.1)) return [{ type: "hang" }];
      return [{ type: "wait", ms: random.between(7_000, 10_000) }, ...makeAnswer({ ...context, isLong: true }, "stop")];
    default:
      return kind satisfies never;
  }
}

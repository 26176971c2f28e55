import type { Clock } from "../src/model/clock.ts";
import type { FailureClass } from "../src/model/failure.ts";
import type { FinishReason } from "../src/model/finish-reason.ts";
import type {
  AttemptContext,
  AttemptPlan,
  Capabilities,
  StreamPart,
  Target,
  TargetProblem,
  TargetRequest,
} from "../src/model/target.ts";
import { TargetFailure, type TargetFailureDetails } from "../src/model/target-failure.ts";
import type { Usage } from "../src/model/usage.ts";

/** What a scripted call does, step by step. Each step is one read, unless it says otherwise. */
export type Step =
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "read"; readonly parts: readonly StreamPart[] }
  /** A read whose parts are made when it happens. */
  | { readonly type: "make"; readonly parts: () => readonly StreamPart[] }
  /** Not a read: goes on when the promise does. */
  | { readonly type: "until"; readonly promise: Promise<unknown> }
  | { readonly type: "throw"; readonly error: unknown }
  | { readonly type: "hang" }
  /** The iterator is done without an `end`. */
  | { readonly type: "stop" };

export type Script = readonly Step[] | ((call: ScriptedCall) => readonly Step[]);

export interface ScriptedCall {
  readonly request: TargetRequest;
  readonly context: AttemptContext;
  /** How often `return()` was called. */
  returned: number;
  aborted: boolean;
}

export interface ScriptedTarget extends Target {
  readonly calls: readonly ScriptedCall[];
}

export interface ScriptedOptions {
  readonly vendor?: string;
  readonly model?: string;
  readonly endpoint?: string;
  readonly key?: string;
  readonly quota?: string;
  readonly plan?: Partial<AttemptPlan>;
  readonly capabilities?: Partial<Capabilities>;
  readonly problems?: readonly TargetProblem[];
}

/** A target that plays one script per call; the last one repeats. */
export function scripted(clock: Clock, scripts: readonly Script[], options: ScriptedOptions = {}): ScriptedTarget {
  const { vendor = "alpha", model = "one", endpoint = `${vendor}.test`, key = `${vendor}-key` } = options;
  const calls: ScriptedCall[] = [];
  return {
    vendor,
    model,
    endpoint,
    scopes: { key, quota: options.quota ?? key },
    problems: options.problems ?? [],
    capabilities: {
      tools: true,
      images: true,
      urls: true,
      files: true,
      audio: "unknown",
      jsonOutput: true,
      contextWindow: "unknown",
      maxOutputTokens: "unknown",
      size: "unknown",
      reasoning: "unknown",
      keepAlives: false,
      toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
      ...options.capabilities,
    },
    calls,
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false, ...options.plan }),
    stream: (request, context) => {
      const call: ScriptedCall = { request, context, returned: 0, aborted: false };
      context.signal.addEventListener("abort", () => {
        call.aborted = true;
      });
      const script = scripts[Math.min(calls.length, scripts.length - 1)] ?? [];
      calls.push(call);
      return play(clock, typeof script === "function" ? script(call) : script, call);
    },
  };
}

function play(clock: Clock, steps: readonly Step[], call: ScriptedCall): AsyncIterable<readonly StreamPart[]> {
  let position = 0;
  const next = async (): Promise<IteratorResult<readonly StreamPart[], undefined>> => {
    const step = steps[position++];
    switch (step?.type) {
      case "wait":
        await sleep(clock, step.ms, call.context.signal);
        return next();
      case "read":
        return { done: false, value: step.parts };
      case "make":
        return { done: false, value: step.parts() };
      case "until":
        await step.promise;
        return next();
      case "throw":
        throw step.error;
      case "hang":
        return new Promise(() => undefined);
      case "stop":
      case undefined:
        return { done: true, value: undefined };
      default:
        return step satisfies never;
    }
  };
  const close = async (): Promise<IteratorResult<readonly StreamPart[], undefined>> => {
    call.returned++;
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
}

/** Ends at an abort, as a well-behaved adapter does. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms, false);
    signal.addEventListener("abort", () => {
      clock.clearTimeout(timer);
      reject(new TargetFailure("caller.aborted"));
    });
  });
}

export const wait = (ms: number): Step => ({ type: "wait", ms });
export const read = (...parts: readonly StreamPart[]): Step => ({ type: "read", parts });
export const hang: Step = { type: "hang" };
export const stop: Step = { type: "stop" };
export const fail = (failureClass: FailureClass, details?: TargetFailureDetails): Step => ({
  type: "throw",
  error: new TargetFailure(failureClass, details),
});

export const end = (finishReason: FinishReason = "stop", usage?: Usage, raw: string = finishReason): StreamPart => ({
  type: "end",
  finishReason,
  rawFinishReason: raw,
  usage,
});

/** A whole text answer: one read per delta, then the end. */
export function answer(...deltas: readonly string[]): Script {
  return (call) => {
    const id = call.context.newId();
    return [
      read({ type: "text-start", id }),
      ...deltas.map((delta) => read({ type: "text-delta", id, delta })),
      read({ type: "text-end", id, part: { type: "text", text: deltas.join("") } }, end()),
    ];
  };
}

/** The beginning of a text answer, one read per delta, then what follows. */
export function begin(deltas: readonly string[], ...then: readonly Step[]): Script {
  return (call) => {
    const id = call.context.newId();
    return [
      read({ type: "text-start", id }),
      ...deltas.map((delta) => read({ type: "text-delta", id, delta })),
      ...then,
    ];
  };
}

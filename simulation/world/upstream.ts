import type { Target } from "@understudy/core";
import { TargetFailure, type AttemptContext, type StreamPart, type TargetRequest } from "@understudy/core/adapter";
import type { CallFact, Note, UpstreamFact } from "../facts.ts";
import type { SimulatedClock } from "./clock.ts";
import { deadConnection, invalidScript, outageScript, stubbornScript } from "./outage-scripts.ts";
import type { Limiter } from "./limiter.ts";
import type { TargetPlan, WorldPlan } from "./plan.ts";
import type { SeededRandom } from "./random.ts";
import { secondAnswer, STORY } from "./second-answers.ts";
import { faultyScript, healthyScript, type ScriptContext, type Step } from "./scripts.ts";

export interface UpstreamSetup {
  readonly plan: WorldPlan;
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly calls: ReadonlyMap<string, CallFact>;
  readonly note: Note;
  /** Dead connections that wait in a pool, by the index of the plan's pool. */
  readonly dead: number[];
  /** Undefined: nobody enforces a limit, or tells of one. */
  readonly limiter: Limiter | undefined;
}

type Read = IteratorResult<readonly StreamPart[], undefined>;

/** A long answer may begin this long before the outage that it outlives. */
const LONG_MS = 60_000;

interface Pending {
  readonly resolve: (read: Read) => void;
  readonly reject: (error: unknown) => void;
}

/** The upstream side of one target: plays a script per call and writes down what really happened. */
export function makeTarget(target: TargetPlan, setup: UpstreamSetup): Target {
  const { vendor, model, endpoint, key, quota, silentReasoning, eventsAtOnce, unary, acts } = target;
  return {
    vendor,
    model,
    endpoint,
    scopes: { key, quota },
    problems: [],
    capabilities: {
      tools: target.tools,
      images: true,
      urls: true,
      files: true,
      audio: "unknown",
      jsonOutput: true,
      contextWindow: target.contextWindow,
      maxOutputTokens: "unknown",
      size: "unknown",
      reasoning: "unknown",
      continuation: setup.plan.continuing?.by[vendor],
      keepAlives: target.keepAlives,
      toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
    },
    plan: () => ({ silentReasoning, eventsAtOnce, unary, acts }),
    stream: (request, context) => open(target, request, context, setup),
  };
}

function open(
  target: TargetPlan,
  request: TargetRequest,
  context: AttemptContext,
  setup: UpstreamSetup,
): AsyncIterable<readonly StreamPart[]> {
  const { clock, calls, note } = setup;
  const call = calls.get(request.userId ?? "");
  if (call === undefined) throw new Error("The request does not say which call it belongs to.");
  const attempt = call.events.filter(({ event }) => event.type === "attempt-start").length;
  const isFresh = context.freshConnection === true;
  const fact: UpstreamFact = {
    target,
    call,
    attempt,
    startedAt: clock.now,
    isFresh,
    reads: [],
    ids: new Set(),
    returned: 0,
  };
  const random = setup.random.fork();
  if (setup.plan.continuing !== undefined) {
    fact.asked = request;
    fact.second = secondAnswer(request, random);
  }
  call.upstream.push(fact);
  note({ type: "open", upstream: fact });
  const newId = (): string => {
    const id = context.newId();
    fact.ids.add(id);
    return id;
  };
  const { json, tools, isRecovery } = call.plan;
  const isLong = isLongAnswer(setup, target, random);
  const story = setup.plan.continuing && (fact.second?.text ?? STORY);
  const script = { random, newId, target, json, tools, isFresh, isLong, isQuick: isRecovery, story };
  const steps = limited(setup, target, call, chooseScript(setup, script, call));
  if (!isRecovery && random.chance(setup.plan.throwRate)) {
    const error = new TypeError("The adapter threw at once.");
    fact.thrown = { ...clock.moment, error, isUnsent: true };
    throw error;
  }
  return new Playback(fact, steps, random.chance(0.7), context.signal, setup);
}

/** A vendor that is well tells of its limits before all else, and refuses what is above them. */
function limited({ limiter, plan, clock }: UpstreamSetup, target: TargetPlan, call: CallFact, steps: Step[]): Step[] {
  const isWell = !plan.outages.some(
    ({ endpoint, from, to }) => endpoint === target.endpoint && from <= clock.now && clock.now < to,
  );
  const [first] = steps;
  if (limiter === undefined || call.plan.isRecovery || !isWell || first?.type === "throw") return steps;
  const { isTaken, rateLimits } = limiter.take(target, clock.now);
  const tell = (part: StreamPart): StreamPart => (part.type === "response" ? { ...part, rateLimits } : part);
  const telling = steps.map((step) => (step.type === "read" ? { ...step, parts: step.parts.map(tell) } : step));
  // Some answers come without a word of it.
  if (isTaken && call.id % 3 === 0) return steps;
  if (isTaken) return [{ type: "read", parts: [{ type: "response", rateLimits }] }, ...telling];
  return [
    { type: "wait", ms: 20 },
    { type: "throw", error: new TargetFailure("rate.requests", { status: 429, rateLimits }) },
  ];
}

/** One that begins before an outage of its route and ends well in the middle of it. */
function isLongAnswer({ plan, clock }: UpstreamSetup, { endpoint }: TargetPlan, random: SeededRandom): boolean {
  const comes = plan.outages.some(
    (one) => one.endpoint === endpoint && one.from > clock.now && one.from < clock.now + LONG_MS,
  );
  return comes && random.chance(plan.longShare);
}

function chooseScript(setup: UpstreamSetup, context: ScriptContext, call: CallFact): Step[] {
  const { plan, clock, dead } = setup;
  if (call.plan.isRecovery) return healthyScript(context);
  if (call.plan.isInvalid) return invalidScript(context);
  const { endpoint } = context.target;
  const pool = plan.deadPools.findIndex(
    (one, index) => one.endpoint === endpoint && one.at <= clock.now && dead[index] !== 0,
  );
  if (pool >= 0 && !context.isFresh) {
    dead[pool] = (dead[pool] ?? 0) - 1;
    return deadConnection(plan.deadPools[pool]?.says, context);
  }
  const outage = plan.outages.find((one) => one.endpoint === endpoint && one.from <= clock.now && clock.now < one.to);
  if (outage !== undefined) return outageScript(outage.kind, context);
  if (call.plan.stubborn !== undefined) return stubbornScript(call.plan.stubborn, context);
  return context.random.chance(plan.faultRate) ? faultyScript(context) : healthyScript(context);
}

class Playback implements AsyncIterableIterator<readonly StreamPart[], undefined> {
  readonly #fact: UpstreamFact;
  readonly #steps: readonly Step[];
  readonly #heedsAbort: boolean;
  readonly #setup: UpstreamSetup;
  #position = 0;
  #pending: Pending | undefined;

  constructor(
    fact: UpstreamFact,
    steps: readonly Step[],
    heedsAbort: boolean,
    signal: AbortSignal,
    setup: UpstreamSetup,
  ) {
    this.#fact = fact;
    this.#steps = steps;
    this.#heedsAbort = heedsAbort;
    this.#setup = setup;
    signal.addEventListener("abort", () => this.#onAbort());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Read> {
    const step = this.#steps[this.#position];
    const { clock } = this.#setup;
    this.#fact.pending = clock.moment;
    if (step?.type === "throw-at-once") {
      this.#threw(step.error);
      throw step.error;
    }
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#play();
    });
  }

  return(): Promise<Read> {
    this.#fact.returned++;
    return Promise.resolve({ done: true, value: undefined });
  }

  get #isLate(): boolean {
    return this.#fact.aborted !== undefined || this.#fact.returned > 0;
  }

  #play(): void {
    const { clock } = this.#setup;
    const step = this.#steps[this.#position++];
    switch (step?.type) {
      case "wait":
        clock.schedule("upstream", step.ms, () => this.#play());
        return;
      case "read":
        this.#give(step.parts, step.isBroken ?? false);
        return;
      case "throw":
      case "throw-at-once":
        this.#threw(step.error);
        this.#take()?.reject(step.error);
        return;
      case "hang":
        return;
      case "done":
      case undefined:
        if (!this.#isLate) this.#fact.done ??= clock.moment;
        this.#take()?.resolve({ done: true, value: undefined });
        return;
      default:
        step satisfies never;
    }
  }

  #give(parts: readonly StreamPart[], isBroken: boolean): void {
    const pending = this.#take();
    if (pending === undefined) return;
    const { clock, note } = this.#setup;
    const fact = this.#fact;
    const isLate = this.#isLate;
    if (isBroken && !isLate) fact.brokenAt = fact.reads.length;
    fact.reads.push({ asked: fact.pending ?? clock.moment, ...clock.moment, parts, isLate });
    if (isLate) {
      pending.resolve({ done: false, value: parts });
      return;
    }
    fact.pending = undefined;
    note({ type: "read", upstream: fact, parts, isBroken });
    pending.resolve({ done: false, value: parts });
  }

  #threw(error: unknown): void {
    if (!this.#isLate) this.#fact.thrown ??= { ...this.#setup.clock.moment, error };
  }

  #onAbort(): void {
    this.#fact.aborted = this.#setup.clock.moment;
    if (this.#heedsAbort) this.#take()?.reject(new Error("This operation was aborted."));
  }

  #take(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}

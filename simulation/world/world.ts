import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import {
  createChain,
  defaultPolicy,
  type Chain,
  type ChainOptions,
  type EngineEvent,
  type Policy,
  type Price,
} from "@understudy/core";
import { shareHealth } from "@understudy/core/store";
import type { CallFact, Facts, Happening, TimelineEntry } from "../facts.ts";
import { SimulatedClock } from "./clock.ts";
import { consume } from "./consumers.ts";
import type { CallPlan, Manners, WorldPlan } from "./plan.ts";
import { SeededRandom } from "./random.ts";
import { Limiter } from "./limiter.ts";
import { makeTarget } from "./upstream.ts";

const LONGEST_MS = 6 * 3_600_000;
const LONGEST_LEASE_MS = 200_000;

/** The call in whose context something happens. */
const callInCharge = new AsyncLocalStorage<CallFact>();
const stray: unknown[] = [];
let isWatching = false;

/** What nobody handled. Node reports it before the next turn, so it belongs to the schedule that is running. */
function watchRejections(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("unhandledRejection", (reason) => stray.push(reason));
}

/** Plays one plan and writes down everything that happened. */
export async function runWorld(plan: WorldPlan): Promise<Facts> {
  watchRejections();
  stray.length = 0;
  return new World(plan).run();
}

class World {
  readonly #plan: WorldPlan;
  readonly #random: SeededRandom;
  readonly #clock: SimulatedClock;
  readonly #chain: Chain;
  readonly #calls: CallFact[] = [];
  readonly #byUser = new Map<string, CallFact>();
  readonly #signals = new Map<CallFact, AbortController>();
  readonly #ends = new Map<CallFact, PromiseWithResolvers<void>>();
  readonly #timeline: TimelineEntry[] = [];
  readonly #sleeps: { from: number; to: number }[] = [];
  readonly #thrownByCallbacks: unknown[] = [];
  readonly #internalErrors: unknown[] = [];
  readonly #misplaced: string[] = [];
  #todo = 0;
  #isFresh = false;

  constructor(plan: WorldPlan) {
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed ^ 0x5bd1e995);
    this.#clock = new SimulatedClock(this.#random.fork());
    const upstream = {
      plan,
      clock: this.#clock,
      random: this.#random.fork(),
      calls: this.#byUser,
      note: (happening: Happening) => this.#note(happening),
      dead: plan.deadPools.map(({ connections }) => connections),
      limiter: plan.steering && new Limiter(plan.steering.limit),
    };
    const jitter = this.#random.fork();
    this.#chain = createChain(
      plan.tiers.map(({ name, ...tier }, index) => ({
        ...tier,
        name,
        targets: plan.targets.filter((target) => target.tier === index).map((target) => makeTarget(target, upstream)),
      })),
      {
        holdMs: plan.holdAll ? Infinity : plan.holdMs,
        maxAttempts: plan.maxAttempts,
        consumerIdleMs: plan.consumerIdleMs,
        policy: makePolicy(plan.policy, (manners) => this.#misbehave(manners, this.#thrownByCallbacks)),
        onEvent: (event) => {
          this.#onEvent(event);
          return this.#misbehave(plan.hook, this.#thrownByCallbacks);
        },
        onInternalError: (error) => {
          this.#internalErrors.push(error);
          return this.#misbehave(plan.lastHook, []);
        },
        ...steeringOptions(plan),
        afterRelease: plan.continuing && "continue",
        store: plan.store === "throws" ? throwingStore : undefined,
        clock: this.#clock.engineClock(),
        random: () => jitter.next(),
      },
    );
  }

  async run(): Promise<Facts> {
    const { plan } = this;
    // What its options load is loaded in real time: no call is to wait for it.
    const isHedged = plan.tiers.some(({ hedgeAfterMs }) => hedgeAfterMs !== undefined);
    if (plan.steering !== undefined || plan.continuing !== undefined || isHedged) await this.#chain.check();
    for (const at of new Set(plan.calls.map((call) => call.at))) {
      const together = plan.calls.filter((call) => call.at === at);
      this.#later(at, () => together.forEach((call) => this.#call(call)));
    }
    for (const { at, ms } of plan.sleeps) this.#later(at, () => this.#sleep(ms));
    for (const { at, ms } of plan.wallJumps) this.#later(at, () => this.#clock.jumpWall(ms));
    for (const { at, action, vendor } of plan.operator) this.#later(at, () => this.#operate(action, vendor));
    let isFinished = await this.#settle();
    isFinished &&= await this.#recover();
    for (const [fact, controller] of this.#signals) {
      fact.listenersAtRest = getEventListeners(controller.signal, "abort").length;
    }
    return {
      plan,
      calls: this.#calls,
      timeline: this.#timeline,
      sleeps: this.#sleeps,
      isFinished,
      engineTimersAtRest: this.#clock.pending("engine"),
      stray: [...stray],
      thrownByCallbacks: this.#thrownByCallbacks,
      internalErrors: this.#internalErrors,
      misplaced: this.#misplaced,
    };
  }

  get plan(): WorldPlan {
    return this.#plan;
  }

  #later(at: number, action: () => void): void {
    this.#todo++;
    this.#clock.schedule("world", at, () => {
      this.#todo--;
      action();
    });
  }

  #settle(): Promise<boolean> {
    return this.#clock.run(() => {
      this.#noteHealth();
      return this.#todo === 0 && this.#calls.every((call) => call.isDone);
    }, this.#clock.now + LONGEST_MS);
  }

  /** When every outage is over and every block has run out, each target that may be first is asked three times, one call after the other. */
  async #recover(): Promise<boolean> {
    const blocked = this.#chain.snapshot().map(({ blockedForMs }) => blockedForMs);
    const waitMs = Math.max(...blocked.filter((ms) => Number.isFinite(ms))) + LONGEST_LEASE_MS;
    let isOver = false;
    this.#clock.schedule("world", waitMs, () => {
      isOver = true;
    });
    if (!(await this.#clock.run(() => isOver, Infinity))) return false;
    for (const [index, { name, balance }] of this.#plan.tiers.entries()) {
      const siblings = this.#plan.targets.filter(({ tier }) => tier === index).length;
      const most = balance === "spread" ? 3 * siblings : 3;
      for (let times = 0; times < most; times++) {
        this.#call(recoveryCall(this.#clock.now, name));
        // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
        if (!(await this.#settle())) return false;
      }
    }
    return true;
  }

  #call(plan: CallPlan): void {
    const fact: CallFact = {
      id: this.#calls.length + 1,
      plan,
      startedAt: this.#clock.now,
      seen: [],
      upstream: [],
      events: [],
      isWaiting: false,
      listenersAtRest: 0,
      isDone: false,
      pin: this.#pinFor(plan),
    };
    this.#calls.push(fact);
    this.#byUser.set(`call-${fact.id}`, fact);
    const end = Promise.withResolvers<void>();
    this.#ends.set(fact, end);
    const controller = new AbortController();
    this.#signals.set(fact, controller);
    if (plan.abortAfterMs === 0) this.#abort(fact);
    else if (plan.abortAfterMs !== undefined) {
      this.#clock.schedule("world", plan.abortAfterMs, () => this.#abort(fact));
    }
    const { chain, clock } = { chain: this.#chain, clock: this.#clock };
    const ended = (one: CallFact): Promise<void> => this.#ends.get(one)?.promise ?? end.promise;
    void callInCharge.run(fact, () => consume(fact, controller.signal, { chain, clock, ended }));
  }

  #pinFor({ pin }: CallPlan): CallFact["pin"] {
    if (pin === "foreign") return { text: "1.abc.def", target: undefined };
    if (pin === undefined) return undefined;
    const earlier = this.#calls.findLast(({ result }) => result?.answer?.pin !== undefined);
    const { pin: text, trace } = earlier?.result?.answer ?? {};
    // The last one that was asked may have been asked beside the one that answered.
    const answered = trace?.attempts.find(({ outcome }) => outcome === "answered")?.attempt;
    const target = earlier?.upstream.find(({ attempt }) => attempt === answered)?.target;
    return text === undefined ? undefined : { text, target };
  }

  #abort(fact: CallFact): void {
    if (fact.aborted !== undefined || fact.events.some(({ event }) => event.type === "end")) return;
    fact.aborted = this.#clock.moment;
    fact.eventsAtAbort = fact.events.length;
    fact.wasWaitingAtAbort = fact.isWaiting;
    this.#signals.get(fact)?.abort(`reason of call ${fact.id}`);
  }

  #sleep(ms: number): void {
    const from = this.#clock.now;
    this.#clock.sleep(ms);
    this.#sleeps.push({ from, to: this.#clock.now });
  }

  #operate(action: "isolate" | "enable", vendor: string): void {
    const targets = this.#plan.targets.filter((target) => target.vendor === vendor);
    this.#note({ type: "operator", action, targets });
    // A selector that matches nothing is refused.
    if (targets.length > 0) this.#chain[action]({ vendor });
  }

  #onEvent(event: EngineEvent): void {
    this.#note({ type: "event", event });
    if (event.type !== "breaker" && event.type !== "cooldown" && "callId" in event) {
      const fact = this.#calls[event.callId - 1];
      fact?.events.push({ ...this.#clock.moment, event });
      if (fact?.aborted === undefined && callInCharge.getStore() !== fact) {
        this.#misplaced.push(`call ${event.callId} is told of its ${event.type} elsewhere`);
      }
      if (fact !== undefined && event.type === "end") this.#ends.get(fact)?.resolve();
      const { abortAtEvent } = fact?.plan ?? {};
      const isMoment = abortAtEvent === "repeat" ? event.type === "repeat" : fact?.events.length === abortAtEvent;
      if (fact !== undefined && isMoment) this.#abort(fact);
    }
  }

  #note(happening: Happening): void {
    this.#isFresh ||= happening.type !== "read";
    this.#timeline.push({ ...happening, ...this.#clock.moment });
  }

  /** As an application's callback may: throw, or be a function that is `async` and reject. */
  #misbehave(manners: Manners, list: unknown[]): undefined {
    if (manners === "quiet") return undefined;
    const error = new Error("A callback failed.");
    list.push(error);
    if (manners === "throws") throw error;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types forbid it, applications do it
    return Promise.reject(error) as unknown as undefined;
  }

  #noteHealth(): void {
    if (!this.#isFresh) return;
    this.#note({ type: "health", health: this.#chain.snapshot() });
    this.#isFresh = false;
  }
}

function recoveryCall(at: number, tier: string): CallPlan {
  return {
    at,
    consumer: "generate",
    json: false,
    tools: false,
    afterToolResult: false,
    deadlineMs: undefined,
    startWithinMs: undefined,
    tiers: [tier],
    allowDegraded: true,
    abortAfterMs: undefined,
    abortAtEvent: undefined,
    reads: 0,
    pauseMs: 1,
    isInvalid: false,
    stubborn: undefined,
    pin: undefined,
    isThrifty: false,
    isRecovery: true,
  };
}

function steeringOptions({ steering, targets }: WorldPlan): ChainOptions {
  if (steering === undefined) return {};
  const prices = targets.map(({ vendor, model }): [string, Price] => {
    const price = steering.dear.includes(vendor) ? 100 : 10;
    return [`${vendor}/${model}`, { input: price, output: price }];
  });
  return { pins: true, steering: steering.isAsked, prices: Object.fromEntries(prices) };
}

function makePolicy(kind: WorldPlan["policy"], misbehave: (manners: Manners) => undefined): Policy {
  switch (kind) {
    case "default":
      return defaultPolicy;
    case "fail-after-release":
      return (failure, context) => (context.released ? "stop" : defaultPolicy(failure, context));
    case "move-on":
      return (failure, context) =>
        /^(policy|output)\./.test(failure.class) ? "next" : defaultPolicy(failure, context);
    case "insists":
      return (failure, context) =>
        failure.class === "request.invalid" ? "stop" : context.attempts < 9 ? "again" : "next";
    case "throws":
    case "rejects":
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no decision at all
      return () => misbehave(kind) as unknown as ReturnType<Policy>;
    default:
      return kind satisfies never;
  }
}

const fail = (): never => {
  throw new Error("The store threw.");
};
const throwingStore = shareHealth({ publish: fail, subscribe: fail, acquireProbe: fail });

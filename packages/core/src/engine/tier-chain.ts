import type { Finding } from "../check/finding.ts";
import type { Answer } from "../model/answer.ts";
import type { Clock } from "../model/clock.ts";
import type { Request } from "../model/request.ts";
import type { Target } from "../model/target.ts";
// These stand in the bundle as they stand here: neighbours that are alike compress better.
import { CallRequests, planOf } from "./next/requests.ts";
import { candidateName, candidatesOf, readDefinition, type Candidate, type Definition, type Tier } from "./tier.ts";
import { listed, TEXT, whole, type ShapeOf } from "../model/rules.ts";
import { isThenable, watch } from "../model/promises.ts";
import { defaultPolicy, type Policy, type PolicyDecision } from "./policy.ts";
import { readArgument, readCallOptions } from "./call-options.ts";
import { DEFAULTS, type CallOptions, type ChainOptions, type TierInput } from "./options.ts";
import { misuse } from "../model/error.ts";
import { TargetFailure } from "../model/target-failure.ts";
import { systemClock, systemRandom } from "./system-clock.ts";
import { Call, type CallSetup } from "./call/call.ts";
import { isUnbilled } from "./call/call-log.ts";
import { EventQueue } from "./event-queue.ts";
import { AnswerStream } from "./stream/answer-stream.ts";
import type { Chain, ChainDescription, IsolateOptions, TargetSelector } from "./chain.ts";
import { ChainHealth } from "./health/chain-health.ts";
import type { Ahead } from "./ahead/ahead.ts";
import type { TargetHealth } from "./health/health-events.ts";

/**
 * Builds a chain: `createChain([anthropic("…"), openai("…")])`. Throws one `config` error that names every problem:
 * missing keys, bad options, no tiers.
 */
export function createChain(tiers: readonly TierInput[], options: ChainOptions = {}): Chain {
  return new TierChain(readDefinition(tiers, options));
}

const { freeze } = Object;

/** Not every runtime can tell where a call came from. */
const runtime: { readonly captureStackTrace?: (holder: object, below: Chain["generate" | "stream"]) => void } = Error;

const SELECTOR: ShapeOf<TargetSelector> = { tier: TEXT, vendor: TEXT, model: TEXT, endpoint: TEXT, sibling: whole(1) };

const ISOLATE: ShapeOf<IsolateOptions> = {
  forMs: { must: "be milliseconds, above 0 and at most a day", test: isTime },
};

function isTime(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= 86_400_000;
}

class TierChain implements Chain {
  readonly #tiers: readonly Tier[];
  readonly #candidates: readonly Candidate[];
  readonly #vendors: readonly string[];
  readonly #options: ChainOptions;
  readonly #random: () => number;
  readonly #events: EventQueue;
  readonly #health: ChainHealth;
  /** What calls wait for before they start; undefined where no option asks for it. */
  #ready: Promise<void> | undefined;
  #ahead: Ahead | undefined;
  readonly #closed = Promise.withResolvers<void>();
  #isClosing = false;
  #calls = 0;
  #running = 0;

  constructor({ tiers, options }: Definition) {
    const { clock = systemClock, random = systemRandom, store } = options;
    this.#random = () => this.#jitter(random);
    this.#tiers = tiers;
    this.#candidates = candidatesOf(tiers);
    this.#vendors = this.#candidates.map(({ target }) => target.vendor);
    this.#options = options;
    const onInternalError = (error: unknown): void => this.#onInternalError(error);
    const { onEvent, observers = [] } = options;
    this.#events = new EventQueue(onInternalError);
    if (onEvent !== undefined) this.#events.join(() => ({ onEvent }));
    this.#health = new ChainHealth(
      {
        clock,
        random: this.#random,
        store,
        events: this.#events,
        onInternalError,
      },
      this.#candidates.map(({ target }) => target),
    );
    for (const make of observers) this.#events.join(() => make(this));
    const { pins, steering, prices, afterRelease } = options;
    const isAsked = pins === true || steering === true || prices !== undefined || afterRelease === "continue";
    if (isAsked || tiers.some(({ order, hedgeAfterMs }) => order !== "declared" || hedgeAfterMs !== undefined)) {
      this.#lookAhead();
    }
  }

  get tiers(): readonly string[] {
    return this.#tiers.map((tier) => tier.name);
  }

  readonly check = async (input?: string | Request): Promise<readonly Finding[]> => {
    const { checkChain } = await import("../check/check-chain.ts");
    await this.#ready;
    return checkChain({
      candidates: this.#candidates,
      clock: this.#options.clock ?? systemClock,
      deadlineMs: DEFAULTS.deadlineMs,
      transport: this.#options.transport,
      read:
        input === undefined
          ? undefined
          : () => new CallRequests(input, this.#vendors, (error) => this.#onInternalError(error)),
    });
  };

  readonly describe = (): ChainDescription =>
    freeze({
      tiers: freeze(this.#tiers.map((tier) => freeze({ ...tier, targets: freeze([...tier.targets]) }))),
      options: freeze({ ...this.#options }),
    });

  readonly snapshot = (): readonly TargetHealth[] => this.#inspect(this.#candidates);

  readonly isolate = (selector: TargetSelector | "all", options: IsolateOptions = {}): readonly TargetHealth[] => {
    const { forMs } = readArgument<IsolateOptions>(options, ISOLATE, "the options of isolate", "unknown option");
    return this.#change(selector, "isolated", (target) => this.#health.isolate(target, forMs));
  };

  readonly enable = (selector: TargetSelector | "all"): readonly TargetHealth[] => {
    return this.#change(selector, "enabled", (target) => this.#health.enable(target));
  };

  readonly close = (): Promise<void> => {
    this.#isClosing = true;
    this.#closeWhenIdle();
    return this.#closed.promise;
  };

  readonly [Symbol.asyncDispose] = this.close;

  readonly generate = async <Output = unknown>(
    input: string | Request<Output>,
    options: CallOptions = {},
  ): Promise<Answer<Output>> => {
    const setup = this.#setUp(input, options, Infinity, "generate");
    if (this.#ready !== undefined) await this.#ready;
    const call = new Call(setup, this.#ahead?.of(setup));
    call.output.discard();
    call.start();
    // The output's type is what the request's schema promised, and validation has checked it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (await call.ending.result) as Answer<Output>;
  };

  readonly stream = async <Output = unknown>(
    input: string | Request<Output>,
    options: CallOptions = {},
  ): Promise<AnswerStream<Output>> => {
    const { holdMs = DEFAULTS.holdMs, clock = systemClock } = this.#options;
    const setup = this.#setUp(input, options, holdMs, "stream");
    if (this.#ready !== undefined) await this.#ready;
    const call = new Call(setup, this.#ahead?.of(setup));
    call.start();
    await call.ending.released;
    return new AnswerStream<Output>(call, clock);
  };

  #lookAhead(): void {
    this.#ready ??= this.#loadAhead().catch((error: unknown) => this.#onInternalError(error));
  }

  /** A chain does without what it cannot load. */
  async #loadAhead(): Promise<void> {
    const { Ahead } = await import("./ahead/ahead.ts");
    this.#ahead = new Ahead({
      candidates: this.#candidates,
      options: this.#options,
      events: this.#events,
      health: this.#health,
      clock: this.#options.clock ?? systemClock,
      random: this.#random,
      isUnbilled,
      planOf,
      TargetFailure,
    });
  }

  #change(
    selector: TargetSelector | "all",
    type: "isolated" | "enabled",
    change: (target: Target) => void,
  ): readonly TargetHealth[] {
    const chosen = this.#select(selector);
    for (const one of chosen) {
      change(one.target);
      this.#events.note({ type, ...candidateName(one), endpoint: one.target.endpoint });
    }
    this.#events.tell();
    return this.#inspect(chosen);
  }

  #closeWhenIdle(): void {
    if (!this.#isClosing || this.#running > 0) return;
    this.#health.close();
    this.#closed.resolve();
  }

  #inspect(candidates: readonly Candidate[]): readonly TargetHealth[] {
    return candidates.map((one) => ({ ...candidateName(one), ...this.#health.inspect(one.target) }));
  }

  #select(selector: TargetSelector | "all"): readonly Candidate[] {
    if (selector === "all") return this.#candidates;
    const wanted = Object.entries(
      readArgument<TargetSelector>(
        selector,
        SELECTOR,
        `a selector other than "all"`,
        "the selector has an unknown field",
      ),
    );
    const facts = this.#candidates.map((one) => ({ ...candidateName(one), endpoint: one.target.endpoint }));
    const chosen = this.#candidates.filter((_, index) => {
      return wanted.length > 0 && wanted.every(([name, value]) => value === Reflect.get(facts[index] ?? {}, name));
    });
    if (chosen.length > 0) return chosen;
    const there = listed(facts.map((fact) => JSON.stringify(fact)));
    throw misuse("invalid-request", `The selector matches no target. Give "all", or fields of: ${there}.`);
  }

  /** All that is read of the caller's is read here, at once. */
  #setUp(input: unknown, given: CallOptions, holdMs: number, mode: "generate" | "stream"): CallSetup {
    if (this.#isClosing) throw misuse("config", "The chain is closed.");
    const caller = {};
    runtime.captureStackTrace?.(caller, this[mode]);
    const options = readCallOptions(given, this.tiers);
    const { clock = systemClock, policy = defaultPolicy, marker = DEFAULTS.marker } = this.#options;
    const callId = ++this.#calls;
    const onInternalError = (error: unknown): void => this.#onInternalError(error);
    const requests = new CallRequests(input, this.#vendors, onInternalError);
    const { afterRelease = this.#options.afterRelease, continueWith = this.#options.continueWith } = options;
    if (mode === "stream" && afterRelease === "continue") this.#lookAhead();
    const setup: CallSetup = {
      callId,
      startedAt: clock.now(),
      mode,
      caller,
      tiers: this.tiers,
      candidates: this.#candidates,
      requests,
      options,
      limits: {
        deadlineMs: options.deadlineMs ?? DEFAULTS.deadlineMs,
        startWithinMs: options.startWithinMs,
        consumerIdleMs: this.#options.consumerIdleMs ?? DEFAULTS.consumerIdleMs,
      },
      holdMs,
      marker,
      afterRelease,
      continueWith,
      maxAttempts: this.#options.maxAttempts ?? this.#candidates.length + 2,
      vendorMessages: this.#options.vendorMessages === true,
      policy: (failure, context) =>
        afterRelease === "fail" && context.released ? "stop" : this.#decide(policy, failure, context),
      clock,
      random: this.#random,
      events: this.#events,
      health: this.#health,
      onInternalError,
      onEnd: () => {
        this.#running--;
        this.#closeWhenIdle();
      },
    };
    if (this.#calls === 1) this.#prepare(clock);
    this.#running++;
    return setup;
  }

  /** It is not waited for: what goes wrong comes up again with the first request. */
  #prepare(clock: Clock): void {
    const others = this.#candidates.filter(({ tier }) => tier !== this.#tiers[0]);
    void Promise.allSettled(others.map(async ({ target }) => target.prepare?.(clock)));
  }

  /** NaN and numbers out of range would become a timer's delay. */
  #jitter(random: () => number): number {
    try {
      const value: unknown = random();
      if (typeof value === "number" && value >= 0 && value < 1) return value;
      this.#onInternalError(new TypeError("`random` must return numbers in [0, 1)."));
    } catch (error) {
      this.#onInternalError(error);
    }
    return 0.5;
  }

  /** What a callback throws, or its promise is rejected with, never reaches a call. */
  #onInternalError(error: unknown): void {
    try {
      watch(this.#options.onInternalError?.(error), () => {
        // The last callback there is: nothing is left to report it to.
      });
    } catch {
      // The same.
    }
  }

  #decide(policy: Policy, ...facts: Parameters<Policy>): PolicyDecision {
    const decision = policy(...facts);
    if (!isThenable(decision)) return decision;
    watch(decision, (error) => this.#onInternalError(error));
    throw new TypeError("The policy function returned a promise: it has to decide at once.");
  }
}

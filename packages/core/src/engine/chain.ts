// Whoever compiles against the declarations may have an older `lib`, without `Symbol.asyncDispose`.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Finding } from "../check/finding.ts";
import type { Answer } from "../model/answer.ts";
import type { Clock } from "../model/clock.ts";
import { misuse } from "../model/error.ts";
import type { Request } from "../model/request.ts";
import { TEXT, type ShapeOf } from "../model/rules.ts";
import { isThenable, watch } from "../model/promises.ts";
import { AnswerStream } from "./stream/answer-stream.ts";
import { readArgument, readCallOptions } from "./call-options.ts";
import { CallRequests } from "./next/requests.ts";
import { Call, type CallSetup } from "./call/call.ts";
import { EventQueue } from "./event-queue.ts";
import { ChainHealth, type TargetHealth } from "./health/chain-health.ts";
import { DEFAULTS, type CallOptions, type ChainOptions, type TierInput } from "./options.ts";
import { defaultPolicy, type Policy, type PolicyDecision } from "./policy.ts";
import { systemClock, systemRandom } from "./system-clock.ts";
import { candidateName, candidatesOf, readDefinition, type Candidate, type Definition, type Tier } from "./tier.ts";

/**
 * Ordered tiers that answer as one model. Serves any number of concurrent calls; all state of a call lives in the call.
 * Its functions may be taken off: `const { generate } = chain`.
 */
export interface Chain {
  /** The whole answer. Held until it is complete, so every failure on the way to it is silent. */
  readonly generate: <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ) => Promise<Answer<Output>>;
  /** Resolves when the answer begins; rejects if every tier failed before that. */
  readonly stream: <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ) => Promise<AnswerStream<Output>>;
  /**
   * Looks at the chain, and at what it would make of a request, without sending anything: tiers that are not like the
   * first, that fail together, that end soon, or that lose something. Worst findings first. Never throws or rejects,
   * whatever the request is; loaded with its first use.
   */
  readonly check: (input?: string | Request) => Promise<readonly Finding[]>;
  /** Names of the tiers, in order. */
  readonly tiers: readonly string[];
  /** What is known about every target, in order. */
  readonly snapshot: () => readonly TargetHealth[];
  /** Takes matching targets out until `enable`. */
  readonly isolate: (selector: TargetSelector) => void;
  /** Puts matching targets back, and ends their cooldowns and open breakers. */
  readonly enable: (selector: TargetSelector) => void;
  /**
   * Ends the chain's life: new calls reject with `config`, running ones continue. Resolves when the last of them is over
   * and the store is left; never rejects, and may be called again. To hurry the calls, abort their signals. The other
   * methods still work: `snapshot` shows what was last known.
   */
  readonly close: () => Promise<void>;
  /** The same as `close()`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * Targets that have all of the given properties; an empty selector means all targets. One that is wrong (misspelt, no
 * object) throws `invalid-request` and changes nothing.
 */
export interface TargetSelector {
  /** The name of a tier. */
  readonly tier?: string | undefined;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor?: string | undefined;
  /** The model's id, as it was given to the target's factory. */
  readonly model?: string | undefined;
  /** Host or region label, as `snapshot()` shows it. */
  readonly endpoint?: string | undefined;
}

/**
 * Builds a chain: `createChain([anthropic("…"), openai("…")])`. Throws one `config` error that names every problem:
 * missing keys, bad options, no tiers.
 */
export function createChain(tiers: readonly TierInput[], options: ChainOptions = {}): Chain {
  return new TierChain(readDefinition(tiers, options));
}

/** Not every runtime can tell where a call came from. */
const runtime: { readonly captureStackTrace?: (holder: object, below: Chain["generate" | "stream"]) => void } = Error;

const SELECTOR: ShapeOf<TargetSelector> = { tier: TEXT, vendor: TEXT, model: TEXT, endpoint: TEXT };

class TierChain implements Chain {
  readonly #tiers: readonly Tier[];
  readonly #candidates: readonly Candidate[];
  readonly #options: ChainOptions;
  readonly #random: () => number;
  readonly #events: EventQueue;
  readonly #health: ChainHealth;
  readonly #closed = Promise.withResolvers<void>();
  #isClosing = false;
  #calls = 0;
  #running = 0;

  constructor({ tiers, options }: Definition) {
    const { clock = systemClock, random = systemRandom, store } = options;
    this.#random = () => this.#jitter(random);
    this.#tiers = tiers;
    this.#candidates = candidatesOf(tiers);
    this.#options = options;
    const onInternalError = (error: unknown): void => this.#onInternalError(error);
    this.#events = new EventQueue({ onEvent: options.onEvent, onInternalError });
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
  }

  get tiers(): readonly string[] {
    return this.#tiers.map((tier) => tier.name);
  }

  readonly check = async (input?: string | Request): Promise<readonly Finding[]> => {
    const { checkChain } = await import("../check/check-chain.ts");
    return checkChain({
      candidates: this.#candidates,
      clock: this.#options.clock ?? systemClock,
      deadlineMs: DEFAULTS.deadlineMs,
      read: input === undefined ? undefined : () => new CallRequests(input, (error) => this.#onInternalError(error)),
    });
  };

  readonly snapshot = (): readonly TargetHealth[] => {
    return this.#select({}).map((one) => ({ ...candidateName(one), ...this.#health.inspect(one.target) }));
  };

  readonly isolate = (selector: TargetSelector): void => {
    for (const one of this.#select(selector)) {
      this.#health.isolate(one.target);
      this.#note("isolated", one);
    }
    this.#events.tell();
  };

  readonly enable = (selector: TargetSelector): void => {
    for (const one of this.#select(selector)) {
      this.#health.enable(one.target);
      this.#note("enabled", one);
    }
    this.#events.tell();
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
    const call = this.#call(input, options, Infinity, this.generate);
    call.output.discard();
    call.start();
    // The output's type is what the request's schema promised, and validation has checked it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (await call.result) as Answer<Output>;
  };

  readonly stream = async <Output = unknown>(
    input: string | Request<Output>,
    options: CallOptions = {},
  ): Promise<AnswerStream<Output>> => {
    const { holdMs = DEFAULTS.holdMs, clock = systemClock } = this.#options;
    const call = this.#call(input, options, holdMs, this.stream);
    call.start();
    await call.released;
    return new AnswerStream<Output>(call, clock);
  };

  #note(type: "isolated" | "enabled", candidate: Candidate): void {
    this.#events.note({ type, ...candidateName(candidate), endpoint: candidate.target.endpoint });
  }

  #closeWhenIdle(): void {
    if (!this.#isClosing || this.#running > 0) return;
    this.#health.close();
    this.#closed.resolve();
  }

  #select(selector: TargetSelector): readonly Candidate[] {
    const wanted = Object.entries(
      readArgument<TargetSelector>(selector, SELECTOR, "the selector", "the selector has an unknown field"),
    );
    return this.#candidates.filter(({ tier, target }) => {
      const { vendor, model, endpoint } = target;
      const facts: { readonly [name: string]: string } = { tier: tier.name, vendor, model, endpoint };
      return wanted.every(([name, value]) => value === undefined || value === facts[name]);
    });
  }

  #call(input: unknown, given: CallOptions, holdMs: number, method: Chain["generate" | "stream"]): Call {
    if (this.#isClosing) throw misuse("config", "The chain is closed.");
    const caller = {};
    runtime.captureStackTrace?.(caller, method);
    const options = readCallOptions(given, this.tiers);
    const { clock = systemClock, policy = defaultPolicy, marker = DEFAULTS.marker } = this.#options;
    const setup: CallSetup = {
      callId: ++this.#calls,
      caller,
      tiers: this.tiers,
      candidates: this.#candidates,
      requests: new CallRequests(input, (error) => this.#onInternalError(error)),
      options,
      limits: {
        deadlineMs: options.deadlineMs ?? DEFAULTS.deadlineMs,
        startWithinMs: options.startWithinMs,
        consumerIdleMs: this.#options.consumerIdleMs ?? DEFAULTS.consumerIdleMs,
      },
      holdMs,
      marker,
      maxAttempts: this.#options.maxAttempts ?? this.#candidates.length + 2,
      vendorMessages: this.#options.vendorMessages === true,
      policy: (failure, context) => this.#decide(policy, failure, context),
      clock,
      random: this.#random,
      events: this.#events,
      health: this.#health,
      onInternalError: (error) => this.#onInternalError(error),
      onEnd: () => {
        this.#running--;
        this.#closeWhenIdle();
      },
    };
    if (this.#calls === 1) this.#prepare(clock);
    const call = new Call(setup);
    this.#running++;
    return call;
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

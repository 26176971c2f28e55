import type { Clock } from "../../model/clock.ts";
import { isThenable, toPromise, watch } from "../../model/promises.ts";
import type { HealthNews, HealthReport, HealthStore, ProbeAnswer, ProbeLease } from "./health-store.ts";

const LIMIT_MS = 25;
const LONGEST_LIMIT_MS = 250;
const FAILURES = 3;
const PAUSE_MS = 1_000;
const PAUSE_SPREAD_MS = 4_000;
/** How long a denied route is left alone at most: one question a second, not one per call. */
const RETRY_MS = 1_000;

/** Alone, every process makes its own probe. */
const ALONE: ProbeAnswer = { granted: true };

export interface GuardedStoreSetup {
  readonly store: HealthStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onInternalError: (error: unknown) => void;
  readonly onState: (state: "paused" | "back") => void;
}

/**
 * The store as the engine sees it: it never throws, answers within its limit, and is left alone for some seconds after
 * three failures in a row. When it fails, the local state decides alone, and leases are left to end by themselves.
 */
export class GuardedStore {
  readonly #setup: GuardedStoreSetup;
  readonly #limitMs: number;
  #failures = 0;
  #pausedUntil = 0;
  #isAway = false;
  #unsubscribe: (() => unknown) | undefined;

  constructor(setup: GuardedStoreSetup) {
    this.#setup = setup;
    this.#limitMs = limitOf(setup.store);
  }

  /** The owner is held weakly: a store may live longer than the chains that hear it. */
  subscribe<Owner extends object>(owner: Owner, hear: (owner: Owner, news: HealthNews) => void): void {
    const weak = new WeakRef(owner);
    // What still holds is told before there is anything to unsubscribe with.
    let unsubscribe: (() => unknown) | undefined;
    try {
      unsubscribe = this.#setup.store.subscribe((news) => {
        const alive = weak.deref();
        if (alive === undefined) letGo(unsubscribe, ignore);
        else hear(alive, news);
      });
      this.#unsubscribe = unsubscribe;
      watch(unsubscribe, (error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends the subscription, and leaves the store alone for good. */
  close(): void {
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = undefined;
    this.#pausedUntil = Infinity;
    letGo(unsubscribe, this.#setup.onInternalError);
  }

  publish(report: HealthReport): void {
    this.use((store) => store.publish(report));
  }

  /** Not waited for. */
  use(run: (store: HealthStore) => void | Promise<void>): void {
    void this.#ask(run, undefined);
  }

  /** Synchronous where the store is: then nothing is waited for. */
  acquireProbe(key: string, leaseMs: number): ProbeAnswer | Promise<ProbeAnswer> {
    const answer = this.#ask<unknown>(
      (store) => store.acquireProbe(key, leaseMs),
      ALONE,
      (late) => {
        const lease = answerOf(late).lease;
        if (lease !== undefined) this.use(() => lease.release());
      },
    );
    return answer instanceof Promise ? answer.then(answerOf) : answerOf(answer);
  }

  #ask<Value>(
    run: (store: HealthStore) => Value | Promise<Value>,
    otherwise: Value,
    onLate?: (value: Value) => void,
  ): Value | Promise<Value> {
    const { store, clock } = this.#setup;
    if (clock.now() < this.#pausedUntil) return otherwise;
    try {
      const answer = run(store);
      if (isThenable(answer)) return this.#limit(toPromise(answer), otherwise, onLate);
      this.#succeeded();
      return answer;
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  #limit<Value>(
    answer: Promise<Value>,
    otherwise: Value,
    onLate: ((value: Value) => void) | undefined,
  ): Promise<Value> {
    const { clock, onInternalError } = this.#setup;
    return new Promise((resolve) => {
      let isLate = false;
      const timer = clock.setTimeout(
        () => {
          isLate = true;
          this.#failed(new Error(`The health store did not answer within ${this.#limitMs} ms.`));
          resolve(otherwise);
        },
        this.#limitMs,
        // A call waits for a lease, and may be all that keeps the process alive; nobody waits for a report.
        onLate === undefined,
      );
      // What comes late was counted as a failure already.
      const answered = (value: Value): void => {
        if (isLate) onLate?.(value);
        else this.#succeeded();
        clock.clearTimeout(timer);
        resolve(value);
      };
      const rejected = (error: unknown): void => {
        if (isLate) onInternalError(error);
        else this.#failed(error);
        clock.clearTimeout(timer);
        resolve(otherwise);
      };
      answer.then(answered, rejected);
    });
  }

  #succeeded(): void {
    this.#failures = 0;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#setup.onState("back");
  }

  #failed(error: unknown): void {
    const { clock, random, onInternalError, onState } = this.#setup;
    onInternalError(error);
    if (++this.#failures < FAILURES) return;
    this.#failures = 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, clock.now() + PAUSE_MS + random() * PAUSE_SPREAD_MS);
    if (this.#isAway) return;
    this.#isAway = true;
    onState("paused");
  }
}

/** Captures nothing: the listener outlives its owner. */
function letGo(unsubscribe: (() => unknown) | undefined, onError: (error: unknown) => void): void {
  try {
    watch(unsubscribe?.(), onError);
  } catch (error) {
    onError(error);
  }
}

/** The owner is gone: nothing is left to report it to. */
const ignore = (): void => undefined;

function limitOf({ limitMs = LIMIT_MS }: HealthStore): number {
  return limitMs > 0 ? Math.min(limitMs, LONGEST_LIMIT_MS) : LIMIT_MS;
}

/** A store in plain JavaScript may answer anything: only a clear no is one, and no time of it blocks a route for long. */
function answerOf(answer: unknown): ProbeAnswer & { readonly lease?: ProbeLease | undefined } {
  if (!isAnswer(answer)) return ALONE;
  if (answer.granted) return answer;
  const { retryInMs } = answer;
  return { granted: false, retryInMs: retryInMs >= 0 ? Math.min(retryInMs, RETRY_MS) : RETRY_MS };
}

function isAnswer(answer: unknown): answer is ProbeAnswer {
  return typeof answer === "object" && answer !== null && "granted" in answer && typeof answer.granted === "boolean";
}

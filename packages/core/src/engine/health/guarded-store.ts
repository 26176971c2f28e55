import type { Clock } from "../../model/clock.ts";
import { isThenable, toPromise, watch } from "../../model/promises.ts";
import type { HealthNews, HealthStore } from "./health-store.ts";

const LIMIT_MS = 25;
const FAILURES = 3;
const PAUSE_MS = 1_000;
const PAUSE_SPREAD_MS = 4_000;

export interface GuardedStoreSetup {
  readonly store: HealthStore | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onInternalError: (error: unknown) => void;
}

/**
 * The store as the engine sees it: it never throws, answers within 25 ms, and is left alone for some seconds after
 * three failures in a row. Without a store, or when it fails, the local state decides alone.
 */
export class GuardedStore {
  readonly #setup: GuardedStoreSetup;
  #failures = 0;
  #pausedUntil = 0;
  #unsubscribe: (() => unknown) | undefined;

  constructor(setup: GuardedStoreSetup) {
    this.#setup = setup;
  }

  /** The owner is held weakly: a store may live longer than the chains that hear it. */
  subscribe<Owner extends object>(owner: Owner, hear: (owner: Owner, news: HealthNews) => void): void {
    const { store } = this.#setup;
    if (store === undefined) return;
    const weak = new WeakRef(owner);
    try {
      const unsubscribe = store.subscribe((news) => {
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
    if (unsubscribe !== undefined) letGo(unsubscribe, this.#setup.onInternalError);
  }

  publish(news: HealthNews): void {
    void this.#ask((store) => store.publish(news), undefined);
  }

  releaseProbe(key: string): void {
    void this.#ask((store) => store.releaseProbe(key), undefined);
  }

  /** Synchronous where the store is: then nothing is waited for. */
  acquireProbe(key: string, leaseMs: number): boolean | Promise<boolean> {
    return this.#ask((store) => store.acquireProbe(key, leaseMs), true);
  }

  #ask<Value>(run: (store: HealthStore) => Value | Promise<Value>, otherwise: Value): Value | Promise<Value> {
    const { store, clock } = this.#setup;
    if (store === undefined || clock.now() < this.#pausedUntil) return otherwise;
    try {
      const answer = run(store);
      if (isThenable(answer)) return this.#limit(toPromise(answer), otherwise);
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  #limit<Value>(answer: Promise<Value>, otherwise: Value): Promise<Value> {
    const { clock, onInternalError } = this.#setup;
    return new Promise((resolve) => {
      let isLate = false;
      const timer = clock.setTimeout(
        () => {
          isLate = true;
          this.#failed(new Error(`The health store did not answer within ${LIMIT_MS} ms.`));
          resolve(otherwise);
        },
        LIMIT_MS,
        true,
      );
      // What comes late was counted as a failure already.
      const answered = (value: Value): void => {
        if (!isLate) this.#failures = 0;
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

  #failed(error: unknown): void {
    const { clock, random, onInternalError } = this.#setup;
    onInternalError(error);
    if (++this.#failures < FAILURES) return;
    this.#failures = 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, clock.now() + PAUSE_MS + random() * PAUSE_SPREAD_MS);
  }
}

/** Captures nothing: the listener outlives its owner. */
function letGo(unsubscribe: () => unknown, onError: (error: unknown) => void): void {
  try {
    watch(unsubscribe(), onError);
  } catch (error) {
    onError(error);
  }
}

/** The owner is gone: nothing is left to report it to. */
const ignore = (): void => undefined;

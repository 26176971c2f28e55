import type { Clock } from "@understudy/core";
import {
  memoryStore,
  type HealthNews,
  type HealthReport,
  type HealthStore,
  type MemoryStore,
  type ProbeAnswer,
} from "@understudy/core/store";
import type { StoreFailure } from "./plan.ts";

/** One way to the server and back. */
const TRIP_MS = 1;
/** Processes ask about once a second whether anything is new. */
const NEWS_MS = 500;

type Listener = (news: HealthNews) => void;

/** A store of several processes, by the rules of `memoryStore` but for one: no process is believed alone. */
export class FailingStore implements HealthStore {
  readonly #clock: Clock;
  readonly #heard = new Map<Listener, () => void>();
  #inner: MemoryStore;
  #state: "well" | "silent" | "refusing" = "well";

  constructor(clock: Clock, failures: readonly StoreFailure[]) {
    this.#clock = clock;
    this.#inner = memoryStore(clock);
    for (const { from, refusesFrom, to } of failures) {
      clock.setTimeout(() => this.#fail(), from, false);
      clock.setTimeout(() => (this.#state = "refusing"), refusesFrom, false);
      clock.setTimeout(() => this.#comeBack(), to, false);
    }
  }

  publish(report: HealthReport): Promise<void> {
    return this.#ask((store) => store.publish(report.type === "bad" ? { ...report, isOpen: false } : report));
  }

  async acquireProbe(key: string, leaseMs: number): Promise<ProbeAnswer> {
    const answer = await this.#ask((store) => store.acquireProbe(key, leaseMs));
    if (!answer.granted || answer.lease === undefined) return answer;
    const { lease } = answer;
    return {
      granted: true,
      lease: {
        report: (isWell, openMs) => this.#ask(() => lease.report(isWell, openMs)),
        release: () => this.#ask(() => lease.release()),
      },
    };
  }

  subscribe(listener: Listener): () => void {
    this.#heard.set(listener, this.#state === "well" ? this.#hear(listener) : () => undefined);
    return () => {
      this.#heard.get(listener)?.();
      this.#heard.delete(listener);
    };
  }

  #hear(listener: Listener): () => void {
    return this.#inner.subscribe((news) => {
      this.#clock.setTimeout(() => this.#heard.has(listener) && listener(news), NEWS_MS, false);
    });
  }

  async #ask<Value>(run: (store: HealthStore) => Value | Promise<Value>): Promise<Value> {
    await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, TRIP_MS, false));
    if (this.#state === "silent") await new Promise<never>(() => undefined);
    if (this.#state === "refusing") throw new Error("The store refuses.");
    return run(this.#inner);
  }

  #fail(): void {
    this.#state = "silent";
    for (const unsubscribe of this.#heard.values()) unsubscribe();
  }

  #comeBack(): void {
    this.#state = "well";
    this.#inner = memoryStore(this.#clock);
    for (const listener of this.#heard.keys()) this.#heard.set(listener, this.#hear(listener));
  }
}

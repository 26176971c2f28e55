import type { Clock } from "@understudy/core";
import {
  memoryStore,
  type HealthNews,
  type HealthReport,
  type HealthStore,
  type MemoryStore,
  type ProbeAnswer,
} from "@understudy/core/store";
import type { SeededRandom } from "../world/random.ts";
import type { SharedPlan } from "./plan.ts";

/** One way to the server and back. */
const TRIP_MS = 2;
/** Between two looks for news, a quarter more or less. */
const POLL_MS = 1_000;

/** What one process sees of the server: what it caused itself after a trip or two, and the rest when it looks. */
class PolledStore implements HealthStore {
  readonly #clock: Clock;
  readonly #server: MemoryStore;
  readonly #isDown: () => boolean;
  readonly #listeners = new Set<(news: HealthNews) => void>();
  #waiting: HealthNews[] = [];

  constructor(clock: Clock, server: MemoryStore, random: SeededRandom, plan: SharedPlan) {
    this.#clock = clock;
    this.#server = server;
    const { storeIsDown } = plan;
    this.#isDown = () => storeIsDown !== undefined && clock.now() >= storeIsDown.from && clock.now() < storeIsDown.to;
    server.subscribe((news) => this.#waiting.push(news));
    const look = (): void => {
      this.#tell();
      clock.setTimeout(look, POLL_MS * random.between(0.75, 1.25), true);
    };
    clock.setTimeout(look, POLL_MS * random.next(), true);
  }

  async publish(report: HealthReport): Promise<void> {
    await this.#trip();
    // Apart from each other, no process is believed alone.
    await this.#server.publish(report.type === "bad" ? { ...report, isOpen: false } : report);
    await this.#trip();
    this.#tell();
  }

  async acquireProbe(key: string, leaseMs: number): Promise<ProbeAnswer> {
    await this.#trip();
    return this.#server.acquireProbe(key, leaseMs);
  }

  subscribe(listener: (news: HealthNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    if (this.#isDown()) return;
    // The state as it is: what was overtaken is not told.
    const latest = new Map<unknown, HealthNews>();
    for (const news of this.#waiting) {
      const what = "scope" in news ? news.scope : news;
      latest.delete(what);
      latest.set(what, news);
    }
    this.#waiting = [];
    for (const news of latest.values()) for (const listener of this.#listeners) listener(news);
  }

  async #trip(): Promise<void> {
    await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, TRIP_MS, false));
    if (this.#isDown()) await new Promise<never>(() => undefined);
  }
}

export function storesOf(clock: Clock, plan: SharedPlan, random: SeededRandom): () => HealthStore {
  const server = memoryStore(clock);
  return plan.store === "memory" ? () => server : () => new PolledStore(clock, server, random.fork(), plan);
}

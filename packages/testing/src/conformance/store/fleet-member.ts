import { equal, fail } from "node:assert/strict";
import type { HealthNews, HealthReport, HealthStore, ProbeAnswer, ProbeLease } from "@understudy/core/store";
import type { StoreWorld } from "./store-under-test.ts";

const PATIENCE = 500;

/** One process of a fleet, with all that it has heard. */
export class FleetMember {
  readonly heard: HealthNews[] = [];
  readonly #store: HealthStore;
  readonly #world: StoreWorld;
  readonly #leave: () => void;
  #markers = 0;

  constructor(store: HealthStore, world: StoreWorld) {
    this.#store = store;
    this.#world = world;
    this.#leave = store.subscribe((news) => this.heard.push(news));
  }

  leave(): void {
    this.#leave();
  }

  async say(...reports: readonly HealthReport[]): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    for (const report of reports) await this.#store.publish(report);
  }

  async ask(key: string, leaseMs: number = 10_000): Promise<ProbeAnswer> {
    return this.#store.acquireProbe(key, leaseMs);
  }

  /** The lease that the store has to give now. */
  async lease(key: string, leaseMs?: number): Promise<ProbeLease> {
    const answer = await this.ask(key, leaseMs);
    if (!answer.granted) return fail(`the probe was denied, for ${answer.retryInMs} ms`);
    return answer.lease ?? fail("the probe was granted without a lease");
  }

  /** How long the store says to wait. */
  async denied(key: string): Promise<number> {
    const answer = await this.ask(key);
    return answer.granted ? fail("the probe was granted") : answer.retryInMs;
  }

  /** Waits for news, and takes what was heard up to it. */
  async hears(type: HealthNews["type"], about: string): Promise<HealthNews> {
    for (let tries = 0; tries < PATIENCE; tries++) {
      const found = this.heard.findIndex((news) => news.type === type && isAbout(news, about));
      if (found >= 0) {
        const [news] = this.heard.splice(0, found + 1).slice(-1);
        if (news !== undefined) return news;
      }
      // oxlint-disable-next-line no-await-in-loop -- until it has arrived
      await this.#world.settle();
    }
    return fail(`${type} of ${about} was not heard, only ${JSON.stringify(this.heard)}`);
  }

  /** Waits until all that was said before has arrived, and expects that nothing of it is about this. */
  async hearsNothingAbout(about: string): Promise<void> {
    const scope = `marker ${++this.#markers} ${about}`;
    await this.say({ type: "isolated", scope, forMs: 1_000 });
    for (let tries = 0; tries < PATIENCE; tries++) {
      const arrived = this.heard.findIndex((news) => news.type === "isolated" && news.scope === scope);
      if (arrived >= 0) {
        const news = this.heard.splice(0, arrived + 1).filter((one) => isAbout(one, about));
        equal(JSON.stringify(news), "[]", `news about ${about}`);
        return;
      }
      // oxlint-disable-next-line no-await-in-loop -- until it has arrived
      await this.#world.settle();
    }
    fail("the store tells no news at all");
  }
}

function isAbout(news: HealthNews, what: string): boolean {
  if (news.type === "reset") return news.keys.includes(what) || news.scopes.includes(what);
  return "key" in news ? news.key === what : news.scope === what;
}

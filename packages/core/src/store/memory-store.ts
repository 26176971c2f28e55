import type { Clock } from "../model/clock.ts";
import type {
  CooldownReport,
  HealthNews,
  HealthReport,
  HealthStore,
  ProbeAnswer,
  ResetReport,
  SharedStore,
} from "../engine/health/health-store.ts";
import { misuse } from "../model/error.ts";
import { having } from "../model/rules.ts";
import { systemClock } from "../engine/system-clock.ts";
import { shareHealth } from "./share-health.ts";

/** How much fills a row. */
const ROW = 5;
/** A row without a failure for so long is forgotten. */
const ROW_LASTS_MS = 60_000;
/** A probe that is due this soon is made now. */
const DUE_MS = 50;

const CLOCK = having("a clock with now and wallNow", "now", "wallNow");

interface RouteState {
  row: number;
  badAt: number;
  /** Until when it is open; the probe is due then. */
  openUntil: number | undefined;
  /** The lease under way. */
  lease: { readonly until: number } | undefined;
}

/** Health shared in one process. */
export interface MemoryStore extends HealthStore, SharedStore {}

/**
 * Shares health between the chains of one process that are given the same store. They use one network: what one of them
 * concludes holds for all. Answers at once; nothing waits for it. Throws `config` when the clock is none.
 */
export function memoryStore(clock: Clock = systemClock): MemoryStore {
  if (!CLOCK.test(clock)) throw misuse("config", `The clock of a memory store must ${CLOCK.must}.`);
  const store = new Conclusions(clock, true);
  return {
    publish: (report) => store.publish(report),
    subscribe: (listener) => store.subscribe(listener),
    acquireProbe: (key, leaseMs) => store.acquireProbe(key, leaseMs),
    ...shareHealth(store),
  };
}

/** The rules of the fleet (R11.4 to R11.7). `isOneProcess`: a chain that has opened its own breaker is believed. */
export class Conclusions implements HealthStore {
  readonly #clock: Clock;
  readonly #isOneProcess: boolean;
  readonly #listeners = new Set<(news: HealthNews) => void>();
  readonly #routes = new Map<string, RouteState>();
  readonly #cooldowns = new Map<
    string,
    { readonly until: number; readonly foundAt: number; readonly report: CooldownReport }
  >();
  readonly #isolated = new Map<string, number>();

  constructor(clock: Clock, isOneProcess: boolean) {
    this.#clock = clock;
    this.#isOneProcess = isOneProcess;
  }

  publish(report: HealthReport): void {
    switch (report.type) {
      case "bad":
        this.#bad(report);
        break;
      case "ok":
        this.#ok(report.key);
        break;
      case "cooldown":
        this.#cool(report);
        break;
      case "isolated":
        this.#isolate(report.scope, report.forMs);
        break;
      case "reset":
        this.#reset(report);
        break;
      default:
        report satisfies never;
    }
  }

  subscribe(listener: (news: HealthNews) => void): () => void {
    for (const news of this.#whatHolds()) listener(news);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  acquireProbe(key: string, leaseMs: number): ProbeAnswer {
    const now = this.#clock.now();
    const route = this.#routes.get(key);
    if (route?.openUntil === undefined) return { granted: true };
    const dueAt = route.openUntil - DUE_MS;
    if (dueAt > now) return { granted: false, retryInMs: route.openUntil - now };
    if (route.lease !== undefined && route.lease.until > now) {
      return { granted: false, retryInMs: route.lease.until - now };
    }
    const lease = { until: now + leaseMs };
    route.lease = lease;
    const end = (then?: () => void): void => {
      if (route.lease !== lease || lease.until <= this.#clock.now()) return;
      route.lease = undefined;
      then?.();
    };
    return {
      granted: true,
      lease: {
        release: () => end(),
        report: (isWell, openMs) => end(() => (isWell ? this.#close(key, route) : this.#open(key, route, openMs))),
      },
    };
  }

  *#whatHolds(): Iterable<HealthNews> {
    const now = this.#clock.now();
    for (const [scope, { until, foundAt, report }] of this.#cooldowns) {
      if (until > now) yield { ...report, forMs: until - now, ageMs: now - foundAt };
      else this.#cooldowns.delete(scope);
    }
    for (const [scope, until] of this.#isolated) {
      if (until > now) yield { type: "isolated", scope, forMs: until - now };
      else this.#isolated.delete(scope);
    }
    for (const [key, { openUntil, row, badAt }] of this.#routes) {
      if (openUntil !== undefined) yield { type: "opened", key, forMs: Math.max(0, openUntil - now) };
      else if (row > 0 && now < badAt + ROW_LASTS_MS) yield { type: "suspected", key };
      else this.#routes.delete(key);
    }
  }

  #bad({ key, weight, isOpen, openMs }: Extract<HealthReport, { type: "bad" }>): void {
    const now = this.#clock.now();
    const route = this.#routes.get(key) ?? { row: 0, badAt: now, openUntil: undefined, lease: undefined };
    this.#routes.set(key, route);
    if (route.openUntil !== undefined) return;
    if (now >= route.badAt + ROW_LASTS_MS) route.row = 0;
    const isFirst = route.row === 0;
    route.row += weight;
    route.badAt = now;
    if (route.row >= ROW || (this.#isOneProcess && isOpen)) this.#open(key, route, openMs);
    else if (isFirst && weight > 0) this.#tell({ type: "suspected", key });
  }

  #ok(key: string): void {
    const route = this.#routes.get(key);
    if (route === undefined || route.openUntil !== undefined) return;
    this.#routes.delete(key);
    this.#tell({ type: "cleared", key });
  }

  #open(key: string, route: RouteState, forMs: number): void {
    route.openUntil = this.#clock.now() + forMs;
    this.#tell({ type: "opened", key, forMs });
  }

  #close(key: string, route: RouteState): void {
    if (this.#routes.get(key) === route) this.#routes.delete(key);
    this.#tell({ type: "closed", key });
  }

  #cool(report: CooldownReport): void {
    const now = this.#clock.now();
    const before = this.#cooldowns.get(report.scope);
    const present = before !== undefined && before.until > now ? before : undefined;
    const hard = present?.report.isHard === true ? present : undefined;
    const until = Math.max(now + report.forMs, present?.until ?? 0);
    // Of a hard block all hear whenever it is tried or found to hold, and put their own trial off.
    if (until === present?.until && (hard === undefined || !report.isHard)) return;
    // A longer limit on top of a hard block does not make it a soft one, and is no trial of it.
    const found = hard === undefined || report.isHard ? { foundAt: now, report } : hard;
    const { foundAt } = found;
    const grown = { ...report, by: found.report.by, ...(hard && { isHard: true, because: hard.report.because }) };
    this.#cooldowns.set(report.scope, { until, foundAt, report: grown });
    this.#tell({ ...grown, forMs: until - now, ageMs: now - foundAt });
  }

  #isolate(scope: string, forMs: number): void {
    this.#isolated.set(scope, this.#clock.now() + forMs);
    this.#tell({ type: "isolated", scope, forMs });
  }

  #reset(report: ResetReport): void {
    for (const scope of report.scopes) {
      this.#cooldowns.delete(scope);
      this.#isolated.delete(scope);
    }
    for (const key of report.keys) {
      const route = this.#routes.get(key);
      // A probe under way belongs to the opening that is over.
      if (route !== undefined) route.lease = undefined;
      this.#routes.delete(key);
    }
    this.#tell(report);
  }

  #tell(news: HealthNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}

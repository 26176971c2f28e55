import {
  shareHealth,
  systemClock,
  type HealthNews,
  type HealthReport,
  type HealthStore,
  type ProbeAnswer,
  type SharedStore,
} from "@understudy/core/store";
import { Connection, type Reply } from "./connection.ts";
import { connect, fieldsOf } from "./connection-options.ts";
import { Known } from "./known.ts";
import { Lease, LONGEST_LEASE_MS } from "./lease.ts";
import { checkOptions, type RedisStoreOptions } from "./options.ts";
import { Poller } from "./poller.ts";
import { readSnapshot } from "./snapshot.ts";

/** A number that a store counts from its making on. */
export interface RedisStoreStats {
  /** Whether the last command was answered. */
  readonly isReachable: boolean;
  /** Commands sent. */
  readonly commands: number;
  /** Commands that failed. */
  readonly errors: number;
  /** Commands that reached the server after their deadline, and did nothing there. */
  readonly late: number;
  /** Times that the whole state was read. */
  readonly snapshots: number;
  /** Milliseconds since the fleet was last heard; undefined before the first time. */
  readonly lastHeardMs: number | undefined;
}

/** Health shared through Redis or Valkey. */
export interface RedisStore extends HealthStore, SharedStore {
  /**
   * Waits until the fleet's state is known, for processes that live for one request: `await store.ready()` before the first
   * call. False when it is not known within `limitMs` milliseconds, default 250. Never rejects.
   */
  ready(limitMs?: number): Promise<boolean>;
  /** Stops looking for news, and closes the client if it is the store's own. What is asked of it later is refused. */
  close(): void;
  /** What it did so far. */
  stats(): RedisStoreStats;
}

/** The schema of the data: versions that do not understand each other use keys of their own. */
const SCHEMA = 1;

/**
 * Shares the health of chains between processes, through Redis 7.0 or Valkey 7.2 and later: `createChain(targets, { store:
 * redisStore({ url }) })`. Throws one `TypeError` that names everything that is wrong with the options. A server that
 * cannot be reached is not an error: each process then decides alone.
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const store = new Store(options);
  return {
    limitMs: store.limitMs,
    publish: (report) => store.publish(report),
    subscribe: (listener) => store.subscribe(listener),
    acquireProbe: (key, leaseMs) => store.acquireProbe(key, leaseMs),
    ready: (limitMs) => store.ready(limitMs),
    close: () => store.close(),
    stats: () => store.stats(),
    ...shareHealth(store),
  };
}

class Store implements HealthStore {
  readonly limitMs: number;
  readonly #options: RedisStoreOptions;
  readonly #clock;
  readonly #connection: Connection;
  readonly #disconnect: () => void;
  readonly #known = new Known();
  readonly #poller: Poller;
  readonly #listeners = new Set<(news: HealthNews) => void>();
  readonly #pollMs: number;
  /** The state is being read; and will be once more behind that. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #snapshots = 0;
  #heardAt: number | undefined;
  #wasFull = false;
  #isClosed = false;

  constructor(given: RedisStoreOptions) {
    const options = fieldsOf(given, "redisStore");
    const { namespace, pollMs, limitMs } = checkOptions(options);
    const { clock = systemClock } = options;
    this.limitMs = limitMs;
    this.#options = options;
    this.#clock = clock;
    this.#pollMs = pollMs;
    const onError = (error: unknown): void => this.#onError(error);
    const { send, close } = connect(options, clock, onError);
    this.#disconnect = close;
    const key = `understudy:${SCHEMA}:{${namespace}}`;
    this.#connection = new Connection({ send, key, me: token(), clock });
    this.#poller = new Poller({ clock, random: Math.random, everyMs: pollMs, look: () => this.#look(), onError });
  }

  async publish(report: HealthReport): Promise<void> {
    const { status } = await this.#run(...commandOf(report));
    if (status === "full" && !this.#wasFull) {
      this.#onError(
        new Error("The health of 2,000 routes and scopes is shared: what is new is not, until some is over."),
      );
    }
    this.#wasFull = status === "full";
  }

  subscribe(listener: (news: HealthNews) => void): () => void {
    // In turns of the same kind as later news: what is known now, then what comes.
    for (const news of this.#known.all(this.#clock.now())) listener(news);
    this.#listeners.add(listener);
    if (!this.#isClosed) this.#poller.start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#poller.stop();
    };
  }

  async acquireProbe(key: string, leaseMs: number): Promise<ProbeAnswer> {
    const id = token();
    const { status, rest } = await this.#run("acquire", key, id, whole(Math.min(leaseMs, LONGEST_LEASE_MS)));
    if (status === "denied") return { granted: false, retryInMs: Number(rest[0]) };
    if (status !== "ok") {
      // Others may have closed it meanwhile: then there is nothing to probe, as the chain hears before it goes on.
      await (this.#next ?? this.#reading)?.catch(() => undefined);
      return { granted: true };
    }
    const lease = new Lease({
      key,
      token: id,
      leaseMs,
      clock: this.#clock,
      run: (...command) => this.#run(...command),
      onError: (error) => this.#onError(error),
    });
    return { granted: true, lease };
  }

  async ready(given = 250): Promise<boolean> {
    // What no timer takes, it would take for 1 ms, and print a warning.
    const limitMs = given > 0 ? Math.min(given, 1e9) : 0;
    // A process that was frozen knows what was true before.
    if (this.#heardAt !== undefined && this.#clock.now() - this.#heardAt <= 2 * this.#pollMs) return true;
    if (this.#isClosed) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = this.#clock.setTimeout(() => resolve(false), limitMs, false);
    void this.#hear(resolve, limitMs);
    const isReady = await promise;
    this.#clock.clearTimeout(timer);
    return isReady;
  }

  close(): void {
    this.#isClosed = true;
    this.#poller.stop();
    this.#disconnect();
  }

  stats(): RedisStoreStats {
    const { isReachable, commands, errors, late } = this.#connection;
    const lastHeardMs = this.#heardAt === undefined ? undefined : this.#clock.now() - this.#heardAt;
    return { isReachable, commands, errors, late, snapshots: this.#snapshots, lastHeardMs };
  }

  /** Tries until it is known or time is over: a client may still be connecting. */
  async #hear(resolve: (isReady: boolean) => void, limitMs: number): Promise<void> {
    const end = this.#clock.now() + limitMs;
    while (this.#clock.now() < end && !this.#isClosed) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one try after the other is the point
        await this.#read();
        resolve(true);
        return;
      } catch {
        // oxlint-disable-next-line no-await-in-loop -- the same
        await new Promise<void>((next) => this.#clock.setTimeout(next, 10, true));
      }
    }
    resolve(false);
  }

  async #run(operation: string, ...args: readonly string[]): Promise<Reply> {
    if (this.#isClosed) throw new Error("The Redis store is closed.");
    const reply = await this.#connection.run(operation, ...args);
    // What it changed itself is news to its own chains, and what others did should not wait for the next look.
    if (operation !== "snapshot" && this.#known.isNews(reply)) this.#read().catch((error) => this.#onError(error));
    return reply;
  }

  async #look(): Promise<void> {
    if (this.#heardAt !== undefined) {
      const seen = await this.#connection.peek();
      this.#heardAt = this.#clock.now();
      if (!this.#known.isNews(seen)) return;
    }
    await this.#read();
  }

  /** Reads the whole state: one reading at a time, and one behind it for all who ask meanwhile. */
  #read(): Promise<void> {
    this.#next ??= (async () => {
      // A reading that fails is reported to who asked for it.
      await this.#reading?.catch(() => undefined);
      this.#next = undefined;
      this.#reading = this.#readNow();
      await this.#reading;
    })();
    return this.#next;
  }

  async #readNow(): Promise<void> {
    const { made, version, rest } = await this.#run("snapshot");
    this.#snapshots++;
    const now = this.#clock.now();
    this.#heardAt = now;
    for (const news of this.#known.learn(made, version, readSnapshot(rest[0]), now)) this.#tell(news);
  }

  #tell(news: HealthNews): void {
    for (const listener of this.#listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #onError(error: unknown): void {
    if (this.#isClosed) return;
    try {
      this.#options.onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}

function commandOf(report: HealthReport): [operation: string, ...args: string[]] {
  switch (report.type) {
    case "bad":
      return ["bad", report.key, whole(report.weight), whole(report.openMs)];
    case "ok":
      return ["ok", report.key];
    case "cooldown":
      return [
        "cool",
        report.scope,
        whole(report.forMs),
        report.isHard ? "h" : "s",
        report.because ?? "-",
        report.by ?? "-",
      ];
    case "isolated":
      return ["isolate", report.scope, whole(report.forMs)];
    case "reset": {
      const { scopes, keys } = report;
      return ["reset", JSON.stringify({ scopes, keys }), String(scopes.length), ...scopes, ...keys];
    }
    default:
      return report satisfies never;
  }
}

/** The script counts in whole milliseconds, and in nothing that is none. */
function whole(value: number): string {
  return Number.isFinite(value) ? String(Math.max(0, Math.round(value))) : "0";
}

/** 64 random bits. */
function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

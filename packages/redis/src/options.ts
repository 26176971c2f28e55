import type { Clock } from "@understudy/core";
import { sendThrough, type RedisClient, type SendCommand } from "./clients.ts";

/** Options of `redisStore`: exactly one of `url`, `client` and `command`. */
export interface RedisStoreOptions {
  /**
   * Where to connect: `redis://` or `rediss://`, with user and password if there are any. The store makes, owns and closes a
   * node-redis client; `redis` has to be installed. Default: none.
   */
  readonly url?: string | undefined;
  /**
   * A client of node-redis (`createClient`, `createCluster`, `createSentinel`), ioredis or iovalkey (`Redis`, `Cluster`), used
   * as it is: connect and close it yourself. Default: none.
   */
  readonly client?: RedisClient | undefined;
  /** Sends a command through anything else. `key` is its only key, for routing. Default: none. */
  readonly command?: SendCommand | undefined;
  /** Fleets with different names do not hear each other. Letters, digits and `_.-`, at most 64. Default `default`. */
  readonly namespace?: string | undefined;
  /** Milliseconds between two looks for news, at least 250, a quarter more or less. Default 1,000. */
  readonly pollMs?: number | undefined;
  /** Milliseconds that a call which meets a due probe waits for an answer, at most 250. Default 25. */
  readonly limitMs?: number | undefined;
  /** Sees what the store itself swallows: polls that fail, leases that cannot be renewed. Default: ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Every timer of the store, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** Options that are as they have to be. */
export interface CheckedOptions {
  readonly url: string | undefined;
  readonly send: SendCommand | undefined;
  readonly namespace: string;
  readonly pollMs: number;
  readonly limitMs: number;
}

const NAMES: readonly string[] = [
  "url",
  "client",
  "command",
  "namespace",
  "pollMs",
  "limitMs",
  "onError",
  "clock",
] satisfies readonly (keyof RedisStoreOptions)[];

/** Throws one error that names everything that is wrong. */
export function checkOptions(options: RedisStoreOptions): CheckedOptions {
  if (typeof options !== "object" || options === null) throw new TypeError("redisStore needs an object of options.");
  const { url, client, command, namespace = "default", pollMs = 1_000, limitMs = 25, onError, clock } = options;
  const problems: string[] = Object.keys(options)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `there is no option ${JSON.stringify(name)}`);
  if ([url, client, command].filter((given) => given !== undefined).length !== 1) {
    problems.push("give exactly one of `url`, `client` and `command`");
  }
  if (url !== undefined && !isRedisUrl(url))
    problems.push("`url` must begin with redis:// or rediss:// and name a host");
  const send = command ?? senderOf(client);
  if (client !== undefined && send === undefined) {
    problems.push("`client` must be a client of node-redis, ioredis or iovalkey; for anything else give `command`");
  }
  if (command !== undefined && typeof command !== "function") problems.push("`command` must be a function");
  if (typeof namespace !== "string" || !/^[\w.-]{1,64}$/.test(namespace)) {
    problems.push("`namespace` must have 1 to 64 letters, digits, `_`, `.` or `-`");
  }
  if (!isBetween(pollMs, 250, 86_400_000)) problems.push("`pollMs` must be a number, at least 250");
  if (!isBetween(limitMs, 1, 250)) problems.push("`limitMs` must be a number from 1 to 250");
  if (onError !== undefined && typeof onError !== "function") problems.push("`onError` must be a function");
  if (clock !== undefined && typeof clock !== "object") problems.push("`clock` must be a clock");
  if (problems.length > 0) throw new TypeError(`The Redis store cannot be made: ${problems.join("; ")}.`);
  return { url, send, namespace, pollMs, limitMs };
}

function senderOf(client: unknown): SendCommand | undefined {
  return typeof client === "object" && client !== null ? sendThrough(client) : undefined;
}

/** What the parser says of a wrong one would hold the password. */
function isRedisUrl(url: unknown): boolean {
  return typeof url === "string" && URL.canParse(url) && /^rediss?:\/\/./.test(url);
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

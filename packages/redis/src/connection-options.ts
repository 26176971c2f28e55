import type { Clock } from "@understudy/core";
import { sendThrough, type RedisClient, type SendCommand } from "./clients.ts";
import { OwnClient } from "./own-client.ts";

/** How a server is reached: exactly one of `url`, `client` and `command`. */
export interface RedisConnectionOptions {
  /**
   * Where to connect: `redis://` or `rediss://`, with user and password if there are any. A node-redis client is made, owned
   * and closed; `redis` has to be installed. Default: none.
   */
  readonly url?: string | undefined;
  /**
   * A client of node-redis (`createClient`, `createCluster`, `createSentinel`), ioredis or iovalkey (`Redis`, `Cluster`), used
   * as it is: connect and close it yourself. Default: none.
   */
  readonly client?: RedisClient | undefined;
  /** Sends a command through anything else. `key` is its only key, for routing. Default: none. */
  readonly command?: SendCommand | undefined;
  /** Applications with different names do not meet. Letters, digits and `_.-`, at most 64. Default `default`. */
  readonly namespace?: string | undefined;
  /** Sees what fails in the background. Default: ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Every timer, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

export const CONNECTION_NAMES = ["url", "client", "command", "namespace", "onError", "clock"] as const;

/** The options of a store, read once. Throws where they cannot be. */
export function fieldsOf<Options extends object>(options: Options, name: string): Options {
  let problem = "needs an object of options";
  try {
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- plain JavaScript calls with anything
    if (typeof options === "object" && options !== null) return { ...options };
  } catch {
    problem = "cannot read its options: one threw";
  }
  throw new TypeError(`${name} ${problem}.`);
}

/** Everything that is wrong with the options that both kinds of store have, unknown names among it. */
export function connectionProblems(options: RedisConnectionOptions, names: readonly string[]): string[] {
  const { url, client, command, namespace = "default", onError, clock } = options;
  const problems: string[] = Object.keys(options)
    .filter((name) => !names.includes(name))
    .map((name) => `there is no option ${JSON.stringify(name)}`);
  if ([url, client, command].filter((given) => given !== undefined).length !== 1) {
    problems.push("give exactly one of `url`, `client` and `command`");
  }
  if (url !== undefined && !isRedisUrl(url))
    problems.push("`url` must begin with redis:// or rediss:// and name a host");
  if (client !== undefined && senderOf(client) === undefined) {
    problems.push("`client` must be a client of node-redis, ioredis or iovalkey; for anything else give `command`");
  }
  if (command !== undefined && typeof command !== "function") problems.push("`command` must be a function");
  if (typeof namespace !== "string" || !/^[\w.-]{1,64}$/.test(namespace)) {
    problems.push("`namespace` must have 1 to 64 letters, digits, `_`, `.` or `-`");
  }
  if (onError !== undefined && typeof onError !== "function") problems.push("`onError` must be a function");
  if (clock !== undefined && typeof clock !== "object") problems.push("`clock` must be a clock");
  return problems;
}

/** The way to the server, and how to close what of it is our own. */
export function connect(
  { url, client, command }: RedisConnectionOptions,
  clock: Clock,
  onError: (error: unknown) => void,
): { readonly send: SendCommand; readonly close: () => void } {
  const send = command ?? senderOf(client);
  if (send !== undefined) return { send, close: () => undefined };
  if (url === undefined) throw new TypeError("Nothing to connect to.");
  const own = new OwnClient({ url, clock, random: Math.random, onError });
  return { send: (key, args) => own.send(key, args), close: () => own.close() };
}

export function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function senderOf(client: unknown): SendCommand | undefined {
  return typeof client === "object" && client !== null ? sendThrough(client) : undefined;
}

/** What the parser says of a wrong one would hold the password. */
function isRedisUrl(url: unknown): boolean {
  return typeof url === "string" && URL.canParse(url) && /^rediss?:\/\/./.test(url);
}

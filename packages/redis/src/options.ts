import { CONNECTION_NAMES, connectionProblems, isBetween, type RedisConnectionOptions } from "./connection-options.ts";

/** Options of `redisStore`: exactly one of `url`, `client` and `command`. */
export interface RedisStoreOptions extends RedisConnectionOptions {
  /** Milliseconds between two looks for news, at least 250, a quarter more or less. Default 1,000. */
  readonly pollMs?: number | undefined;
  /** Milliseconds that a call which meets a due probe waits for an answer, at most 250. Default 25. */
  readonly limitMs?: number | undefined;
}

/** Options that are as they have to be. */
export interface CheckedOptions {
  readonly namespace: string;
  readonly pollMs: number;
  readonly limitMs: number;
}

const NAMES: readonly string[] = [...CONNECTION_NAMES, "pollMs", "limitMs"];

/** Throws one error that names everything that is wrong. */
export function checkOptions(options: RedisStoreOptions): CheckedOptions {
  const { namespace = "default", pollMs = 1_000, limitMs = 25 } = options;
  const problems = connectionProblems(options, NAMES);
  if (!isBetween(pollMs, 250, 86_400_000)) problems.push("`pollMs` must be a number, at least 250");
  if (!isBetween(limitMs, 1, 250)) problems.push("`limitMs` must be a number from 1 to 250");
  if (problems.length > 0) throw new TypeError(`The Redis store cannot be made: ${problems.join("; ")}.`);
  return { namespace, pollMs, limitMs };
}

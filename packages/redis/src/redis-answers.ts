import type { Clock } from "@understudy/core";
import { systemClock } from "@understudy/core/store";
import type { AnswerStore, KeptMessages, KeptState } from "@understudy/core/web";
import { ANSWERS_SCRIPT } from "./answers-script.ts";
import type { SendCommand } from "./clients.ts";
import { textOf } from "./connection.ts";
import {
  connect,
  fieldsOf,
  CONNECTION_NAMES,
  connectionProblems,
  isBetween,
  type RedisConnectionOptions,
} from "./connection-options.ts";
import { explained } from "./errors.ts";

/** Options of `redisAnswers`: exactly one of `url`, `client` and `command`. */
export interface RedisAnswersOptions extends RedisConnectionOptions {
  /** Milliseconds that an answer is kept after its last message, at least 10,000. Default 120,000. */
  readonly keepMs?: number | undefined;
  /** Milliseconds that an answer nobody reads goes on, before its call is ended. Default 60,000. */
  readonly finishMs?: number | undefined;
  /** Milliseconds between two looks for more, while a client that came back waits; at least 20. Default 150. */
  readonly pollMs?: number | undefined;
}

/** Answers kept in Redis or Valkey. */
export interface RedisAnswers extends AnswerStore {
  /** Closes the client if it is the store's own. */
  close(): void;
}

const NAMES: readonly string[] = [...CONNECTION_NAMES, "keepMs", "finishMs", "pollMs"];
const SCHEMA = 1;
/** One answer of the store waits for no longer: proxies and functions have limits too. */
const WAIT_MS = 5_000;
/** A server that stands still holds up neither the one who writes nor the one who came back: both try again. */
const LIMIT_MS = 3_000;
/** Messages in one reply. */
const MOST_AT_ONCE = 512;

/**
 * Keeps the messages of resumable answers, so that a client whose connection dropped gets the rest from any process:
 * `toResponse(stream, { resumable: redisAnswers({ url }) })`. What is kept is the answer as it was sent, for `keepMs`. Throws
 * one `TypeError` that names everything that is wrong with the options.
 */
export function redisAnswers(options: RedisAnswersOptions): RedisAnswers {
  return new Answers(options);
}

class Answers implements RedisAnswers {
  readonly finishMs: number | undefined;
  readonly onError: ((error: unknown) => void) | undefined;
  readonly #keepMs: number;
  readonly #pollMs: number;
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #send: SendCommand;
  readonly #close: () => void;

  constructor(given: RedisAnswersOptions) {
    const options = fieldsOf(given, "redisAnswers");
    const { keepMs = 120_000, finishMs, pollMs = 150, namespace = "default", clock = systemClock } = options;
    const problems = connectionProblems(options, NAMES);
    if (!isBetween(keepMs, 10_000, 86_400_000)) problems.push("`keepMs` must be a number, at least 10,000");
    if (finishMs !== undefined && !isBetween(finishMs, 0, Infinity))
      problems.push("`finishMs` must be a number, at least 0");
    if (!isBetween(pollMs, 20, WAIT_MS)) problems.push("`pollMs` must be a number from 20 to 5,000");
    if (problems.length > 0) throw new TypeError(`The Redis answers cannot be made: ${problems.join("; ")}.`);
    const { onError } = options;
    this.finishMs = finishMs;
    this.onError = onError;
    this.#keepMs = keepMs;
    this.#pollMs = pollMs;
    this.#namespace = namespace;
    this.#clock = clock;
    const { send, close } = connect(options, clock, (error) => onError?.(error));
    this.#send = send;
    this.#close = close;
  }

  async append(id: string, from: number, messages: readonly string[], isLast: boolean): Promise<KeptState> {
    const head = [String(Math.ceil(this.#keepMs)), String(from), isLast ? "1" : "0"];
    const [kept, unreadMs, stop] = await this.#run(id, "append", ...head, ...messages);
    const unread = Number(unreadMs);
    return { kept: Number(kept), unreadMs: unread < 0 ? undefined : unread, isStopped: Number(stop) === 1 };
  }

  async read(id: string, after: number): Promise<KeptMessages | undefined> {
    const until = this.#clock.now() + WAIT_MS;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      const [count, over, silentMs, ...messages] = await this.#run(id, "read", String(after), String(MOST_AT_ONCE));
      if (Number(count) < 0) return undefined;
      const isOver = Number(over) === 1;
      if (messages.length > 0 || isOver || this.#clock.now() >= until) {
        return { messages: messages.map(textOf), isOver, silentMs: Number(silentMs) };
      }
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, this.#pollMs, true));
    }
  }

  async stop(id: string): Promise<void> {
    // Only where there is such an answer: anybody may send any id.
    if ((await this.#ask(id, ["EXISTS", this.#keyOf(id)])) === 0) return;
    await this.#ask(id, ["HSET", this.#keyOf(id), "s", "1"]);
  }

  close(): void {
    this.#close();
  }

  #keyOf(id: string): string {
    return `understudy:answer:${SCHEMA}:{${this.#namespace}:${id}}`;
  }

  async #run(id: string, ...args: readonly string[]): Promise<readonly unknown[]> {
    const reply = await this.#ask(id, ["EVAL", ANSWERS_SCRIPT, "1", this.#keyOf(id), ...args]);
    if (!Array.isArray(reply)) throw new Error("Redis answered something that is not the script's.");
    return reply;
  }

  async #ask(id: string, args: readonly string[]): Promise<unknown> {
    const limit = Promise.withResolvers<never>();
    const timer = this.#clock.setTimeout(
      () => limit.reject(new Error("Redis has not answered for three seconds.")),
      LIMIT_MS,
      true,
    );
    try {
      return await Promise.race([this.#send(this.#keyOf(id), args), limit.promise]);
    } catch (error) {
      throw explained(error);
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

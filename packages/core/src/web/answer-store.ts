/** What a store says to the writer of an answer. */
export interface KeptState {
  /** How many messages the store has. Fewer than it was told of: it has lost some, and is told them again. */
  readonly kept: number;
  /** Milliseconds since somebody read the answer; undefined: nobody has. */
  readonly unreadMs: number | undefined;
  /** Somebody called `stop`. */
  readonly isStopped: boolean;
}

/** What a store says to a reader of an answer. */
export interface KeptMessages {
  /** In order, from the one behind the reader's last on; empty: nothing new yet. */
  readonly messages: readonly string[];
  /** Nothing follows these messages. */
  readonly isOver: boolean;
  /** Milliseconds since the writer last said that it is alive. */
  readonly silentMs: number;
}

/**
 * Keeps the messages of answers for a short time, so that a client whose connection dropped gets the rest: `memoryAnswers()`,
 * `redisAnswers()` of `@understudy/redis`, or one of yours. What is kept is what was sent, prompts excluded. A store that
 * fails affects no response: what it was not told of yet it is told again.
 */
export interface AnswerStore {
  /** Milliseconds that an answer nobody reads goes on, before its call is ended. Default 60,000. */
  readonly finishMs?: number | undefined;
  /** Sees what the store fails with. Default: ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /**
   * Adds messages behind the first `from`, or none, to say that the writer is alive: at least every five seconds. Told the
   * same ones again, it keeps them once. `isLast`: nothing follows.
   */
  append(id: string, from: number, messages: readonly string[], isLast: boolean): Promise<KeptState>;
  /**
   * The messages behind the first `after`. Waits for some, about five seconds at most, then answers with none. undefined: the
   * store knows nothing of such an answer, or nothing any more.
   */
  read(id: string, after: number): Promise<KeptMessages | undefined>;
  /** Tells the writer, wherever it is, to end the call: the user has pressed stop. Unknown ids are ignored. */
  stop(id: string): Promise<void>;
}

/** How often a writer says that it is alive. */
export const ALIVE_MS = 5_000;
export const FINISH_MS = 60_000;

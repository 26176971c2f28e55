import { systemClock } from "../engine/system-clock.ts";
import type { Clock } from "../model/clock.ts";
import { misuse } from "../model/error.ts";
import { duration, FUNCTION, listed, OBJECT, readOptions, whole, type ShapeOf } from "../model/rules.ts";
import type { AnswerStore, KeptMessages, KeptState } from "./answer-store.ts";
import { KeptAnswer } from "./kept-answer.ts";

/** Options of `memoryAnswers`. */
export interface MemoryAnswersOptions {
  /** Milliseconds that an answer is kept after its last message. Default 120,000. */
  readonly keepMs?: number | undefined;
  /** Milliseconds that an answer nobody reads goes on, before its call is ended. Default 60,000. */
  readonly finishMs?: number | undefined;
  /** Characters of all kept answers together; beyond, the oldest are forgotten. Default 67,108,864. */
  readonly maxChars?: number | undefined;
  /** Sees what the store fails with. Default: ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Its clock, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const SHAPE: ShapeOf<MemoryAnswersOptions> = {
  keepMs: duration(0),
  finishMs: duration(0),
  maxChars: whole(1),
  onError: FUNCTION,
  clock: OBJECT,
};

/**
 * Keeps answers in the memory of this process: a client that comes back has to reach the same one. Throws `config` for a
 * wrong option. Starts no timer: what is too old is dropped when the next answer comes.
 */
export function memoryAnswers(options: MemoryAnswersOptions = {}): AnswerStore {
  const { options: read, problems } = readOptions(options, SHAPE);
  if (problems.length > 0) throw misuse("config", `memoryAnswers() cannot be made: ${listed(problems)}.`);
  return new MemoryAnswers(read);
}

class MemoryAnswers implements AnswerStore {
  readonly finishMs: number | undefined;
  readonly onError: ((error: unknown) => void) | undefined;
  readonly #keepMs: number;
  readonly #maxChars: number;
  readonly #clock: Clock;
  /** In the order in which they began. */
  readonly #answers = new Map<string, KeptAnswer>();
  #chars = 0;

  constructor({
    keepMs = 120_000,
    maxChars = 64 * 1_048_576,
    clock = systemClock,
    finishMs,
    onError,
  }: MemoryAnswersOptions) {
    this.finishMs = finishMs;
    this.onError = onError;
    this.#keepMs = keepMs;
    this.#maxChars = maxChars;
    this.#clock = clock;
  }

  async append(id: string, from: number, messages: readonly string[], isLast: boolean): Promise<KeptState> {
    const answer = this.#answers.get(id) ?? new KeptAnswer(this.#clock);
    if (!this.#answers.has(id)) {
      this.#answers.set(id, answer);
      this.#dropOld();
    }
    const before = answer.chars;
    const state = answer.append(from, messages, isLast);
    this.#chars += answer.chars - before;
    if (this.#chars > this.#maxChars) this.#dropMost(id);
    return state;
  }

  async read(id: string, after: number): Promise<KeptMessages | undefined> {
    this.#dropOld();
    return this.#answers.get(id)?.read(after);
  }

  async stop(id: string): Promise<void> {
    this.#answers.get(id)?.stop();
  }

  #dropOld(): void {
    const since = this.#clock.now() - this.#keepMs;
    for (const [id, { aliveAt }] of this.#answers) if (aliveAt < since) this.#drop(id);
  }

  /** The oldest others first. */
  #dropMost(kept: string): void {
    for (const id of this.#answers.keys()) {
      if (this.#chars <= this.#maxChars) return;
      if (id !== kept) this.#drop(id);
    }
  }

  #drop(id: string): void {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    this.#chars -= answer?.chars ?? 0;
    answer?.wake();
  }
}

import type { Clock } from "../model/clock.ts";
import { isUnderstudyError } from "../model/error.ts";
import { toPromise } from "../model/promises.ts";
import { ALIVE_MS, FINISH_MS, type AnswerStore, type KeptMessages, type KeptState } from "./answer-store.ts";
import { leave, type BodySource } from "./event-body.ts";
import { KeptAnswer } from "./kept-answer.ts";

/** A store that loses an answer again and again has no room for it: telling it all of it each time would cost the square. */
const MOST_LOSSES = 3;
/** Messages that a store is told at once. */
const MOST_AT_ONCE = 512;

export interface RecordingSetup<Item> extends Pick<BodySource<Item>, "items" | "message" | "last"> {
  readonly id: string;
  readonly store: AnswerStore;
  readonly clock: Clock;
}

/**
 * Reads an answer to its end, whether anybody listens or not, and tells the store its messages. Those who read here do not
 * depend on the store: what it failed to take it is told again.
 */
export class Recording<Item> {
  readonly #setup: RecordingSetup<Item>;
  readonly #answer: KeptAnswer;
  readonly #startedAt: number;
  readonly #told = Promise.withResolvers<void>();
  #count = 0;
  /** How many messages the store has. */
  #kept = 0;
  #losses = 0;
  #isTelling = false;
  /** It has failed: the next try is the timer's. */
  #isLeftAlone = false;
  /** Nobody wants the answer any more. */
  #isLeft = false;
  #overAt: number | undefined;
  #timer: unknown;

  constructor(setup: RecordingSetup<Item>) {
    this.#setup = setup;
    this.#answer = new KeptAnswer(setup.clock);
    this.#startedAt = setup.clock.now();
  }

  /** Resolves when the store knows the whole answer, or has not taken it for a minute behind its end. Never rejects. */
  async run(): Promise<void> {
    const { items, last } = this.#setup;
    this.#arm();
    try {
      await this.#readAll();
      this.#end(last(this.#isLeft ? { code: "aborted" } : undefined));
    } catch (error) {
      leave(items);
      const { code, retryAfterMs } = isUnderstudyError(error) ? error : { code: "adapter-error" };
      this.#end(last({ code, retryAfterMs }));
    }
    await this.#told.promise;
    this.#setup.clock.clearTimeout(this.#timer);
  }

  read(after: number): Promise<KeptMessages> {
    return this.#answer.read(after);
  }

  async #readAll(): Promise<void> {
    const { items, message } = this.#setup;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- an answer is read in order
      const { done, value } = await items.next();
      if (done === true) return;
      const text = message(value);
      if (text !== undefined) this.#add(text, false);
    }
  }

  #end(message: string): void {
    this.#overAt = this.#setup.clock.now();
    this.#add(message, true);
  }

  #add(message: string, isLast: boolean): void {
    const { id } = this.#setup;
    this.#answer.append(this.#count, [`id: ${id}.${this.#count + 1}\n${message}`], isLast);
    this.#count++;
    if (!this.#isLeftAlone) this.#tell();
  }

  #tell(): void {
    if (this.#isTelling || this.#losses > MOST_LOSSES) return;
    this.#isTelling = true;
    void this.#tellAll().then(
      () => this.#afterTelling(false),
      (error: unknown) => {
        this.#setup.store.onError?.(error);
        this.#afterTelling(true);
      },
    );
  }

  #afterTelling(hasFailed: boolean): void {
    this.#isTelling = false;
    this.#isLeftAlone = hasFailed;
    if (hasFailed) return;
    // What came with the last turn.
    if (this.#kept < this.#count) this.#tell();
    else if (this.#overAt !== undefined) this.#told.resolve();
  }

  /** What has come meanwhile goes together. */
  async #tellAll(): Promise<void> {
    const { id, store } = this.#setup;
    do {
      const from = this.#kept;
      const messages = this.#answer.slice(from, MOST_AT_ONCE);
      const reached = from + messages.length;
      const isLast = this.#overAt !== undefined && reached === this.#count;
      // oxlint-disable-next-line no-await-in-loop -- in order
      const state = await toPromise(store.append(id, from, messages, isLast));
      const isBack = state.kept >= 0 && state.kept < from;
      if (isBack && ++this.#losses > MOST_LOSSES) {
        this.#told.resolve();
        throw new Error("The store of answers has no room for this one: it cannot be resumed any more.");
      }
      if (!isBack && state.kept !== reached) throw new Error("The store of answers does not take what it is told.");
      this.#kept = state.kept;
      this.#leaveIfUnwanted(state);
    } while (this.#kept < this.#count);
  }

  #leaveIfUnwanted({ unreadMs, isStopped }: KeptState): void {
    if (this.#isLeft || this.#overAt !== undefined) return;
    const { clock, store } = this.#setup;
    const ageMs = clock.now() - this.#startedAt;
    const unreadHereMs = this.#answer.unreadMs ?? ageMs;
    const isUnread = Math.min(unreadMs ?? ageMs, unreadHereMs) >= (store.finishMs ?? FINISH_MS);
    if (!isStopped && !isUnread) return;
    this.#isLeft = true;
    leave(this.#setup.items);
  }

  #arm(): void {
    const { clock } = this.#setup;
    this.#timer = clock.setTimeout(() => this.#onTimer(), ALIVE_MS, true);
  }

  #onTimer(): void {
    this.#arm();
    this.#answer.wake();
    this.#tell();
    if (this.#overAt !== undefined && this.#setup.clock.now() - this.#overAt >= FINISH_MS) this.#told.resolve();
  }
}

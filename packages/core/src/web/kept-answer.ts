import type { Clock } from "../model/clock.ts";
import type { KeptMessages, KeptState } from "./answer-store.ts";

/** The messages of one answer in memory, with those who wait for more. */
export class KeptAnswer {
  readonly #clock: Clock;
  readonly #messages: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #isOver = false;
  #isStopped = false;
  #readAt: number | undefined;
  #aliveAt: number;
  chars = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aliveAt = clock.now();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** When the writer last said something. */
  get aliveAt(): number {
    return this.#aliveAt;
  }

  /** Milliseconds since somebody read, 0 while somebody waits; undefined: nobody has. */
  get unreadMs(): number | undefined {
    if (this.#waiting.length > 0) return 0;
    return this.#readAt === undefined ? undefined : this.#clock.now() - this.#readAt;
  }

  append(from: number, messages: readonly string[], isLast: boolean): KeptState {
    const now = this.#clock.now();
    this.#aliveAt = now;
    if (from <= this.#messages.length) {
      for (const message of messages.slice(this.#messages.length - from)) {
        this.#messages.push(message);
        this.chars += message.length;
      }
      this.#isOver ||= isLast;
    }
    // Before they are woken: who waits reads.
    const { unreadMs } = this;
    this.wake();
    return { kept: this.#messages.length, unreadMs, isStopped: this.#isStopped };
  }

  async read(after: number): Promise<KeptMessages> {
    this.#readAt = this.#clock.now();
    if (after >= this.#messages.length && !this.#isOver) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
    const now = this.#clock.now();
    this.#readAt = now;
    return { messages: this.#messages.slice(after), isOver: this.#isOver, silentMs: now - this.#aliveAt };
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Those who wait get what there is, also where that is nothing. */
  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** From the given message on. */
  slice(start: number, most: number): readonly string[] {
    return this.#messages.slice(start, start + most);
  }
}

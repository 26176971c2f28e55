import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "@understudy/core";
import { TimerHeap, type HeapTimer, type VirtualTimer } from "./timer-heap.ts";

/** How a virtual clock begins and goes; every option may be left out. */
export interface VirtualClockOptions {
  /** Wall time at the beginning, in milliseconds since 1970. Default 1,700,000,000,000. */
  readonly wallStart?: number | undefined;
  /** Milliseconds that pass with each reading: two readings of a real clock are never the same. Default 0.000001. */
  readonly step?: (() => number) | undefined;
}

const CREEP_MS = 1e-6;

/**
 * Time that passes only when it is told to, for tests: `createChain(tiers, { clock })`. Timers fire in the order in which
 * they are due, and between two of them everything goes on that can go on without time. Needs Node's `setImmediate`.
 */
export class VirtualClock implements Clock {
  readonly #heap = new TimerHeap();
  readonly #step: () => number;
  readonly #wallStart: number;
  #elapsed = 0;
  #set = 0;
  #pending = 0;

  constructor({ wallStart = 1_700_000_000_000, step = () => CREEP_MS }: VirtualClockOptions = {}) {
    this.#wallStart = wallStart;
    this.#step = step;
  }

  /** Milliseconds since the clock was made. Looking at it moves nothing. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#pending;
  }

  /** As `elapsed`, and a hair later with each reading. */
  now(): number {
    this.#elapsed += this.#step();
    return this.#elapsed;
  }

  /** The beginning plus `elapsed`, in milliseconds since 1970. */
  wallNow(): number {
    return this.#wallStart + this.#elapsed;
  }

  /** Runs the callback in the asynchronous context in which it was set, as a runtime's own timers do. */
  setTimeout(callback: () => void, delayMs: number): VirtualTimer {
    return this.schedule(delayMs, AsyncLocalStorage.bind(callback));
  }

  /** Cancels the timer; one that has fired, or that is not this clock's, is ignored. */
  clearTimeout(handle: unknown): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what else comes back is no timer, and nothing happens
    const timer = handle as HeapTimer | undefined;
    if (timer?.isLive !== true) return;
    timer.isLive = false;
    this.#pending--;
  }

  /** A timer without a context of its own. Of those that are due together the lowest `rank` fires first; default: the oldest. */
  schedule(delayMs: number, callback: () => void, rank: number = this.#set): VirtualTimer {
    const timer: HeapTimer = { at: this.#elapsed + Math.max(0, delayMs), rank, callback, isLive: true };
    this.#set++;
    this.#pending++;
    this.#heap.push(timer);
    return timer;
  }

  /** The process stands still: time passes, and nothing runs. What came due meanwhile fires late. */
  standStill(ms: number): void {
    this.#elapsed += ms;
  }

  /** Lets so many milliseconds pass. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await this.run(() => false, until);
    this.#elapsed = Math.max(this.#elapsed, until);
  }

  /** Lets time pass until the promise is settled, and returns or throws what it settles with. */
  async finish<Value>(promise: PromiseLike<Value>): Promise<Value> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    if (await this.run(() => isSettled)) return promise;
    throw new Error("The promise waits for something else than this clock: no timer is left.");
  }

  /**
   * Lets time pass until `isDone`, asked between timers, and returns true; false when no timer is left, or when the next one
   * is due after `until`, in milliseconds of `elapsed`.
   */
  async run(isDone: () => boolean, until: number = Infinity): Promise<boolean> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one turn at a time, as an event loop does it
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone()) return true;
      const timer = this.#heap.peek();
      if (timer === undefined || timer.at > until) return false;
      this.clearTimeout(timer);
      this.#elapsed = Math.max(this.#elapsed, timer.at);
      timer.callback();
    }
  }
}

import type { Clock } from "../src/model/clock.ts";
import { takeTimesAsNearlyEqual } from "./near-equal.ts";

takeTimesAsNearlyEqual();

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly background: boolean;
}

/** A real clock never gives the same reading twice: this much passes with each. Too little to add up to anything. */
const CREEP_MS = 1e-6;

/**
 * Time that moves only when told, and a hair with every reading. Between timers everything that can continue without
 * time continues.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #wallOffset = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  get pending(): number {
    return this.#timers.size;
  }

  get pendingForeground(): number {
    return [...this.#timers].filter((timer) => !timer.background).length;
  }

  now(): number {
    this.#now += CREEP_MS;
    return this.#now;
  }

  wallNow(): number {
    return this.#wallOffset + this.#now;
  }

  jumpWall(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }

  setTimeout(callback: () => void, delayMs: number, background: boolean): unknown {
    const timer = { at: this.#now + delayMs, callback, background };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    for (const timer of this.#timers) if (timer === handle) this.#timers.delete(timer);
  }

  /** Lets everything run that waits for no timer. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    await this.settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.at > Math.max(until, this.#now)) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      // One turn at a time, as an event loop does it.
      // oxlint-disable-next-line no-await-in-loop
      await this.settle();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** The process stands still: time passes, nothing runs, then everything due fires late. */
  async suspend(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await this.advance(0);
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) if (earliest === undefined || timer.at < earliest.at) earliest = timer;
    return earliest;
  }
}

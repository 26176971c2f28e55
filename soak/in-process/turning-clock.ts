import { setImmediate } from "node:timers/promises";
import type { Clock } from "@understudy/core";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Two readings are never the same. */
const HAIR_MS = 1e-4;

/** Virtual time that goes on by a step with each turn of the event loop, so that hours of cooldowns pass in a minute. */
export class TurningClock implements Clock {
  readonly #timers = new Map<number, Timer>();
  #handles = 0;
  #now = 0;
  #nextAt = Infinity;
  #isTurning = false;

  get running(): number {
    return this.#timers.size;
  }

  get elapsedMs(): number {
    return this.#now;
  }

  readonly now = (): number => (this.#now += HAIR_MS);
  readonly wallNow = (): number => 1.8e12 + this.#now;

  setTimeout(callback: () => void, delayMs: number): number {
    const at = this.#now + Math.max(1, delayMs);
    this.#timers.set(++this.#handles, { at, callback });
    this.#nextAt = Math.min(this.#nextAt, at);
    return this.#handles;
  }

  clearTimeout(handle: unknown): void {
    if (typeof handle === "number") this.#timers.delete(handle);
  }

  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimeout(resolve, delayMs);
    });
  }

  /** Lets time pass until `work` is done. */
  async turnUntil(work: Promise<unknown>, stepMs: number): Promise<void> {
    this.#isTurning = true;
    const stop = (): void => void (this.#isTurning = false);
    work.then(stop, stop);
    while (this.#isTurning) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await setImmediate();
      this.#advance(stepMs);
    }
    await work;
  }

  #advance(stepMs: number): void {
    this.#now += stepMs;
    if (this.#nextAt > this.#now) return;
    this.#nextAt = Infinity;
    const due: (readonly [number, Timer])[] = [];
    for (const entry of this.#timers) {
      if (entry[1].at <= this.#now) due.push(entry);
      else this.#nextAt = Math.min(this.#nextAt, entry[1].at);
    }
    due.sort(([, one], [, other]) => one.at - other.at);
    // One that is due may cancel another.
    for (const [handle, { callback }] of due) if (this.#timers.delete(handle)) callback();
  }
}

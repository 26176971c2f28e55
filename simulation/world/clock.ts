import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "@understudy/core";
import type { Moment } from "../facts.ts";
import type { SeededRandom } from "./random.ts";

/** Whose timer it is. At rest the engine has none. */
export type TimerOwner = "engine" | "upstream" | "consumer" | "world";

interface Timer {
  at: number;
  /** Orders timers that are due together. */
  tie: number;
  readonly owner: TimerOwner;
  readonly callback: () => void;
  isLive: boolean;
}

/** A schedule that needs more goes round in circles. */
const MOST_TURNS = 50_000;
const WALL_START = 1_700_000_000_000;
/** A timer of the engine fires up to this much late, as real ones do; never early. */
const LATEST_MS = 3;
/** Two readings of a real clock are never the same: each is later than the one before by something in between. */
const SHORTEST_STEP_MS = 1e-4;
const LONGEST_STEP_MS = 1e-2;

/** Virtual time: an ordered heap of timers. Between two timers everything goes on that can go on without time. */
export class SimulatedClock {
  /** One sequence per owner: a timer more of one kind does not reorder the others. */
  readonly #ties: Readonly<Record<TimerOwner, SeededRandom>>;
  readonly #lateness: SeededRandom;
  readonly #steps: SeededRandom;
  readonly #heap: Timer[] = [];
  readonly #live: Record<TimerOwner, number> = { engine: 0, upstream: 0, consumer: 0, world: 0 };
  #now = 0;
  #wallOffset = 0;
  /** Counts timers fired: entries of one turn happened without time or timers in between. */
  turn = 0;

  constructor(random: SeededRandom) {
    this.#ties = { engine: random.fork(), upstream: random.fork(), consumer: random.fork(), world: random.fork() };
    this.#lateness = random.fork();
    this.#steps = random.fork();
  }

  /** For the world itself, which looks without being seen: only the engine's readings move the time. */
  get now(): number {
    return this.#now;
  }

  get moment(): Moment {
    return { at: this.#now, turn: this.turn };
  }

  pending(owner: TimerOwner): number {
    return this.#live[owner];
  }

  schedule(owner: TimerOwner, delayMs: number, callback: () => void): Timer {
    const at = this.#now + Math.max(0, delayMs);
    const timer = { at, tie: this.#ties[owner].next(), owner, callback, isLive: true };
    this.#live[owner]++;
    this.#push(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    if (!timer.isLive) return;
    timer.isLive = false;
    this.#live[timer.owner]--;
  }

  /** The clock as the engine gets it: it creeps. A timer takes at least a millisecond, as in Node. */
  engineClock(): Clock {
    return {
      now: () => this.#creep(),
      wallNow: () => WALL_START + this.#wallOffset + this.#now,
      setTimeout: (callback, delayMs) =>
        this.schedule(
          "engine",
          Math.max(1, delayMs) + this.#lateness.next() * LATEST_MS,
          // As a runtime's own timers do.
          AsyncLocalStorage.bind(callback),
        ),
      clearTimeout: (handle) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only handles from above come back
        this.cancel(handle as Timer);
      },
    };
  }

  /**
   * The process stands still: time passes and nothing runs. Afterwards timers fire late, and only then is read what
   * arrived meanwhile, as an event loop does it.
   */
  sleep(ms: number): void {
    this.#now += ms;
    const arrived = this.#heap.filter(({ owner, at }) => owner === "upstream" && at <= this.#now);
    for (const timer of arrived.toSorted((a, b) => a.at - b.at || a.tie - b.tie)) {
      const { owner, callback } = timer;
      if (!timer.isLive) continue;
      this.cancel(timer);
      // One after the other, a hair apart: what was sent first is read first.
      this.#now += 1e-6;
      this.schedule(owner, 0, callback);
    }
  }

  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Runs until `isDone`, or until nothing is left to happen or the time is over; then it says false. */
  async run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      // oxlint-disable-next-line no-await-in-loop -- one turn at a time, as an event loop does it
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone()) return true;
      const timer = this.#pop();
      if (timer === undefined || timer.at > untilMs) return false;
      this.cancel(timer);
      this.#now = Math.max(this.#now, timer.at);
      this.turn++;
      timer.callback();
    }
    return false;
  }

  #creep(): number {
    this.#now += SHORTEST_STEP_MS + this.#steps.next() ** 4 * (LONGEST_STEP_MS - SHORTEST_STEP_MS);
    return this.#now;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): Timer | undefined {
    for (;;) {
      const [first] = this.#heap;
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) this.#sink(last);
      if (first.isLive) return first;
    }
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (right !== undefined && least !== undefined && isBefore(right, least)) {
        least = right;
        child++;
      }
      if (least === undefined || !isBefore(least, timer)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "@understudy/core";
import { VirtualClock, type VirtualTimer } from "@understudy/testing/rehearse";
import type { Moment } from "../facts.ts";
import type { SeededRandom } from "./random.ts";

/** Whose timer it is. At rest the engine has none. */
export type TimerOwner = "engine" | "upstream" | "consumer" | "world";

interface OwnedTimer {
  readonly timer: VirtualTimer;
  readonly owner: TimerOwner;
  readonly tie: number;
  readonly callback: () => void;
}

/** A schedule that needs more goes round in circles. */
const MOST_TURNS = 50_000;
/** A timer of the engine fires up to this much late, as real ones do; never early. */
const LATEST_MS = 3;
/** Two readings of a real clock are never the same: each is later than the one before by something in between. */
const SHORTEST_STEP_MS = 1e-4;
const LONGEST_STEP_MS = 1e-2;

/** Virtual time as an unkind machine has it: every timer has an owner, fires late, and those due together in any order. */
export class SimulatedClock {
  /** One sequence per owner: a timer more of one kind does not reorder the others. */
  readonly #ties: Readonly<Record<TimerOwner, SeededRandom>>;
  readonly #lateness: SeededRandom;
  readonly #clock: VirtualClock;
  readonly #live: Readonly<Record<TimerOwner, Set<OwnedTimer>>> = {
    engine: new Set(),
    upstream: new Set(),
    consumer: new Set(),
    world: new Set(),
  };
  #wallOffset = 0;
  /** Counts timers fired: entries of one turn happened without time or timers in between. */
  turn = 0;

  constructor(random: SeededRandom) {
    this.#ties = { engine: random.fork(), upstream: random.fork(), consumer: random.fork(), world: random.fork() };
    this.#lateness = random.fork();
    const steps = random.fork();
    this.#clock = new VirtualClock({
      step: () => SHORTEST_STEP_MS + steps.next() ** 4 * (LONGEST_STEP_MS - SHORTEST_STEP_MS),
    });
  }

  /** For the world itself, which looks without being seen: only the engine's readings move the time. */
  get now(): number {
    return this.#clock.elapsed;
  }

  get moment(): Moment {
    return { at: this.now, turn: this.turn };
  }

  pending(owner: TimerOwner): number {
    return this.#live[owner].size;
  }

  schedule(owner: TimerOwner, delayMs: number, callback: () => void): OwnedTimer {
    const tie = this.#ties[owner].next();
    const fire = (): void => {
      this.#live[owner].delete(owned);
      this.turn++;
      callback();
    };
    const owned: OwnedTimer = { timer: this.#clock.schedule(delayMs, fire, tie), owner, tie, callback };
    this.#live[owner].add(owned);
    return owned;
  }

  cancel(owned: OwnedTimer): void {
    this.#live[owned.owner].delete(owned);
    this.#clock.clearTimeout(owned.timer);
  }

  /** The clock as the engine gets it: it creeps. A timer takes at least a millisecond, as in Node. */
  engineClock(): Clock {
    return {
      now: () => this.#clock.now(),
      wallNow: () => this.#clock.wallNow() + this.#wallOffset,
      setTimeout: (callback, delayMs) =>
        this.schedule(
          "engine",
          Math.max(1, delayMs) + this.#lateness.next() * LATEST_MS,
          // As a runtime's own timers do.
          AsyncLocalStorage.bind(callback),
        ),
      clearTimeout: (handle) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only handles from above come back
        this.cancel(handle as OwnedTimer);
      },
    };
  }

  /**
   * The process stands still: time passes and nothing runs. Afterwards timers fire late, and only then is read what
   * arrived meanwhile, as an event loop does it.
   */
  sleep(ms: number): void {
    this.#clock.standStill(ms);
    const arrived = [...this.#live.upstream].filter(({ timer }) => timer.at <= this.now);
    for (const owned of arrived.toSorted((a, b) => a.timer.at - b.timer.at || a.tie - b.tie)) {
      this.cancel(owned);
      // One after the other, a hair apart: what was sent first is read first.
      this.#clock.standStill(1e-6);
      this.schedule(owned.owner, 0, owned.callback);
    }
  }

  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Runs until `isDone`, or until nothing is left to happen or the time is over; then it says false. */
  async run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    let turns = 0;
    const isEnough = (): boolean => isDone() || ++turns > MOST_TURNS;
    return (await this.#clock.run(isEnough, untilMs)) && turns <= MOST_TURNS;
  }
}

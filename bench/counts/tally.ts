import { createHook } from "node:async_hooks";
import type { Clock } from "@understudy/core";

/** What has been made since counting began. */
export interface Tally {
  promises: number;
  timers: number;
  listeners: number;
  /** Timers and listeners that are there now. */
  timersRunning: number;
  listenersLeft: number;
}

/** Counts everything this process makes from here on; timers are those of the clock that it gives. */
export function startTally(): { readonly tally: Tally; readonly clock: Clock } {
  const tally: Tally = { promises: 0, timers: 0, listeners: 0, timersRunning: 0, listenersLeft: 0 };
  createHook({
    init: (_id, type) => {
      if (type === "PROMISE") tally.promises++;
    },
  }).enable();
  tallyListeners(tally);
  return { tally, clock: tallyingClock(tally) };
}

function tallyListeners(tally: Tally): void {
  // oxlint-disable-next-line typescript/unbound-method -- called on the target that they were called on
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function add(...given) {
    tally.listeners++;
    tally.listenersLeft++;
    addEventListener.apply(this, given);
  };
  EventTarget.prototype.removeEventListener = function remove(...given) {
    tally.listenersLeft--;
    removeEventListener.apply(this, given);
  };
}

function tallyingClock(tally: Tally): Clock {
  const running = new Set<NodeJS.Timeout>();
  const leave = (timer: NodeJS.Timeout): void => {
    running.delete(timer);
    tally.timersRunning = running.size;
  };
  return {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    setTimeout: (callback, delayMs) => {
      const timer: NodeJS.Timeout = setTimeout(() => {
        leave(timer);
        callback();
      }, delayMs);
      running.add(timer);
      tally.timers++;
      tally.timersRunning = running.size;
      return timer;
    },
    clearTimeout: (handle) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only handles from above come back
      const timer = handle as NodeJS.Timeout;
      clearTimeout(timer);
      leave(timer);
    },
  };
}

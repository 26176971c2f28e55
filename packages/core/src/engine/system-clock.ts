// oxlint-disable no-restricted-globals, no-restricted-properties -- the one place where real time and chance enter
import type { Clock } from "../model/clock.ts";

/** The process's own clock. Timers of waiting calls keep the process alive, timers that only guard idleness do not. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs, background) => {
    const timer = setTimeout(callback, delayMs);
    if (background && typeof timer === "object") timer.unref();
    return timer;
  },
  clearTimeout: (handle) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only handles from above come back
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
};

export const systemRandom: () => number = Math.random;

const TICK_MS = 5;
const LONGEST_TICK_MS = 5 * TICK_MS;

let ticked = performance.now();
let total = 0;

/**
 * Milliseconds in which this process could have seen something happen: while it was busy, or waited for its turn on a full
 * machine, the clock stands still.
 */
export function quietNow(): number {
  return total + Math.min(performance.now() - ticked, LONGEST_TICK_MS);
}

function tick(): void {
  total = quietNow();
  ticked = performance.now();
}

setInterval(tick, TICK_MS).unref();

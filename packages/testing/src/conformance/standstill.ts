const STEP_MS = 5;

let total = 0;
let last: number | undefined;

/** Milliseconds, since the first call, in which the event loop of this process did not turn. */
export function standstillMs(): number {
  if (last === undefined) {
    last = performance.now();
    setInterval(() => void standstillMs(), STEP_MS).unref();
  }
  const now = performance.now();
  const gap = now - last;
  last = now;
  if (gap > 2 * STEP_MS) total += gap - STEP_MS;
  return total;
}

/** From so many calls on, what a warm process does outweighs what a cold one does. */
const MANY = 20_000;

/** After how many calls the heap is looked at: after each tenth, or where there are few, after the first and the last. */
export function marksOf(calls: number): readonly number[] {
  const shares = calls < MANY ? [1, 10] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  return shares.map((share) => Math.round((calls * share) / 10));
}

/** In MiB. A process that has made few calls still compiles. */
export function mostGrowth(calls: number): number {
  return calls < MANY ? 15 : 5;
}

/** In milliseconds, for the 99th percentile of the event loop's delay; none where there are few calls. */
export function mostDelay(calls: number): number {
  return calls < MANY ? Infinity : 20;
}

/** From so many calls on, what a warm process does outweighs what a cold one does. */
const MANY = 20_000;

/** After how many calls the heap is looked at: after each tenth, or where there are few, after the first and the last. */
export function marksOf(calls: number): readonly number[] {
  const shares = calls < MANY ? [1, 10] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  return shares.map((share) => Math.round((calls * share) / 10));
}

/** What a warm process keeps to over sockets. Of a cold one, on a machine that is busy with other things, less can be asked. */
export interface SizeLimits {
  /** From the first mark to the last. A process that has made few calls still compiles. */
  readonly growthMiB: number;
  /** The 99th percentile of how late the event loop is. */
  readonly delayMs: number;
  /** After the last call, until the server has seen that no answer is wanted any more. */
  readonly closingMs: number;
  /** Of calls that nobody aborted or left. */
  readonly failedPercent: number;
}

export function limitsFor(calls: number): SizeLimits {
  if (calls < MANY) return { growthMiB: 15, delayMs: Infinity, closingMs: 5_000, failedPercent: 55 };
  return { growthMiB: 5, delayMs: 20, closingMs: 100, failedPercent: 5 };
}

/** One test's work. It says when it has begun: all that is left then is mostly waiting. */
export type Run = (begun: () => void) => Promise<void>;

/**
 * For tests that mostly wait: the first one that starts begins them all, each as soon as the one before it has begun, so
 * that together they take little longer than the longest. Each still ends as its own run did.
 */
export function together(): (run: Run) => () => Promise<void> {
  const runs: Run[] = [];
  let ends: Promise<readonly PromiseSettledResult<void>[]> | undefined;
  return (run) => {
    const index = runs.push(run) - 1;
    return async () => {
      ends ??= beginAll(runs);
      const end = (await ends)[index];
      if (end?.status === "rejected") throw end.reason;
    };
  };
}

async function beginAll(runs: readonly Run[]): Promise<readonly PromiseSettledResult<void>[]> {
  const ends: Promise<PromiseSettledResult<void>>[] = [];
  for (const run of runs) {
    const begun = Promise.withResolvers<void>();
    const end = Promise.allSettled([run(begun.resolve)]).then(([result]) => result);
    ends.push(end);
    // oxlint-disable-next-line no-await-in-loop -- one start after the other is the point
    await Promise.race([begun.promise, end]);
  }
  return Promise.all(ends);
}

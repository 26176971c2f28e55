type Run = () => Promise<void>;

/**
 * For tests that mostly wait: the first one that starts begins them all, so that they take as long as the longest. Each
 * still ends as its own run did.
 */
export function together(): (run: Run) => Run {
  const runs: Run[] = [];
  let ends: Promise<readonly PromiseSettledResult<void>[]> | undefined;
  return (run) => {
    const index = runs.push(run) - 1;
    return async () => {
      ends ??= Promise.allSettled(runs.map((begin) => begin()));
      const end = (await ends)[index];
      if (end?.status === "rejected") throw end.reason;
    };
  };
}

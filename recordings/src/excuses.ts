/** Named exceptions and which of them were needed. */
export interface Excuses {
  /** What is left of the faults after the exceptions. */
  without(faults: readonly string[]): readonly string[];
  /** The exceptions that were never needed. */
  stale(): readonly string[];
}

export function openExcuses(named: Readonly<Record<string, string>> = {}): Excuses {
  const used = new Set<string>();
  return {
    without: (faults) =>
      faults.filter((fault) => {
        if (fault in named) used.add(fault);
        return !(fault in named);
      }),
    stale: () => Object.keys(named).filter((fault) => !used.has(fault)),
  };
}

/** What is said about repeated measurements: the middle one and the outermost. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[0];
  const high = sorted.at(-1);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined || lower === undefined || upper === undefined) {
    throw new Error("There is no median of no measurements");
  }
  return { median: (lower + upper) / 2, low, high };
}

/** Three significant digits: more would claim what the spread denies. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function range({ low, high }: Spread): string {
  return `${rounded(low)}–${rounded(high)}`;
}

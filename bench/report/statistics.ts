/** What is said about repeated measurements: the middle one, and between which two the middle half of them lies. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), lower: quantile(sorted, 0.25), upper: quantile(sorted, 0.75) };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("There is no median of no measurements");
  return below + (above - below) * (place - Math.floor(place));
}

/** One median as a multiple of the other. */
export function ratio(own: readonly number[], base: readonly number[]): Spread {
  return compared(own, base, (one, other) => one / other);
}

/** What one median is above the other. */
export function difference(own: readonly number[], base: readonly number[]): Spread {
  return compared(own, base, (one, other) => one - other);
}

/**
 * Of the medians, as a burst of noise that meets one side of a round counts in one of them only; the quartiles are of the
 * rounds, in each of which both were measured within the same seconds.
 */
function compared(
  own: readonly number[],
  base: readonly number[],
  compare: (one: number, other: number) => number,
): Spread {
  const rounds = own.map((one, round) => compare(one, base[round] ?? Number.NaN));
  return { ...spread(rounds), median: compare(spread(own).median, spread(base).median) };
}

/** Three significant digits: more would claim what the spread denies. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function quartiles({ lower, upper }: Spread): string {
  return `${rounded(lower)}–${rounded(upper)}`;
}

/** What every expression is given, in characters. */
const SIZES = { whole: 1_048_576, short: 8_192 } as const;

export type Form = keyof typeof SIZES;

/** The most milliseconds of CPU for one input. In the short form an expression whose cost grows with the square takes ten times as long. */
export const MOST_MS: Readonly<Record<Form, number>> = { whole: 50, short: 4 };

/**
 * Expressions whose input is short wherever it comes from, by file and pattern, with the most characters that it may have and
 * what sees to that. An expression is listed here only where the bound is in the same function or in a type.
 */
const BOUNDED: readonly { readonly file: string; readonly pattern: string; readonly most: number }[] = [
  // `takeUserId` leaves out what is longer than the API takes, which is 256 at most, before it looks at it.
  {
    file: "packages/core/src/adapter/requests/take-user-id.ts",
    pattern: String.raw`[^\s@]@[^\s@]+\.[^\s@]|^\+?[\d\s().-]*\d[\s().-]+\d[\d\s().-]*$|^\+\d{7,15}$`,
    most: 256,
  },
  // `checkMetadata` refuses what has more than 256 characters before it looks at it.
  {
    file: "packages/testing/src/simulators/anthropic/parameters.ts",
    pattern: String.raw`^\+?[\d\s().-]*\d[\s().-]+\d[\d\s().-]*$|^\+\d{7,15}$`,
    most: 256,
  },
  // `resetOf` looks at no text of more than 100 characters.
  { file: "packages/core/src/engine/ahead/rate-limits.ts", pattern: String.raw`(\d+(?:\.\d+)?)(ms|[hms])`, most: 100 },
];

export function sizeAt(place: string, pattern: string, form: Form): number {
  const bound = BOUNDED.find((one) => place.startsWith(`${one.file}:`) && one.pattern === pattern);
  return Math.min(bound?.most ?? Infinity, SIZES[form]);
}

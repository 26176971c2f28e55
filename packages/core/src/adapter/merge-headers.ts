/**
 * Header fields by their names in small letters: a later one takes the place of an earlier one, whatever its case. A null
 * takes out what an SDK would send.
 */
export function mergeHeaders<Value extends string | null>(
  ...given: readonly Readonly<Record<string, Value>>[]
): Record<string, Value> {
  return Object.fromEntries(
    given.flatMap((headers) => Object.entries(headers)).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

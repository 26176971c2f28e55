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

/** A header that lists names, out of several that may be missing. Every name once; undefined where there is none. */
export function joinHeader(values: readonly (string | undefined)[]): string | undefined {
  const names = values.flatMap((value) => value?.split(",") ?? []).map((name) => name.trim());
  const distinct = [...new Set(names)].filter((name) => name !== "");
  return distinct.length === 0 ? undefined : distinct.join(",");
}

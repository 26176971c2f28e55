/** A JSON object of unknown shape, as it travels on a wire. */
export interface WireObject {
  /** Any name; its value is not yet checked. */
  readonly [key: string]: unknown;
}

export function isObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a list; anything else gives an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects among the elements of a list. */
export function objectsOf(value: unknown): readonly WireObject[] {
  return listOf(value).filter(isObject);
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The first key that is not in the list of known ones. */
export function unknownKey(object: WireObject, known: readonly string[]): string | undefined {
  return Object.keys(object).find((key) => !known.includes(key));
}

/** The result of the first check that finds something to refuse. */
export function firstOf<T>(checks: Iterable<() => T | undefined>): T | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The result of the first element for which the check finds something to refuse. */
export function firstIn<E, T>(
  elements: readonly E[],
  check: (element: E, index: number) => T | undefined,
): T | undefined {
  for (const [index, element] of elements.entries()) {
    const found = check(element, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A foreign value as a refusal quotes it: a string as it is, all else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}

/** A list of names, written as one text. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

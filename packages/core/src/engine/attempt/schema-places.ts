import { cleanLine } from "../../model/clean-text.ts";
import { isJsonObject } from "../../model/json.ts";
import { listed } from "../../model/rules.ts";
import { shownPath } from "../../model/schema.ts";

/** The first ones are enough. */
const MOST_PLACES = 5;

/**
 * Where a value does not fit its schema, fit for messages and logs: names that stand in the schema, and indices. Any other
 * key may be a word of the answer and is shown as `*`.
 */
export function schemaPlaces(paths: readonly (readonly unknown[])[], value: unknown, schema: unknown): string {
  const names = new Set<unknown>();
  addNames(schema, names);
  const places = new Set(paths.map((path) => shownPath(knownKeys(path, value, names))));
  places.delete("");
  return cleanLine(listed([...places], MOST_PLACES));
}

function knownKeys(path: readonly unknown[], value: unknown, names: ReadonlySet<unknown>): readonly unknown[] {
  let inside = value;
  return path.map((key) => {
    const isKnown = typeof key === "number" ? Array.isArray(inside) : names.has(key);
    inside = typeof inside === "object" && inside !== null ? Reflect.get(inside, String(key)) : undefined;
    return isKnown ? key : "*";
  });
}

function addNames(schema: unknown, names: Set<unknown>): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [keyword, part] of Object.entries(schema)) {
    if (keyword === "properties" && isJsonObject(part)) for (const name of Object.keys(part)) names.add(name);
    addNames(part, names);
  }
}

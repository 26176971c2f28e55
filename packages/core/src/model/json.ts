import { excessOf } from "./json-structure.ts";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export type JsonObject = { readonly [key: string]: JsonValue };

/** True for a plain object as JSON knows it: not null, not an array. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `JSON.parse` with an honest type, for texts of others. Throws a `SyntaxError` as that does, also for what is nested more
 * than 1,000 deep, and a `RangeError` for what would take far more memory than its text.
 */
export function parseJson(text: string): JsonValue {
  const excess = excessOf(text);
  if (excess !== undefined) throw new (excess === "values" ? RangeError : SyntaxError)(`too many ${excess}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing but JSON
  return JSON.parse(text) as JsonValue;
}

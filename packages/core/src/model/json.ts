/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object as JSON knows it. */
export type JsonObject = {
  /** Any name, with a value that JSON can hold. */
  readonly [key: string]: JsonValue;
};

/** True for a plain object as JSON knows it: not null, not an array. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `JSON.parse` with an honest type. Throws a `SyntaxError` as that does. */
export function parseJson(text: string): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing but JSON
  return JSON.parse(text) as JsonValue;
}

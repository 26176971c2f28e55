import type { JsonObject, JsonValue } from "@understudy/core/adapter";

/** The fields that have a value. */
export function defined(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept.push([name, value]);
  return Object.fromEntries(kept);
}

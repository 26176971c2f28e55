import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import { asArray, asJsonObject } from "../foreign.ts";

/** What of a body may hold marks for a cache, at whatever depth. */
const HOLD_MARKS = ["toolConfig", "tools", "system", "messages", "content"];

/** How many blocks and tools of a body have a field: what the caller has marked natively counts. */
export function countMarks(value: JsonValue, field: string): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + countMarks(one, field), 0);
  if (!isJsonObject(value)) return 0;
  const own = isJsonObject(value[field]) ? 1 : 0;
  return HOLD_MARKS.reduce((sum, name) => sum + countMarks(value[name] ?? null, field), own);
}

/**
 * The turns, marked where a later request may begin like this one: at the end, and at the last turn before the newest calls,
 * as one turn of calls may be longer than a vendor looks back. `mark` may refuse.
 */
export function markTurns(
  given: JsonValue | undefined,
  mark: (content: JsonValue | undefined, role: JsonValue | undefined) => JsonValue[] | undefined,
): JsonObject[] {
  const messages = asArray(given).map(asJsonObject);
  const newest = messages.findLastIndex(({ role }) => role === "assistant");
  const marked = [...messages];
  for (const index of new Set([messages.length - 1, newest - 1])) {
    const message = messages[index];
    const content = message === undefined ? undefined : mark(message["content"], message["role"]);
    if (content !== undefined) marked[index] = { ...message, content };
  }
  return marked;
}

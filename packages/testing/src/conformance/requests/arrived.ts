import type { RequestRecord } from "../../simulators/vendor.ts";
import { isObject } from "../../simulators/json.ts";

/** What of a request has to be found in what arrived, wherever the wire has its place. */
export type Sought = string | number | Readonly<Record<string, unknown>>;

/**
 * Whether a request holds it: a text inside of any text, header or the URL, a number as such, an object with exactly these
 * fields. JSON inside of a text counts, once decoded: arguments of tools travel so.
 */
export function holds(record: Pick<RequestRecord, "path" | "headers" | "body">, sought: Sought): boolean {
  if (typeof sought !== "string") return some(record.body, (value) => equal(value, sought));
  const outside = [decodeURIComponent(record.path), ...Object.values(record.headers)];
  return outside.some((text) => text.includes(sought)) || holdsText(record.body, sought);
}

export function holdsText(value: unknown, text: string): boolean {
  return some(value, (inner) => typeof inner === "string" && inner.includes(text));
}

/** All texts in a value, and in the JSON inside of its texts. */
export function textsIn(value: unknown): readonly string[] {
  const texts: string[] = [];
  some(value, (inner) => {
    if (typeof inner === "string") texts.push(inner);
    return false;
  });
  return texts;
}

/** The elements of the same list that hold one text each: a wire's turns, calls, results. */
export function elementsWith(value: unknown, texts: readonly string[]): readonly unknown[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const found = texts.map((text) => value.findIndex((element) => holdsText(element, text)));
    if (!found.includes(-1) && new Set(found).size === texts.length) return found.map((index): unknown => value[index]);
  }
  for (const inner of Object.values(value)) {
    const found = elementsWith(inner, texts);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The texts that an element holds itself, not in something inside of it. */
export function ownTexts(value: unknown): readonly string[] {
  return isObject(value) ? Object.values(value).filter((inner) => typeof inner === "string") : [];
}

function some(value: unknown, matches: (value: unknown) => boolean, isDecoded = false): boolean {
  if (matches(value)) return true;
  if (typeof value === "string") {
    const decoded = isDecoded ? undefined : decodedOf(value);
    return decoded !== undefined && some(decoded, matches, true);
  }
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((inner) => some(inner, matches, isDecoded));
}

/** JSON of an object or a list: a text that was encoded twice is JSON of a text, and nothing is found in it. */
function decodedOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // Some text.
    return undefined;
  }
}

/** The order of fields does not matter. */
function equal(left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right)) return JSON.stringify(left) === JSON.stringify(right);
  const names = Object.keys(right);
  return Object.keys(left).length === names.length && names.every((name) => equal(left[name], right[name]));
}

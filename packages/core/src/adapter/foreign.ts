import { MOST } from "../model/count.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";
import { parseBoundedJson } from "../model/json-structure.ts";
import { TargetFailure } from "../model/target-failure.ts";

/** What a vendor sent, parsed and not yet believed. */
export type Foreign = {
  /** A field that may be missing or of any type: read it with `asString`, `asObject` and their like. */
  readonly [key: string]: unknown;
};

/**
 * Readers for what vendors send: a field of another type than expected counts as absent, so that new shapes, nulls and
 * missing fields never break an answer.
 */
export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** For texts that are put together: what is missing adds nothing. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A position; what is left out is the first. Throws as `asPosition` does. */
export function asIndex(value: unknown): number {
  return asPosition(value) ?? 0;
}

/** A position in a list. Throws `stream.malformed` for one that no list of a real answer has. */
export function asPosition(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return undefined;
  if (value >= MOST) throw new TargetFailure("stream.malformed");
  return value;
}

/** An object, else an empty one: `asObject(body["usage"])["input_tokens"]` is safe whatever was sent. */
export function asObject(value: unknown): Foreign {
  return isJsonObject(value) ? value : NOTHING;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

/** A list of which something is made for every element. Throws `stream.malformed` for a longer one than any real answer has. */
export function asBoundedArray(value: unknown): readonly unknown[] {
  const list = asArray(value);
  if (list.length > MOST) throw new TargetFailure("stream.malformed");
  return list;
}

/** Part of a vendor's JSON to keep as it is, for its way back. */
export function asJsonObject(value: unknown): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what comes out of a JSON parser is JSON
  return asObject(value) as JsonObject;
}

const NOTHING: Foreign = Object.freeze({});
const NONE: readonly unknown[] = Object.freeze([]);

function malformed(what: string): TargetFailure {
  return new TargetFailure("stream.malformed", { explanation: `an event ${what}` });
}

/** The JSON object of one event. Throws `stream.malformed` when it is none, `stream.oversized` when it holds too much. */
export function parseEvent(data: string): Foreign {
  let value: unknown;
  try {
    value = parseBoundedJson(data);
  } catch (error) {
    // The parser's message quotes the text, which is part of an answer.
    throw error instanceof RangeError ? new TargetFailure("stream.oversized") : malformed("is broken JSON");
  }
  if (!isJsonObject(value)) throw malformed("is JSON and not an object");
  return value;
}

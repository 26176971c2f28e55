import { isJsonObject, parseJson, type JsonObject } from "../model/json.ts";
import { TargetFailure } from "../model/target-failure.ts";

/** What a vendor sent, parsed and not yet believed. */
export type Foreign = { readonly [key: string]: unknown };

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

/** A position; what is left out is the first. */
export function asIndex(value: unknown): number {
  return asNumber(value) ?? 0;
}

/** An object, else an empty one: `asObject(body["usage"])["input_tokens"]` is safe whatever was sent. */
export function asObject(value: unknown): Foreign {
  return isJsonObject(value) ? value : NOTHING;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

/** Part of a vendor's JSON to keep as it is, for its way back. */
export function asJsonObject(value: unknown): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what comes out of a JSON parser is JSON
  return asObject(value) as JsonObject;
}

const NOTHING: Foreign = Object.freeze({});
const NONE: readonly unknown[] = Object.freeze([]);

/** The JSON object of one event. Throws `stream.malformed` when it is none. */
export function parseEvent(data: string): Foreign {
  let value: unknown;
  try {
    value = parseJson(data);
  } catch {
    // The parser's message quotes the text, which is part of an answer.
    throw new TargetFailure("stream.malformed");
  }
  if (!isJsonObject(value)) throw new TargetFailure("stream.malformed");
  return value;
}

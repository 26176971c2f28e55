import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import { parseBoundedJson } from "../../model/json-structure.ts";
import type { ToolCallPart } from "../../model/parts.ts";
import { hasUnsafeNumber } from "../../model/unsafe-numbers.ts";
import { asString } from "../foreign.ts";

/** The arguments of a tool call. */
export interface ToolInput {
  /** The parsed arguments; `{}` when they cannot be used as an object. */
  readonly input: JsonValue;
  /**
   * The text as the model wrote it, only when it is not the JSON of an object, more than is read, or JavaScript would
   * change a number in it.
   */
  readonly inputText?: string | undefined;
}

/**
 * Reads a tool call's arguments. Nothing written, or null, means no arguments; what cannot be read exactly, is nested more
 * than 1,000 deep, or is not an object is kept as text.
 */
export function parseToolInput(text: string): ToolInput {
  if (text.trim() === "") return { input: {} };
  try {
    const input = parseBoundedJson(text);
    if (input === null) return { input: {} };
    return isJsonObject(input) && !hasUnsafeNumber(text) ? { input } : { input: {}, inputText: text };
  } catch {
    return { input: {}, inputText: text };
  }
}

/** The same for arguments that were parsed with the event around them: how their numbers were written is not known any more. */
export function readToolInput(value: JsonValue | undefined): ToolInput {
  if (value === undefined || value === null) return { input: {} };
  if (isJsonObject(value) && areSafe(value)) return { input: value };
  // JSON.stringify would write null for what is infinite.
  const inputText = JSON.stringify(value, (_, inner: unknown) =>
    inner === Infinity || inner === -Infinity ? String(inner) : inner,
  );
  return { input: {}, inputText };
}

function areSafe(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return isSafe(value);
  for (const inner of Object.values(value)) if (!areSafe(inner)) return false;
  return true;
}

/** A whole number that is read from a larger or more exact one never is. */
function isSafe(value: unknown): boolean {
  if (typeof value !== "number") return true;
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/**
 * A tool call's arguments for vendors that take them back as an object; the very object, where they are one. What was
 * written instead of one is kept in it, as `{}` would be another call: report that as a loss.
 */
export function toolInputObject({ input, inputText }: Pick<ToolCallPart, "input" | "inputText">): JsonObject {
  if (inputText !== undefined) return { invalid_arguments: inputText };
  if (isJsonObject(input)) return input;
  return input === null ? {} : { input };
}

/**
 * The same for vendors that take them back as text: as the model wrote them where that is the JSON of an object, as
 * some servers parse the text to fill their template.
 */
export function toolInputText({ input, inputText, opaque }: ToolCallPart): string {
  const written = inputText ?? asString(opaque?.["arguments"]);
  return written !== undefined && isObject(written) ? written : JSON.stringify(toolInputObject({ input, inputText }));
}

function isObject(text: string): boolean {
  try {
    return isJsonObject(parseBoundedJson(text));
  } catch {
    return false;
  }
}

import type { JsonValue } from "../model/json.ts";
import { hasUnsafeNumber } from "../model/unsafe-numbers.ts";
import type { ToolCallPart } from "../model/parts.ts";
import { asString } from "./foreign.ts";
import { parseBoundedJson } from "../model/json-structure.ts";

export interface ToolInput {
  readonly input: JsonValue;
  /** The text as the model wrote it, only when it is not JSON, more than is read, or JavaScript would change a number in it. */
  readonly inputText?: string | undefined;
}

/**
 * Reads a tool call's arguments. Nothing written means no arguments; what cannot be read exactly, or is nested more than
 * 1,000 deep, is kept as text.
 */
export function parseToolInput(text: string): ToolInput {
  if (text.trim() === "") return { input: {} };
  try {
    const input = parseBoundedJson(text);
    return hasUnsafeNumber(text) ? { input: {}, inputText: text } : { input };
  } catch {
    return { input: {}, inputText: text };
  }
}

/** A tool call's arguments as its model wrote them, for vendors that take them back as text. */
export function toolInputText({ input, inputText, opaque }: ToolCallPart): string {
  return asString(opaque?.["arguments"]) ?? inputText ?? JSON.stringify(input);
}

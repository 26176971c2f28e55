import { parseJson, type JsonValue } from "../model/json.ts";

export interface ToolInput {
  readonly input: JsonValue;
  /** The text as the model wrote it, only when it is no JSON. */
  readonly inputText?: string | undefined;
}

/** Reads a tool call's arguments. Nothing written means no arguments; broken text is kept, never mended. */
export function parseToolInput(text: string): ToolInput {
  if (text.trim() === "") return { input: {} };
  try {
    return { input: parseJson(text) };
  } catch {
    return { input: {}, inputText: text };
  }
}

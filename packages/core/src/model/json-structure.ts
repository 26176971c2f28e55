import { parseJson, type JsonValue } from "./json.ts";
import { endOfString } from "./unsafe-numbers.ts";

/** What is nested deeper cannot be walked through again: `JSON.stringify`, copies and comparisons run out of stack. */
const DEEPEST = 1_000;
/**
 * Memory is taken by what a text is made of, not by its length: `[[],[],` becomes twenty times as large. The densest real
 * answers, lists of log probabilities, have one object or array for every 20 characters or more.
 */
const CONTAINERS = 65_536;
const CHARACTERS_PER_CONTAINER = 20;
/** Lists of token ids fill the largest event with fewer. */
const COMMAS = 4 * 1024 * 1024;

/** Of what a JSON text has too many: it is nested too deep, or would take far more memory than the text. */
export function excessOf(text: string): "levels" | "values" | undefined {
  // Most events are short, and cannot be nested that deep.
  if (text.length < 2 * DEEPEST) return undefined;
  let depth = 0;
  let commas = COMMAS;
  let containers = CONTAINERS + text.length / CHARACTERS_PER_CONTAINER;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x2c) commas--;
    else if (code === 0x5b || code === 0x7b) {
      containers--;
      if (++depth > DEEPEST) return "levels";
    } else if (code === 0x5d || code === 0x7d) depth--;
    if (commas < 0 || containers < 0) return "values";
  }
  return undefined;
}

/**
 * Parses JSON of others. Throws a `SyntaxError` as `JSON.parse` does, also for what is nested more than 1,000 deep, and a
 * `RangeError` for what would take far more memory than its text.
 */
export function parseBoundedJson(text: string): JsonValue {
  const excess = excessOf(text);
  if (excess !== undefined) throw new (excess === "values" ? RangeError : SyntaxError)(`too many ${excess}`);
  return parseJson(text);
}

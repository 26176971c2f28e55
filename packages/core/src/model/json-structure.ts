/** What is nested deeper cannot be walked through again: `JSON.stringify`, copies and comparisons run out of stack. */
const DEEPEST = 1_000;
/** A shorter text is not searched: it cannot hold too much. */
const SHORT = 2 * DEEPEST;
/**
 * Memory is taken by what a text is made of, not by its length: `[[],[],` becomes twenty times as large. The densest real
 * answers, lists of log probabilities, have one object or array for every 20 characters or more.
 */
const CONTAINERS = 65_536;
const CHARACTERS_PER_CONTAINER = 20;
/** Lists of token ids fill the largest event with fewer. */
const COMMAS = 4 * 1024 * 1024;

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

export type Excess = "depth" | "values";

/** Of what a JSON text has too much: it is nested too deep, or would take far more memory than the text. */
export function excessOf(text: string): Excess | undefined {
  if (text.length < SHORT) return undefined;
  let depth = 0;
  let commas = COMMAS;
  let containers = CONTAINERS + text.length / CHARACTERS_PER_CONTAINER;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) commas--;
    else if (code === 0x5b || code === 0x7b) {
      containers--;
      if (++depth > DEEPEST) return "depth";
    } else if (code === 0x5d || code === 0x7d) depth--;
    if (commas < 0 || containers < 0) return "values";
  }
  return undefined;
}

/** Where the string of a JSON text ends that begins at `start`. */
export function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end !== -1 && isEscaped(text, end));
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}

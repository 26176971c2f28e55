import { endOfString } from "./json-structure.ts";

/** Digits or an exponent that a JavaScript number may not hold; most texts have neither. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/;
const QUOTE = 34;
/** Of the shortest number that becomes infinite. */
const SHORTEST = 5;

/**
 * Whether a JSON text holds a number that JavaScript reads as another one: an integer beyond 2^53, or one that becomes
 * infinite. The text must be valid JSON.
 */
export function hasUnsafeNumber(text: string): boolean {
  if (!SUSPICIOUS.test(text)) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isDigit(code)) {
      const start = at;
      while (isOfNumber(text.charCodeAt(at + 1))) at++;
      if (at + 1 - start >= SHORTEST && isChanged(text.slice(start, at + 1))) return true;
    }
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Digits, `+`, `-`, `.`, `E` and `e`. */
function isOfNumber(code: number): boolean {
  return isDigit(code) || code === 43 || code === 45 || code === 46 || code === 69 || code === 101;
}

function isChanged(source: string): boolean {
  const value = Number(source);
  return !Number.isFinite(value) || (/^\d+$/.test(source) && !Number.isSafeInteger(value));
}

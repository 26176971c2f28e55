import { endOfString } from "./json-structure.ts";

/** Digits or an exponent that a JavaScript number may not hold; most texts have neither. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/;

/**
 * Whether a JSON text holds a number that JavaScript reads as another one: an integer beyond 2^53, or one that becomes
 * infinite. The text must be valid JSON.
 */
export function hasUnsafeNumber(text: string): boolean {
  if (!SUSPICIOUS.test(text)) return false;
  // A shorter number is neither, and what is left of a longer one is one.
  const tokens = /"|\d[\d.eE+-]{4,400}/g;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '"') tokens.lastIndex = endOfString(text, token.index) + 1;
    else if (isChanged(token[0])) return true;
  }
  return false;
}

function isChanged(source: string): boolean {
  const value = Number(source);
  return !Number.isFinite(value) || (/^\d+$/.test(source) && !Number.isSafeInteger(value));
}

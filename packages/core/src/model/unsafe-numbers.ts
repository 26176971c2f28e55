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

/** Where the string of a JSON text ends that begins at `start`. */
export function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end !== -1 && isEscaped(text, end));
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (at - first) % 2 === 1;
}

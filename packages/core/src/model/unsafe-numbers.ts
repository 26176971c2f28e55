/** Digits or an exponent that a JavaScript number may not hold; most texts have neither. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/;

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/**
 * Whether a JSON text holds a number that JavaScript reads as another one: an integer beyond 2^53, or one that becomes
 * infinite. The text must be valid JSON.
 */
export function hasUnsafeNumber(text: string): boolean {
  if (!SUSPICIOUS.test(text)) return false;
  let isUnsafe = false;
  const look: Reviver = (_key, value, context) => {
    isUnsafe ||= typeof value === "number" && isChanged(value, context?.source);
    return value;
  };
  JSON.parse(text, look);
  return isUnsafe;
}

/** Runtimes that do not hand over the source are asked for the number alone. */
function isChanged(value: number, source: string | undefined): boolean {
  if (!Number.isFinite(value)) return true;
  const isInteger = source === undefined ? Number.isInteger(value) : /^-?\d+$/.test(source);
  return isInteger && !Number.isSafeInteger(value);
}

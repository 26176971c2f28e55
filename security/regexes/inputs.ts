/** One of each class that patterns name by an escape, and what stands at the edges of numbers, names and lines. */
const USUAL = [
  "a",
  "A",
  "0",
  " ",
  "\t",
  "\n",
  "-",
  "_",
  ".",
  ",",
  ":",
  "/",
  '"',
  "'",
  "{",
  "[",
  "<",
  "&",
  "\u00e9",
  "\u{1f642}",
];
/** What makes a match that has come far fail at its end. */
const ENDS = ["", "\u0000"];

/** Long texts that make an expression work: its own characters and words, again and again, alone, in turn, and not ended. */
export function* inputsFor(pattern: string, size: number, isShort: boolean): Generator<string> {
  const words = [...new Set(pattern.match(/[\p{L}\d]{2,}/gu) ?? [])].slice(0, isShort ? 2 : 16);
  const own = [...new Set(pattern.replaceAll(/\\(?:[bBdDsSwWpPkux]|\d)/g, ""))].slice(0, isShort ? 8 : 32);
  const units = [...new Set([...own, ...USUAL])];
  for (const unit of units) for (const end of isShort ? ["\u0000"] : ENDS) yield repeat(unit, size) + end;
  for (const word of words)
    yield* [repeat(word, size), repeat(`${word} `, size), word + repeat(" ", size), word + repeat("0", size)];
  // A beginning that fits, then what may go on for ever, then no end.
  const openers = [...words, ...own].slice(0, isShort ? 2 : 10);
  for (const opener of openers) {
    for (const unit of ["a", "0", " ", ".", "-", "\\", '"']) yield `${opener}${repeat(unit, size)}\u0000`;
  }
  for (const one of own.slice(0, isShort ? 2 : 8)) {
    for (const other of ["a", "0", " ", ".", "\n"]) yield `${repeat(one + other, size)}\u0000`;
  }
}

const made = new Map<string, string>();

/** Each is made once: most of the time would go into making them. */
function repeat(unit: string, size: number): string {
  const key = `${size}:${unit}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const text = unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
  if (made.size < 200) made.set(key, text);
  return text;
}

/** About the size of a token each; one is not ASCII, as in real answers. */
const words = [
  "The",
  " under",
  "study",
  " learns",
  " every",
  " line",
  ",",
  " waits",
  " behind",
  " the",
  " curtain",
  " and",
  " steps",
  " in",
  " –",
  " before",
  " anyone",
  " has",
  " noticed",
  ".",
  "\n\n",
] as const;

/** The text of delta number `index`. */
export function deltaText(index: number): string {
  return words[index % words.length] ?? "";
}

/** The whole text of an answer of so many deltas. */
export function answerText(deltas: number): string {
  return Array.from({ length: deltas }, (_, index) => deltaText(index)).join("");
}

const lengths = new Map<number, number>();

/** The length of that text in UTF-16 units, which a driver must have seen. */
export function answerLength(deltas: number): number {
  const known = lengths.get(deltas) ?? answerText(deltas).length;
  lengths.set(deltas, known);
  return known;
}

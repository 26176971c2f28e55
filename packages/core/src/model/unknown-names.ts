/** A problem for every name that is not known: a misspelt option would otherwise go unnoticed. */
export function unknownNames(given: object, known: readonly string[], what: string): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `${what} \`${name}\`: known are ${known.join(", ")}`);
}

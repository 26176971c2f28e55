/** What other libraries and the vendors call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  parameters: "inputSchema",
  args: "input",
  mimetype: "mediaType",
  maxtokens: "maxOutputTokens",
  retries: "maxAttempts",
};

/** Options that are often given in the wrong place: whose they are. */
const PLACES: readonly (readonly [place: string, names: string])[] = [
  ["the tier, as in { target, … }", "timeoutMs livenessMs progressMs workingMs degraded requestOverrides"],
  ["createChain", "policy holdMs marker maxAttempts onEvent store"],
  ["the call", "signal deadlineMs startWithinMs tiers"],
];

/** The first ones are enough. */
const MOST = 10;

/** A problem for every name that is not known: a misspelt option would otherwise go unnoticed. */
export function unknownNames(given: object, known: readonly string[], what: string): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .slice(0, MOST)
    .map((name) => {
      const shown = shownName(name);
      const place = PLACES.find(([, names]) => names.split(" ").includes(name))?.[0];
      if (place !== undefined) return `${what} \`${shown}\`: it is an option of ${place}`;
      const meant = nearest(shown, known);
      const help = meant === undefined ? `: known are ${known.join(", ")}` : ` (did you mean \`${meant}\`?)`;
      return `${what} \`${shown}\`${help}`;
    });
}

/** A name as a message may hold it: it forges no line, and floods no log. */
export function shownName(name: string): string {
  return name.slice(0, 40).replaceAll(/[^ -~]/g, "?");
}

/** The known name that was probably meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const bare = bareOf(name);
  const synonym = Object.hasOwn(SYNONYMS, bare) ? SYNONYMS[bare] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  return known.find((one) => {
    const other = bareOf(one);
    const isWithin = bare.length > 3 && (other.includes(bare) || bare.includes(other));
    return other === bare || isWithin || isAlike(other, bare);
  });
}

function bareOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** One letter is missing or too many: what stands before it and behind it is the same. */
function isAlike(left: string, right: string): boolean {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const [one, other] = [left.slice(at), right.slice(at)];
  return at > 1 && (one.slice(1) === other || one === other.slice(1));
}

/** What other libraries and the vendors call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  parameters: "inputSchema",
  args: "input",
  arguments: "input",
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
/** Of a name, in a message. */
const MOST_CHARS = 40;

/** A problem for every name that is not known: a misspelt option would otherwise go unnoticed. */
export function unknownNames(given: object, known: readonly string[], what: string): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .slice(0, MOST)
    .map((name) => {
      const shown = shownName(name);
      const place = PLACES.find(([, names]) => names.split(" ").includes(name))?.[0];
      if (place !== undefined && misspelt(shown, known) === undefined) {
        return `${what} \`${shown}\`: it is an option of ${place}`;
      }
      return `${what} \`${shown}\`${meant(shown, known) || `: known are ${known.join(", ")}`}`;
    });
}

/** A name as a message may hold it: it forges no line, and floods no log. */
export function shownName(name: string): string {
  return name.slice(0, MOST_CHARS).replaceAll(/[^ -~]/g, "?");
}

/** For the end of a sentence about a wrong value: which of the known ones it is nearly; empty where it is like none. */
export function meant(value: unknown, known: readonly string[]): string {
  const name = typeof value === "string" ? nearest(value, known) : undefined;
  return name === undefined ? "" : ` (did you mean \`${name}\`?)`;
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const bare = bareOf(name.slice(0, MOST_CHARS));
  const synonym = Object.hasOwn(SYNONYMS, bare) ? SYNONYMS[bare] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  const isWithin = (other: string): boolean => bare.length > 3 && (other.includes(bare) || bare.includes(other));
  return misspelt(name, known) ?? known.find((one) => isWithin(bareOf(one)));
}

/** The known name of which this is another spelling: case and punctuation aside, at most one letter or one swap is wrong. */
export function misspelt(name: string, known: readonly string[]): string | undefined {
  const bare = bareOf(name.slice(0, MOST_CHARS));
  return known.find((one) => isAlike(bareOf(one), bare));
}

function bareOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** One letter is missing, too many or wrong, or two are swapped: what stands before it and behind it is the same. */
function isAlike(left: string, right: string): boolean {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const [one, other] = [left.slice(at), right.slice(at)];
  const swapped = one.slice(1, 2) + one.slice(0, 1) + one.slice(2);
  const isNear = [other, other.slice(1)].some((rest) => rest === one || rest === one.slice(1)) || swapped === other;
  return one === other || (right.length > 2 && isNear);
}

/** What other libraries and the vendors call it. */
const SYNONYMS: Readonly<Record<string, string>> = {
  parameters: "inputSchema",
  schema: "inputSchema",
  args: "input",
  arguments: "input",
  id: "toolCallId",
  name: "toolName",
  result: "content",
  output: "content",
  parts: "content",
  mimetype: "mediaType",
  maxtokens: "maxOutputTokens",
  maxcompletiontokens: "maxOutputTokens",
  prompt: "messages",
  retries: "maxAttempts",
  maxretries: "maxAttempts",
};

/** The first ones tell enough. */
const MOST = 10;

/** A problem for every name that is not known: a misspelt option would otherwise go unnoticed. */
export function unknownNames(given: object, known: readonly string[], what: string): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .slice(0, MOST)
    .map((name) => {
      const shown = shownName(name);
      const meant = nearest(shown, known);
      const help = meant === undefined ? `: known are ${known.join(", ")}` : ` (did you mean \`${meant}\`?)`;
      return `${what} \`${shown}\`${help}`;
    });
}

/** A name as a message may hold it: it forges no line, and floods no log. */
export function shownName(name: string): string {
  return name.slice(0, 40).replaceAll(/[^ -~]/g, "?");
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const bare = bareOf(name);
  const synonym = Object.hasOwn(SYNONYMS, bare) ? SYNONYMS[bare] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  const most = Math.floor(bare.length / 4);
  return known.find((one) => {
    const other = bareOf(one);
    const isWithin = most > 0 && (other.includes(bare) || bare.includes(other));
    return other === bare || isWithin || distance(other, bare) <= Math.min(most, 2);
  });
}

function bareOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** How many letters have to be changed, added or left out. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const letter of left) {
    let before = row[0] ?? 0;
    const next = [before + 1];
    for (const [index, above] of row.slice(1).entries()) {
      next.push(Math.min(above + 1, (next[index] ?? 0) + 1, before + (letter === right[index] ? 0 : 1)));
      before = above;
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

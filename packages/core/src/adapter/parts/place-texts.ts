import { asObject, asText, type Foreign } from "../foreign.ts";
import type { OpenText } from "./open-parts.ts";

/**
 * The parts of a finished message, each where its text was streamed: some gateways count the parts of a stream in another
 * way, or cut them in other places. What was shown already is not shown again.
 */
export function placeTexts(
  streamed: Iterable<readonly [number, OpenText]>,
  content: readonly Foreign[],
): ReadonlyMap<number, Foreign> {
  const open = [...streamed].toSorted(([one], [other]) => one - other);
  const texts = content.filter(isText);
  const isAlike = open.length === texts.length && open.every(([index]) => isText(content[index]));
  if (open.length === 0 || isAlike) return new Map(content.entries());
  const isWhole = texts.map(({ text }) => asText(text)).join("") === open.map(([, { text }]) => text).join("");
  const placed = new Map<number, Foreign>();
  for (const [position, part] of texts.entries()) {
    const [index] = open[position] ?? [undefined];
    if (index !== undefined) placed.set(index, isWhole ? { ...part, text: "" } : part);
    else if (!isWhole) placed.set((open.at(-1)?.[0] ?? 0) + position, part);
  }
  for (const [index, part] of content.entries()) if (!isText(part) && !placed.has(index)) placed.set(index, part);
  return placed;
}

function isText(part: Foreign | undefined): boolean {
  return typeof asObject(part)["text"] === "string";
}

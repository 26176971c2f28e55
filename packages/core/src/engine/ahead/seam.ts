import { isOnlyEnd, overlapOf } from "./last-words.ts";

/** How a target goes on with an answer: by its last turn as it stands, or by being asked to in words. */
export type ContinuesBy = "prefix" | "prefill" | "instruct";

/** What a model was given to go on with. */
export interface Given {
  /** All that the consumer has seen. */
  readonly shown: string;
  /** The beginning of it that was sent, at most some blanks or half a character less. */
  readonly sent: string;
  readonly by: ContinuesBy;
}

/**
 * `join`: the answer goes on behind the first `drop` characters of the head. `anew`: it begins the whole answer again.
 * `none`: it may be either, and where they would meet is not certain.
 */
export type Seam =
  | { readonly type: "join"; readonly drop: number }
  | { readonly type: "anew" }
  | { readonly type: "none" };

/** A head that has so much of the beginning of the answer begins it again. */
const SAME_BEGINNING = 64;

const NONE: Seam = { type: "none" };

/**
 * What the beginning of a second answer says of how it goes on with the first. Undefined while it could still turn out to be
 * a repetition of what was shown; never, once the head is all there is (`isWhole`).
 */
export function seamOf(given: Given, head: string, isWhole: boolean): Seam | undefined {
  return given.by === "instruct" ? seamBehindWords(given.shown, head, isWhole) : seamBehindTurn(given, head, isWhole);
}

/** Nothing but words that both have says where they meet: a model that only goes on may have left out a blank. */
function seamBehindWords(shown: string, head: string, isWhole: boolean): Seam | undefined {
  const text = head.trimStart();
  if (!isWhole && shown.includes(text)) return undefined;
  const overlap = overlapOf(shown, text);
  if (isOnlyEnd(shown, overlap) && !text.startsWith(overlap, overlap.length)) {
    return { type: "join", drop: head.length - text.length + overlap.length };
  }
  return text.length >= SAME_BEGINNING && shown.startsWith(text.slice(0, SAME_BEGINNING)) ? { type: "anew" } : NONE;
}

/** The vendor promises that the answer goes on exactly where the turn ends. Some begin with that turn again. */
function seamBehindTurn({ shown, sent }: Given, head: string, isWhole: boolean): Seam | undefined {
  const isEcho = head.startsWith(sent);
  const rest = isEcho ? head.slice(sent.length) : head;
  const unsent = shown.slice(sent.length);
  const isOpen = sent.startsWith(head) || (unsent.startsWith(rest) && unsent !== rest);
  if (!isWhole && isOpen) return undefined;
  if (!isEcho && head.length >= SAME_BEGINNING && sent.startsWith(head.slice(0, SAME_BEGINNING))) return NONE;
  return rest.startsWith(unsent) ? { type: "join", drop: head.length - rest.length + unsent.length } : NONE;
}

import { given } from "../../src/engine/ahead/continuation-request.ts";
import type { ContinuesBy } from "../../src/engine/ahead/seam.ts";

/** How a second model may take the beginning of an answer. */
export type Manner =
  | "goes-on"
  | "goes-on-trimmed"
  | "repeats-words"
  | "repeats-line"
  | "repeats-much"
  | "starts-over"
  | "rewrites"
  | "ignores";

export interface SecondAnswer {
  readonly manner: Manner;
  readonly text: string;
}

/** What it says when it has not understood what was asked. */
const IGNORING: readonly string[] = [
  "Of course! Here is a complete answer to your question, from the beginning.\n\n",
  "I'm sorry, I cannot see where the text was cut. ",
  "- First of all: ",
  "# Overview\n\n",
  "sure, let me go on with that. ",
];

/** Every manner in which a model of this kind answers when it is given `shown` of the answer `whole`. */
export function answersTo(whole: string, cut: number, by: ContinuesBy, number: number): readonly SecondAnswer[] {
  const shown = whole.slice(0, cut);
  const rest = whole.slice(cut);
  const { sent } = given(shown, by);
  if (by !== "instruct") {
    const unsent = shown.slice(sent.length);
    return [
      { manner: "goes-on", text: unsent + rest },
      { manner: "starts-over", text: whole },
    ];
  }
  const ignoring = IGNORING[number % IGNORING.length] ?? "";
  return [
    { manner: "goes-on", text: rest },
    { manner: "goes-on-trimmed", text: rest.trimStart() },
    { manner: "repeats-words", text: fromWordBefore(whole, cut, 32) + rest },
    { manner: "repeats-line", text: shown.slice(shown.lastIndexOf("\n", cut - 24) + 1) + rest },
    { manner: "repeats-much", text: fromWordBefore(whole, cut, 150) + rest },
    { manner: "starts-over", text: whole },
    { manner: "rewrites", text: rewritten(whole, cut) },
    { manner: "ignores", text: ignoring + whole.slice(Math.floor(whole.length / 3)) },
  ];
}

/** From the word that begins at least so many characters before the cut. Where there are no spaces, a little further. */
function fromWordBefore(whole: string, cut: number, chars: number): string {
  const from = whole.lastIndexOf(" ", cut - chars);
  const start = from === -1 || cut - from > 3 * chars ? atCharacter(whole, cut - chars) : from + 1;
  return whole.slice(start, cut).trimStart();
}

/** A place between characters as readers see them, at this one or before it. */
function atCharacter(text: string, place: number): number {
  let at = 0;
  for (const { index } of new Intl.Segmenter("und", { granularity: "grapheme" }).segment(text)) {
    if (index > place) break;
    at = index;
  }
  return at;
}

/** The same answer in slightly other words: it begins alike, and leaves the path somewhere before the cut. */
function rewritten(whole: string, cut: number): string {
  const away = atCharacter(whole, Math.floor(cut / 2));
  return `${whole.slice(0, away)} … and so on: ${whole.slice(away)}`;
}

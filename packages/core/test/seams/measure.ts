import { given } from "../../src/engine/ahead/continuation-request.ts";
import { isDistinctive, isOnlyEnd, lastWords, overlapOf } from "../../src/engine/ahead/last-words.ts";
import { seamOf, type ContinuesBy, type Seam } from "../../src/engine/ahead/seam.ts";
import { answersTo, type Manner } from "./answers.ts";
import { TEXTS } from "./texts.ts";

const LEAST_SHOWN = 200;

export interface Tried {
  readonly name: string;
  readonly by: ContinuesBy;
  readonly manner: Manner;
  readonly cut: number;
  readonly whole: string;
  readonly shown: string;
  readonly text: string;
  readonly seam: Seam;
}

/** Places at which an answer is cut, spread over all of it: inside words, lines, characters and pairs of code units. */
function cutsOf(text: string, count: number): readonly number[] {
  const from = Math.min(LEAST_SHOWN, Math.floor(text.length / 2));
  const step = (text.length - from - 4) / count;
  return [...new Set(Array.from({ length: count }, (_, index) => Math.floor(from + index * step)))];
}

/** Every second answer at every cut, decided as it arrives: a few characters at a time. */
export function tryAll(count: number): readonly Tried[] {
  const kinds: readonly ContinuesBy[] = ["instruct", "prefix", "prefill"];
  return Object.entries(TEXTS).flatMap(([name, whole]) =>
    cutsOf(whole, count).flatMap((cut, number) =>
      kinds.flatMap((by) =>
        answersTo(whole, cut, by, number).map((second): Tried => {
          const shown = whole.slice(0, cut);
          const seam = decide(shown, by, second.text, 1 + (number % 7));
          return { name, by, cut, whole, shown, ...second, seam };
        }),
      ),
    ),
  );
}

function decide(shown: string, by: ContinuesBy, text: string, pieceChars: number): Seam {
  const what = given(shown, by);
  if (by === "instruct" && lastWords(shown) === undefined) return { type: "none" };
  for (let end = pieceChars; end < text.length; end += pieceChars) {
    const seam = seamOf(what, text.slice(0, end), false);
    if (seam !== undefined) return seam;
  }
  return seamOf(what, text, true) ?? { type: "none" };
}

/** What the consumer would have at the end where the two are joined. */
export function joined({ shown, text, seam }: Tried): string | undefined {
  return seam.type === "join" ? shown + text.slice(seam.drop) : undefined;
}

/** How far a place in a text begins as what stands before another place ends, over many pairs of places. */
export interface Accidents {
  readonly pairs: number;
  /** The longest of these overlaps, in characters that are no blanks. */
  readonly longest: number;
  /** How many are long enough, and of enough different words, to be taken for a seam. */
  readonly distinctive: number;
  /** How many of those are nowhere else in what was shown, and would be claimed. */
  readonly claimed: number;
}

const STEP = 3;
/** Longer overlaps are found in their last so many characters. */
const MOST = 60;
/** A place so little before another one is where a repetition of its last words begins. */
const NEAR = 200;

/** A seam is claimed by an overlap: here none of them is one, as nobody has repeated anything. */
export function accidentsIn(text: string): Accidents {
  const found = { pairs: 0, longest: 0, distinctive: 0, claimed: 0 };
  for (let cut = MOST; cut < text.length; cut += STEP) {
    const shown = text.slice(0, cut);
    for (let from = 0; from < text.length - MOST; from += STEP) {
      if (from < cut && cut - from < NEAR) continue;
      found.pairs++;
      const overlap = overlapOf(shown.slice(-MOST), text.slice(from, from + MOST));
      found.longest = Math.max(found.longest, overlap.replaceAll(/\s/g, "").length);
      if (!isDistinctive(overlap)) continue;
      found.distinctive++;
      if (isOnlyEnd(shown, overlap)) found.claimed++;
    }
  }
  return found;
}

/** Of the answers in one manner: how many seams were claimed, and how many of those lost or doubled something. */
export interface Outcome {
  readonly answers: number;
  readonly joined: number;
  readonly anew: number;
  readonly none: number;
  readonly wrong: number;
}

export function outcomes(tried: readonly Tried[], key: (one: Tried) => string): Readonly<Record<string, Outcome>> {
  const all: Record<string, Outcome> = {};
  for (const one of tried) {
    const { answers = 0, joined: join = 0, anew = 0, none = 0, wrong = 0 } = all[key(one)] ?? {};
    const { type } = one.seam;
    const whole = joined(one);
    all[key(one)] = {
      answers: answers + 1,
      joined: join + Number(type === "join"),
      anew: anew + Number(type === "anew"),
      none: none + Number(type === "none"),
      wrong: wrong + Number(whole !== undefined && whole !== one.whole),
    };
  }
  return all;
}

import { deltas, joined, type ScriptedAnswer } from "../simulators/answer.ts";

const EMOJI = "\u{1f441}";
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/** The answer with at least one character of several bytes in its text. */
export function withMultiByte(answer: ScriptedAnswer): ScriptedAnswer {
  return /[^\0-\x7f]/u.test(joined(answer.text)) ? answer : { ...answer, text: [EMOJI, ...deltas(answer.text)] };
}

/** The answer with the two halves of the first surrogate pair of its text in two deltas. */
export function withSplitSurrogate(answer: ScriptedAnswer): ScriptedAnswer {
  const text = PAIR.test(joined(answer.text)) ? deltas(answer.text) : [EMOJI, ...deltas(answer.text)];
  const split = text.findIndex((piece) => PAIR.test(piece));
  return {
    ...answer,
    text: text.flatMap((piece, index) => {
      if (index !== split) return [piece];
      const middle = piece.search(PAIR) + 1;
      return [piece.slice(0, middle), piece.slice(middle)];
    }),
  };
}

import type { Mutant } from "./mutant.ts";

const continued = (file: string, name: string, breaks: string, search: string, replace: string): Mutant => ({
  name,
  breaks,
  file: `engine/${file}`,
  search,
  replace,
  profile: "continued",
});

/** Answers that another target goes on with. */
export const CONTINUING_MUTANTS: readonly Mutant[] = [
  continued(
    "ahead/seam.ts",
    "last-words-come-twice",
    "What the second model repeats is shown a second time.",
    'return { type: "join", drop: head.length - text.length + overlap.length };',
    'return { type: "join", drop: head.length - text.length };',
  ),
  continued(
    "ahead/seam.ts",
    "seams-without-words",
    "An answer that ignores what was shown is spliced onto it.",
    "if (isOnlyEnd(shown, overlap) && !text.startsWith(overlap, overlap.length)) {",
    "if (!text.startsWith(overlap, overlap.length) || overlap === '') {",
  ),
  continued(
    "ahead/seam.ts",
    "seams-too-soon",
    "Words that could still be a repetition are shown.",
    "if (!isWhole && shown.includes(text)) return undefined;",
    "if (!isWhole && shown.includes(text) && head.length < 30) return undefined;",
  ),
  continued(
    "ahead/seam.ts",
    "halves-are-whole",
    "The rest of an answer is shown as all of it.",
    '? { type: "anew" } : NONE;',
    '? { type: "anew" } : { type: "anew" };',
  ),
  continued(
    "ahead/seam.ts",
    "blanks-come-twice",
    "What was taken off the end of a turn is shown a second time.",
    "drop: head.length - rest.length + unsent.length } : NONE;",
    "drop: head.length - rest.length } : NONE;",
  ),
  continued(
    "ahead/joined-parts.ts",
    "one-delta-is-cut",
    "Repeated words that come in several pieces are shown in part.",
    "this.#toDrop -= drop;",
    "this.#toDrop = 0;",
  ),
  continued(
    "ahead/joined-parts.ts",
    "the-rest-has-its-own-part",
    "A reader shows two texts where there is one.",
    'return { type: "text-end", id, part: plain((open?.text ?? "") + text) };',
    'return { type: "text-end", id: event.id, part: plain((open?.text ?? "") + text) };',
  ),
  continued(
    "ahead/joined-parts.ts",
    "messages-lose-the-beginning",
    "The history has the second half of an answer only.",
    "kept[kept.length - 1] = plain(open.text + text);",
    "kept[kept.length - 1] = plain(text);",
  ),
  continued(
    "ahead/continuing.ts",
    "continued-again-and-again",
    "An answer is sewn together of many pieces.",
    'return joint?.hasHead === true ? "used" : undefined;',
    "return undefined;",
  ),
  continued(
    "ahead/may-continue.ts",
    "continued-with-tools",
    "A model that was to call a tool writes prose instead.",
    ' return "tools";\n',
    " void 0;\n",
  ),
  continued(
    "ahead/may-continue.ts",
    "continued-behind-a-tool-call",
    "Half a tool call is forgotten, and the answer goes on as if it had not been begun.",
    'if (partial.hasActed || !isPlainText(partial)) return "not-plain-text";',
    "",
  ),
  continued(
    "ahead/may-continue.ts",
    "three-words-are-continued",
    "A few words are gone on with, where a new answer would be better and no dearer.",
    'if (text.length < LEAST_CHARS) return "too-short";',
    "",
  ),
  continued(
    "ahead/continuation-request.ts",
    "nothing-is-shown-to-the-successor",
    "The second model is given less than the reader has seen.",
    'return { shown, sent: by === "prefill" ? whole.trimEnd() : whole, by };',
    "return { shown, sent: whole.slice(0, -1), by };",
  ),
  continued(
    "call/delivery.ts",
    "joined-text-is-not-voided",
    "After a second failure half of what was shown still counts.",
    "before.turn.joint?.all(before.assembly) ?? before.assembly;",
    "before.assembly;",
  ),
];

const LEAST_CHARS = 16;
const LEAST_WORDS = 3;
/** Of a script that has no spaces, so many different characters count as one different word. */
const CHARS_PER_WORD = 3;
/** What a model is asked to repeat: more than has to be found again, as it may leave out some of it. */
const ASKED_CHARS = 40;
const MOST_ASKED = 400;

const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/gu;
/** What belongs to the character before it. */
const INSIDE = /^(?:\p{M}|\p{Emoji_Modifier}|\u200C|\u200D|[\uDC00-\uDFFF])/u;
const FLAG_HALF = /^\p{Regional_Indicator}/u;

/** Whether a text is hardly ever found twice in a row by chance: long enough, and of enough different words. */
export function isDistinctive(text: string): boolean {
  if (text.replaceAll(/\s/g, "").length < LEAST_CHARS) return false;
  const unspaced = new Set(text.match(UNSPACED));
  const words = new Set(text.replaceAll(UNSPACED, " ").match(WORD));
  return words.size + unspaced.size / CHARS_PER_WORD >= LEAST_WORDS;
}

/** Whether a text may be cut before this place: not inside a character as readers see it. */
function isBoundary(text: string, place: number): boolean {
  const behind = text.slice(place, place + 2);
  const before = text.slice(Math.max(0, place - 2), place);
  const isFlag = FLAG_HALF.test(behind) && FLAG_HALF.test(before);
  return !INSIDE.test(behind) && !before.endsWith("\u200D") && !isFlag;
}

/** The longest end of one text that is the beginning of another. */
export function overlapOf(ending: string, beginning: string): string {
  for (let length = Math.min(ending.length, beginning.length); length > 0; length--) {
    const overlap = beginning.slice(0, length);
    if (ending.endsWith(overlap)) return overlap;
  }
  return "";
}

/** Whether this end of a text can be told from everything before it, also from a part of itself that comes again. */
export function isOnlyEnd(text: string, end: string): boolean {
  if (!isDistinctive(end) || !isBoundary(text, text.length - end.length)) return false;
  const isRepeated = text.indexOf(end) < text.length - end.length;
  return !isRepeated && !isDistinctive(overlapOf(end.slice(1), end));
}

/** The last words of a text, for a model to begin with; undefined where they could be mistaken for earlier ones. */
export function lastWords(text: string): string | undefined {
  for (let start = text.length - ASKED_CHARS; start >= Math.max(0, text.length - MOST_ASKED); start--) {
    if (isWordStart(text, start) && isOnlyEnd(text, text.slice(start))) return text.slice(start);
  }
  return undefined;
}

function isWordStart(text: string, place: number): boolean {
  const [first = "", before = ""] = [text[place], text[place - 1]];
  if (first.trim() === "" || !isBoundary(text, place)) return false;
  return before.trim() === "" || (first.match(UNSPACED) ?? before.match(UNSPACED)) !== null;
}

import { describe, expect, test } from "vitest";
import { isOnlyEnd, lastWords } from "./last-words.ts";

describe("R15.3 a seam", () => {
  const REST = " with all of our friends";

  test("begins at a character as readers see it", () => {
    const [d, e] = ["\u{1F1E9}", "\u{1F1EA}"];

    expect(isOnlyEnd(`We went there${REST}`, `there${REST}`)).toBe(true);
    expect(isOnlyEnd(`We went to ${d}${e}${REST}`, `${d}${e}${REST}`)).toBe(true);
    // Between the halves of a flag, before an accent, and within a family.
    expect(isOnlyEnd(`We went to ${d}${e}${REST}`, `${e}${REST}`)).toBe(false);
    expect(isOnlyEnd(`We went to the cafe\u0301${REST}`, `\u0301${REST}`)).toBe(false);
    expect(isOnlyEnd(`We went there \u{1F469}\u200D\u{1F467}${REST}`, `\u{1F467}${REST}`)).toBe(false);
  });
});

describe("R15.2 the last words, which a model is asked to repeat", () => {
  test("begin with a word, also where several blanks stand before it", () => {
    const end = "goes up and down as often as that.";

    expect(lastWords(`${"The tide that comes in twice a day".padEnd(90)}     ${end}`)).toMatch(/^\S/);
  });

  test("are the whole text where its start alone begins a word", () => {
    const address = `example.test/${"one-of-many-parts/".repeat(3)}and-the-last-of-them`;

    expect(lastWords(address)).toBe(address);
    expect(lastWords(`${"x".repeat(400)}${address}`)).toBeUndefined();
  });
});

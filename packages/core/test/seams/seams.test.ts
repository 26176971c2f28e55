import { describe, expect, test } from "vitest";
import { given } from "../../src/engine/ahead/continuation-request.ts";
import { isDistinctive, lastWords } from "../../src/engine/ahead/last-words.ts";
import { seamOf } from "../../src/engine/ahead/seam.ts";
import { accidentsIn, joined, outcomes, tryAll, type Tried } from "./measure.ts";
import { TEXTS } from "./texts.ts";

const tried = tryAll(16);
const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

function where({ name, by, manner, cut }: Tried): string {
  return `${name} at ${cut}, ${by}: ${manner}`;
}

describe("answers that are cut in many places and gone on with in many manners", () => {
  test("R15.3 MS-10 no character is lost or doubled where a seam is claimed, in any script, code, list or table", () => {
    expect(new Set(tried.map(({ name, cut }) => `${name} ${cut}`)).size).toBeGreaterThanOrEqual(200);
    const wrong = tried.filter((one) => (joined(one) ?? one.whole) !== one.whole);
    expect(wrong.map(where)).toEqual([]);
  });

  test("R15.3 a seam is claimed for nearly all that repeat the last words, and for all that go on from a turn", () => {
    const all = outcomes(tried, ({ by, manner }) => `${by} ${manner}`);
    const shares = Object.entries(all).map(([kind, { joined: join, answers }]) => [kind, join / answers] as const);

    for (const [kind, share] of shares.filter(([name]) => name.includes("repeats"))) {
      expect([kind, share > 0.9]).toEqual([kind, true]);
    }
    const certain = shares.filter(([kind]) => /^pref|starts-over/.test(kind));
    expect(certain.map(([, share]) => share)).toEqual(certain.map(() => 1));
  });

  test("R15.3 MS-11 no seam is claimed for an answer that ignores what was shown, or that may have left out a blank", () => {
    const all = outcomes(tried, ({ by, manner }) => `${by} ${manner}`);

    for (const manner of ["ignores", "goes-on", "goes-on-trimmed"]) {
      expect(all[`instruct ${manner}`]).toMatchObject({ joined: 0, anew: 0 });
    }
    expect(all["instruct rewrites"]).toMatchObject({ joined: 0 });
  });

  test("R15.3 an answer that begins again is taken for one only when it is: what it says is then all of it", () => {
    const anew = tried.filter(({ seam }) => seam.type === "anew");

    expect(anew.length).toBeGreaterThan(100);
    for (const { whole, text } of anew) expect(text.slice(0, 64)).toBe(whole.slice(0, 64));
  });

  test("no character as readers see it is cut by what is left out of a second answer", () => {
    const inside = tried.filter((one) => {
      if (one.by !== "instruct" || one.seam.type !== "join") return false;
      const boundaries = new Set(Array.from(GRAPHEMES.segment(one.whole), ({ index }) => index));
      return !boundaries.has(one.shown.length - one.seam.drop);
    });

    expect(inside.map(where)).toEqual([]);
  });
});

describe("what is distinctive", () => {
  test("places that have nothing to do with each other never overlap by so much, except in logs and code that repeat themselves", () => {
    const claimed = Object.entries(TEXTS).map(([name, text]) => [name, accidentsIn(text)] as const);

    for (const [name, { pairs, longest, distinctive }] of claimed) {
      expect(pairs).toBeGreaterThan(900);
      if (name === "log" || name === "typescript") continue;
      expect([name, distinctive]).toEqual([name, 0]);
      expect(longest).toBeLessThan(16);
    }
  });

  test.each<[string, string, boolean]>([
    ["three words of sixteen characters", "the tide comes inland", true],
    ["two words, however long", "hippopotamuses hippopotamuses antidisestablishment", false],
    ["three words that are too short", "so it is now", false],
    ["a rule of a table", "| ------- | -----: | --------------: | -----", false],
    ["sixteen characters of a script without spaces", "腌制泡菜其实并不难关键在于盐和水", true],
    ["fifteen of them", "腌制泡菜其实并不难关键在于盐和", false],
    ["sixteen that are five different ones", "哈哈哈哈你我他哈哈哈哈你我他她哈", false],
  ])("is not counted by length alone: %s", (_, text, expected) => {
    expect(isDistinctive(text)).toBe(expected);
  });

  test("the last words begin at a word and are nowhere else in the text", () => {
    const text = TEXTS["prose"] ?? "";

    expect(lastWords(text.slice(0, text.indexOf("e night.")))).toBe("somebody had to sit beside it through th");
    expect(lastWords("no no no no no no no no no no no no no no no no no no")).toBeUndefined();
    expect(lastWords("all work and no play makes a dull day. ".repeat(12))).toBeUndefined();
  });
});

describe("the seam", () => {
  const shown = "One model wrote this much of the answer, word by word, and then its connection was reset by";
  const decide = (head: string, isWhole = false): unknown => seamOf(given(shown, "instruct"), head, isWhole);

  test("waits while the head could still be a repetition, and decides with the first character that is none", () => {
    const words = "and then its connection was reset by";

    expect(decide("and then its")).toBeUndefined();
    expect(decide(words)).toBeUndefined();
    expect(decide(`${words} `)).toEqual({ type: "join", drop: words.length });
    expect(decide(`\n\n${words} its`)).toEqual({ type: "join", drop: words.length + 2 });
    expect(decide("and then it")).toBeUndefined();
    expect(decide("and then it was")).toEqual({ type: "none" });
    expect(decide(words, true)).toEqual({ type: "join", drop: words.length });
  });

  test("is refused where the words come twice, in what was shown or in what follows", () => {
    const refrain = "and so the sea goes in and out again\n";
    const song = given(`A song about the sea.\n${refrain}The moon is up.\n${refrain}`, "instruct");

    expect(seamOf(song, `${refrain}The end.`, true)).toEqual({ type: "none" });
    const words = "and then its connection was reset by";
    expect(decide(`${words}${words}`, true)).toEqual({ type: "none" });
  });

  test("keeps the blanks that a vendor takes off the end of a turn", () => {
    const code = given("Here is a function of some length:\n\n```py\ndef f():\n    ", "prefill");

    expect(code.sent.endsWith("def f():")).toBe(true);
    expect(seamOf(code, "\n    return 1", false)).toEqual({ type: "join", drop: 5 });
    expect(seamOf(code, "\n  return 1", false)).toEqual({ type: "none" });
    expect(seamOf(code, "\n   ", false)).toBeUndefined();
  });

  test("finds half of a character that was cut in the other half", () => {
    const half = given("An emoji was cut in the middle of it: \uD83D", "prefix");

    expect(half.sent.endsWith("it: ")).toBe(true);
    expect(seamOf(half, "\u{1F600} indeed", false)).toEqual({ type: "join", drop: 1 });
    expect(seamOf(half, "no emoji", false)).toEqual({ type: "none" });
  });
});

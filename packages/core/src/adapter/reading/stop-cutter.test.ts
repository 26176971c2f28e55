import { describe, expect, test } from "vitest";
import { StopCutter } from "./stop-cutter.ts";

function cut(stops: readonly string[], deltas: readonly string[]): { shown: readonly string[]; isCut: boolean } {
  const cutter = new StopCutter(stops);
  const shown = deltas.map((delta) => cutter.push(delta));
  return { shown: [...shown, cutter.flush()], isCut: cutter.isCut };
}

describe("StopCutter", () => {
  test("cuts at the first of its sequences, also when it comes in pieces", () => {
    expect(cut(["END", "STOP"], ["a STOP b END"])).toEqual({ shown: ["a ", ""], isCut: true });
    expect(cut(["END"], ["a E", "N", "D b"])).toEqual({ shown: ["a ", "", "", ""], isCut: true });
  });

  test("holds back no more than what may begin a sequence", () => {
    expect(cut(["END"], ["a EN", "Dx", "b"]).isCut).toBe(true);
    expect(cut(["END"], ["a EN", "x", "b"])).toEqual({ shown: ["a ", "ENx", "b", ""], isCut: false });
  });

  test("gives back what it held when the text is over", () => {
    expect(cut(["\n\n"], ["one\n"])).toEqual({ shown: ["one", "\n"], isCut: false });
  });

  test("shows nothing more once it has cut", () => {
    expect(cut(["."], ["a.", "b", "c."])).toEqual({ shown: ["a", "", "", ""], isCut: true });
  });

  test("finds a sequence however the text is cut into deltas", () => {
    const text = "aab aaab aaaab";

    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const deltas = [text.slice(0, first), text.slice(first, second), text.slice(second)];

        expect(cut(["aaab"], deltas).shown.join("")).toBe("aab ");
      }
    }
  });

  test.each([
    [["abc", "b"], "abc", "a"],
    [["b", "abc"], "xabcd", "xa"],
    [["abc", "c"], "abc", ""],
    [["c", "bc", "abc"], "zabc", "z"],
    [["<|end|>", "end"], "the <|end|>", "the <|"],
    [["aab", "ab"], "aaab", "a"],
  ])("of %j in %j, cuts at the first that is complete, however the text is cut into deltas", (stops, text, shown) => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const deltas = [text.slice(0, first), text.slice(first, second), text.slice(second)];

        expect(cut(stops, deltas).shown.join("")).toBe(shown);
      }
    }
    expect(cut(stops, text.split("")).shown.join("")).toBe(shown);
  });
});

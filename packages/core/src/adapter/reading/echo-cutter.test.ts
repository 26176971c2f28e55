import { describe, expect, test } from "vitest";
import type { Loss } from "../../model/trace.ts";
import { EchoCutter } from "./echo-cutter.ts";

function shown(text: string, deltas: readonly string[]): { texts: readonly string[]; losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const cutter = new EchoCutter(text, (loss) => losses.push(loss));
  const texts = deltas.map((delta) => cutter.push(delta));
  return { texts: [...texts, cutter.flush()], losses };
}

describe("EchoCutter", () => {
  test("takes the text off however it is cut into deltas, and reports it once", () => {
    const answer = "one two one two three";

    for (let first = 0; first <= answer.length; first++) {
      const { texts, losses } = shown("one two", [answer.slice(0, first), answer.slice(first)]);

      expect(texts.join("")).toBe(" one two three");
      expect(losses).toMatchObject([{ what: "messages", action: "translated" }]);
    }
  });

  test("holds back no more than what may begin it, and gives it back", () => {
    expect(shown("abc", ["a", "b", "x", "c"])).toEqual({ texts: ["", "", "abx", "c", ""], losses: [] });
    expect(shown("abc", ["a", "b"])).toEqual({ texts: ["", "", "ab"], losses: [] });
  });

  test("shows everything of an answer that begins in another way, also the text later on", () => {
    expect(shown("abc", ["x", "abc"])).toEqual({ texts: ["x", "abc", ""], losses: [] });
  });
});

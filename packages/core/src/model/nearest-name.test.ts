import { describe, expect, test } from "vitest";
import { meant, misspelt } from "./unknown-names.ts";

const VENDORS = ["anthropic", "openai", "xai"];

describe("the name that was meant", () => {
  test.each([
    ["a letter is missing", "antropic", "anthropic"],
    ["the first letter is missing", "nthropic", "anthropic"],
    ["a letter is too many", "openaii", "openai"],
    ["a letter is wrong", "anthrophc", "anthropic"],
    ["the first letter is wrong", "ipenai", "openai"],
    ["two letters are swapped", "opneai", "openai"],
    ["the last two letters are swapped", "openia", "openai"],
    ["case and punctuation differ", "Open-AI", "openai"],
  ])("is known when %s", (_mistake, name, known) => {
    expect(misspelt(name, VENDORS)).toBe(known);
  });

  test.each([
    ["two letters are wrong", "openxy"],
    ["it holds a known one", "openai-compatible"],
    ["it is a vendor of its own", "mistral"],
    ["it is too short to tell", "ai"],
    ["it is empty", ""],
    ["it is as long as a book", "anthropic".repeat(100_000)],
  ])("is not guessed for a name when %s", (_why, name) => {
    expect(misspelt(name, VENDORS)).toBeUndefined();
  });

  test("is the nearest one, not the first that has something in common", () => {
    expect(meant("text-detla", ["text", "text-delta"])).toBe(" (did you mean `text-delta`?)");
  });

  test("is not looked for in what is no text", () => {
    expect([42, null, { effort: "high" }].map((value) => meant(value, ["high"]))).toEqual(["", "", ""]);
  });
});

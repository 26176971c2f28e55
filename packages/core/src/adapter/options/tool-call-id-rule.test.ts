import { describe, expect, test } from "vitest";
import { toolCallIdProblem } from "./tool-call-id-rule.ts";

const PREFIX = /^zr-[a-z0-9]{6,20}$/;
const GIVE = /refuses ids that are made for calls of other targets.*give `make`/;
const RETURN = /`capabilities\.toolCallId\.make` must return an id that `pattern` and `maxLength` take/;

const capitals = (number: number): string =>
  String(number).replaceAll(/\d/g, (digit) => "ABCDEFGHIJ".charAt(Number(digit)));

describe("toolCallIdProblem", () => {
  test.each([
    ["letters, digits and signs", { pattern: /^[\w-]+$/, maxLength: 64 }],
    ["nine letters and digits", { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 }],
    ["anything", { pattern: /^[\s\S]*$/, maxLength: 1_000 }],
    ["a prefix", { pattern: PREFIX, maxLength: 23, make: (n: number) => `zr-${String(n).padStart(6, "0")}` }],
    ["capitals only", { pattern: /^[A-J]+$/, maxLength: 9, make: capitals }],
  ])("is none for a rule of %s that takes what is made for it", (_name, rule) => {
    expect(toolCallIdProblem(rule)).toBeUndefined();
  });

  test.each([
    ["a prefix", { pattern: PREFIX, maxLength: 23 }, GIVE],
    ["small letters", { pattern: /^[a-z0-9]+$/, maxLength: 40 }, GIVE],
    ["UUIDs", { pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, maxLength: 36 }, GIVE],
    ["one digit", { pattern: /^\d$/, maxLength: 1 }, GIVE],
    ["a maker that forgets the prefix", { pattern: PREFIX, maxLength: 23, make: String }, RETURN],
    ["a maker of one id", { pattern: PREFIX, maxLength: 23, make: () => "zr-000000" }, RETURN],
    [
      "a maker that throws",
      {
        pattern: PREFIX,
        maxLength: 23,
        make: () => {
          throw new Error("none");
        },
      },
      RETURN,
    ],
    ["a pattern that remembers", { pattern: /^\w+$/g, maxLength: 64 }, /neither global nor sticky/],
    ["no length", { pattern: /^\w+$/, maxLength: 0 }, /must be \{ pattern, maxLength \}/],
  ])("says what is wrong with a rule of %s", (_name, rule, problem) => {
    expect(toolCallIdProblem(rule)).toMatch(problem);
  });
});

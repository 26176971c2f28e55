import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toolCallIds } from "./tool-call-ids.ts";

const prefixed = (number: number): string => `zr-${String(number).padStart(8, "0")}`;
const unheard = (): void => undefined;

const RULES = [
  { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 40 },
  { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
  { pattern: /^zr-[a-z0-9]{6,20}$/, maxLength: 23, make: prefixed },
] as const;

const ids = fc.oneof(
  fc.string(),
  fc.stringMatching(/^call_[a-zA-Z0-9]{1,70}$/),
  fc.stringMatching(/^functions\.[a-z]{1,6}:\d{1,3}$/),
  fc.stringMatching(/^[a-zA-Z0-9]{9}$/),
);

describe.each(RULES)("tool-call ids for $pattern up to $maxLength", (rule) => {
  const mapAll = (list: readonly string[]): readonly string[] => {
    const map = toolCallIds(rule, unheard);
    return list.map((id) => map(id));
  };

  test("TR-01 OA-08 every id becomes legal, and legal ones stay", () => {
    fc.assert(
      fc.property(ids, (id) => {
        const mapped = toolCallIds(rule, unheard)(id);

        expect(mapped).toMatch(rule.pattern);
        expect(mapped.length).toBeLessThanOrEqual(rule.maxLength);
        const isLegal = id.length <= rule.maxLength && rule.pattern.test(id);
        expect(mapped === id).toBe(isLegal);
      }),
      { numRuns: 200 },
    );
  });

  test("TR-01 no two calls get one id, also of those that have one, and the same calls get the same ids", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(ids, fc.constantFrom("c1", "c1#2", "")), { maxLength: 50 }), (list) => {
        const mapped = mapAll(list);

        expect(new Set(mapped).size).toBe(list.length);
        expect(mapped.every((id) => rule.pattern.test(id) && id.length <= rule.maxLength)).toBe(true);
        expect(mapAll(list)).toEqual(mapped);
        expect(mapAll(list.slice(0, 20))).toEqual(mapped.slice(0, 20));
      }),
      { numRuns: 100 },
    );
  });

  test("TR-01 an id that looks like the mapped form of an earlier one is moved out of its way", () => {
    const map = toolCallIds(rule, unheard);
    const mapped = map("functions.get:0");

    const other = map(mapped);

    expect(other).not.toBe(mapped);
    expect(other).toMatch(rule.pattern);
  });
});

/** How often the rule was heard to refuse. */
function heard(rule: Parameters<typeof toolCallIds>[0], list: readonly string[]): number {
  let times = 0;
  const map = toolCallIds(rule, () => times++);
  for (const id of list) map(id);
  return times;
}

describe("a rule that refuses what is made for it", () => {
  test.each([
    ["has a prefix", { pattern: /^zr-[a-z0-9]{6,20}$/, maxLength: 23 }],
    ["takes small letters only", { pattern: /^[a-z]{8}$/, maxLength: 8 }],
    ["makes what it refuses", { pattern: /^zr-\d+$/, maxLength: 23, make: (number: number) => `id-${number}` }],
    ["makes what is too long", { pattern: /^zr-\d+$/, maxLength: 4, make: (number: number) => `zr-${number + 9}` }],
  ])("TR-01 says so where it %s", (_name, rule) => {
    expect(heard(rule, ["toolu_01AbC"])).toBe(1);
  });

  test.each([
    ["makes one id for all", { pattern: /^id$/, maxLength: 9, make: () => "id" }, 2],
    ["has one character", { pattern: /^\d$/, maxLength: 1 }, 11],
  ])("TR-01 says so, and comes to an end, where it %s", (_name, rule, calls) => {
    const list = Array.from({ length: calls }, (_, index) => `call ${index}`);

    expect(heard(rule, list.slice(1))).toBe(0);
    expect(heard(rule, list)).toBe(1);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toolCallIds } from "./tool-call-ids.ts";

const RULES = [
  { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 40 },
  { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
] as const;

const ids = fc.oneof(
  fc.string(),
  fc.stringMatching(/^call_[a-zA-Z0-9]{1,70}$/),
  fc.stringMatching(/^functions\.[a-z]{1,6}:\d{1,3}$/),
  fc.stringMatching(/^[a-zA-Z0-9]{9}$/),
);

describe.each(RULES)("tool-call ids for $pattern up to $maxLength", (rule) => {
  const mapAll = (list: readonly string[]): readonly string[] => {
    const map = toolCallIds(rule);
    return list.map((id) => map(id));
  };

  test("TR-01 OA-08 every id becomes legal, and legal ones stay", () => {
    fc.assert(
      fc.property(ids, (id) => {
        const mapped = toolCallIds(rule)(id);

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
    const map = toolCallIds(rule);
    const mapped = map("functions.get:0");

    const other = map(mapped);

    expect(other).not.toBe(mapped);
    expect(other).toMatch(rule.pattern);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toolCallIdMapper } from "./tool-call-ids.ts";

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
  test("TR-01 OA-08 every id becomes legal, and legal ones stay", () => {
    fc.assert(
      fc.property(ids, (id) => {
        const mapped = toolCallIdMapper(rule)(id);

        expect(mapped).toMatch(rule.pattern);
        expect(mapped.length).toBeLessThanOrEqual(rule.maxLength);
        const isLegal = id.length <= rule.maxLength && rule.pattern.test(id);
        expect(mapped === id).toBe(isLegal);
      }),
      { numRuns: 200 },
    );
  });

  test("TR-01 two ids never meet, and one id always maps alike", () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids, { maxLength: 50 }), (list) => {
        const map = toolCallIdMapper(rule);
        const mapped = list.map((id) => map(id));

        expect(new Set(mapped).size).toBe(list.length);
        expect(list.map((id) => map(id))).toEqual(mapped);
        expect(list.map(toolCallIdMapper(rule))).toEqual(mapped);
      }),
      { numRuns: 100 },
    );
  });

  test("TR-01 an id that looks like the mapped form of an earlier one is moved out of its way", () => {
    const map = toolCallIdMapper(rule);
    const mapped = map("functions.get:0");

    const other = map(mapped);

    expect(other).not.toBe(mapped);
    expect(other).toMatch(rule.pattern);
  });
});

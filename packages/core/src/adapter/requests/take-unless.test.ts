import { expect, test } from "vitest";
import type { Loss } from "../../model/trace.ts";
import { clampOutputTokens } from "./clamp-output-tokens.ts";
import { takeUnless } from "./take-unless.ts";

test("takes a setting, or reports why not", () => {
  const losses: Loss[] = [];
  const loss = (one: Loss): void => void losses.push(one);

  expect(takeUnless(undefined, "topP", 0.5, loss)).toBe(0.5);
  expect(takeUnless("not here", "topK", undefined, loss)).toBeUndefined();
  expect(takeUnless("not here", "seed", 7, loss)).toBeUndefined();
  expect(losses).toEqual([{ what: "seed", action: "dropped", reason: "not here" }]);
});

test("asks for no more tokens than the model writes", () => {
  const losses: Loss[] = [];
  const loss = (one: Loss): void => void losses.push(one);

  expect([undefined, 5, 50].map((asked) => clampOutputTokens(asked, 10, loss))).toEqual([undefined, 5, 10]);
  expect(clampOutputTokens(50, "unknown", loss)).toBe(50);
  expect(losses.map(({ what }) => what)).toEqual(["maxOutputTokens"]);
});

import { expect, test } from "vitest";
import { bytesOf, toCharacters } from "./utf8-offsets.ts";

test.each(["", "abc", "é✓💥", "a\ud83d"])("counts the bytes of %j as an encoder does", (text) => {
  expect(bytesOf(text)).toBe(new TextEncoder().encode(text).length);
});

test("finds the characters at byte positions, and none inside of one", () => {
  const offsets = toCharacters("aé✓💥b", new Set([0, 1, 2, 3, 6, 10, 11, 12]));

  expect([...offsets]).toEqual([
    [0, 0],
    [1, 1],
    [3, 2],
    [6, 3],
    [10, 5],
    [11, 6],
  ]);
});

import { describe, expect, test } from "vitest";
import { Count } from "../../model/count.ts";
import { isTargetFailure } from "../../model/target-failure.ts";
import { JsonPieces } from "./json-pieces.ts";

function built(pieces: readonly (readonly [string, unknown])[], start?: unknown): unknown {
  const value = new JsonPieces(start, new Count());
  for (const [path, piece] of pieces) value.set(path, piece);
  return value.whole;
}

describe("JsonPieces", () => {
  test("puts values where their paths lead, through objects and lists", () => {
    const whole = built([
      ["$.city", "Bos"],
      ["$.city", "ton"],
      ["$.stops[0].at", 7],
      ["$.stops[1].at", null],
      ["$['a b']", true],
    ]);

    expect(whole).toEqual({ city: "Boston", stops: [{ at: 7 }, { at: null }], "a b": true });
  });

  test("continues what is there, and leaves the original alone", () => {
    const start = { a: "x" };

    expect(built([["$.a", "y"]], start)).toEqual({ a: "xy" });
    expect(start).toEqual({ a: "x" });
  });

  test.each([["text"], [null], [[1]], [undefined]])("starts with nothing where %j is not an object", (start) => {
    expect(built([], start)).toEqual({});
  });

  test("makes properties like any other: who gets them may change and delete them", () => {
    const whole = new JsonPieces(undefined, new Count());
    whole.set("$.city", "Boston");

    expect(Object.getOwnPropertyDescriptor(whole.whole, "city")).toEqual(
      Object.getOwnPropertyDescriptor({ city: "Boston" }, "city"),
    );
  });

  test("makes a property of a name that objects have themselves", () => {
    expect(JSON.stringify(built([["$.__proto__.a", 1]]))).toBe('{"__proto__":{"a":1}}');
    expect(Object.hasOwn(Object.prototype, "a")).toBe(false);
  });

  test.each<[string, readonly (readonly [string, unknown])[]]>([
    ["a place far behind the others", [["$.a[65]", 1]]],
    [
      "a list that is an object elsewhere",
      [
        ["$.a[0]", 1],
        ["$.a.b", 1],
      ],
    ],
    ["a path without an end", [[`$${".a".repeat(1_001)}`, 1]]],
    ["more containers than a real answer has", Array.from({ length: 16_385 }, (_, index) => [`$.a${index}.b`, 1])],
  ])("gives up on %s", (_name, pieces) => {
    let thrown: unknown;
    try {
      built(pieces);
    } catch (error) {
      thrown = error;
    }
    expect(isTargetFailure(thrown) ? thrown.class : thrown).toBe("stream.malformed");
  });
});

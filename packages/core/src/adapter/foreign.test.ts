import { describe, expect, test } from "vitest";
import type { FailureClass } from "../model/failure.ts";
import { isTargetFailure } from "../model/target-failure.ts";
import { asArray, asBoundedArray, asIndex, asNumber, asObject, asPosition, asString, parseEvent } from "./foreign.ts";

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

function classOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    if (isTargetFailure(error)) return error.class;
    throw error;
  }
  return undefined;
}

describe("foreign data", () => {
  test("counts as absent when it has another type", () => {
    expect([asString(1), asNumber("1"), asNumber(Number.NaN)]).toEqual([undefined, undefined, undefined]);
    expect([asObject(null), asObject([]), asArray({})]).toEqual([{}, {}, []]);
  });

  test.each(["", "{", "null", "[]", "1", `"text"`])("is malformed as an event when it is %j", (data) => {
    expect(classOf(() => parseEvent(data))).toBe("stream.malformed");
  });

  test("is malformed as an event that is nested more than 1,000 deep, whatever its size", () => {
    expect(parseEvent(`{"a":${nested(999)}}`)).toHaveProperty("a");
    expect(classOf(() => parseEvent(`{"a":${nested(1_000)}}`))).toBe("stream.malformed");
    expect(classOf(() => parseEvent(`{"a":${nested(200_000)}}`))).toBe("stream.malformed");
  });

  test("is oversized as an event of far more values than its size promises", () => {
    expect(classOf(() => parseEvent(`{"a":[${"{},".repeat(100_000)}1]}`))).toBe("stream.oversized");
    // In a text they are none.
    expect(parseEvent(`{"a":"${'{},[\\"'.repeat(100_000)}"}`)).toHaveProperty("a");
  });

  test.each([0, 1, 16_383])("takes %d for a position", (position) => {
    expect([asPosition(position), asIndex(position)]).toEqual([position, position]);
  });

  test.each([-1, 1.5, "3", null, undefined, [], Number.NaN])(
    "takes %j for no position, and for the first index",
    (value) => {
      expect([asPosition(value), asIndex(value)]).toEqual([undefined, 0]);
    },
  );

  test.each([16_384, 4_294_967_293, 1e308])("is malformed with a position of %d", (position) => {
    expect(classOf(() => asPosition(position))).toBe("stream.malformed");
    expect(classOf(() => asIndex(position))).toBe("stream.malformed");
  });

  test("is malformed with a list of more than 16,384 elements, where something is made of each", () => {
    expect(asBoundedArray(Array(16_384).fill(1))).toHaveLength(16_384);
    expect(classOf(() => asBoundedArray(Array(16_385).fill(1)))).toBe("stream.malformed");
    expect(asBoundedArray("text")).toEqual([]);
  });
});

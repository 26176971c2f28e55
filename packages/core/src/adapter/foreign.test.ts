import { describe, expect, it } from "vitest";
import { isTargetFailure } from "../model/target-failure.ts";
import { asArray, asNumber, asObject, asString, parseEvent } from "./foreign.ts";

describe("foreign data", () => {
  it("counts as absent when it has another type", () => {
    expect([asString(1), asNumber("1"), asNumber(Number.NaN)]).toEqual([undefined, undefined, undefined]);
    expect([asObject(null), asObject([]), asArray({})]).toEqual([{}, {}, []]);
  });

  it.each(["", "{", "null", "[]", "1", `"text"`])("is malformed as an event when it is %j", (data) => {
    let thrown: unknown;
    try {
      parseEvent(data);
    } catch (error) {
      thrown = error;
    }

    expect(isTargetFailure(thrown) && thrown.class).toBe("stream.malformed");
  });
});

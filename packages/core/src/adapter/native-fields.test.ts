import { describe, expect, it } from "vitest";
import type { JsonObject } from "../model/json.ts";
import type { Loss } from "../model/trace.ts";
import { defined, mergeNative } from "./native-fields.ts";

function merge(body: JsonObject, native: Parameters<typeof mergeNative>[1]): { merged: JsonObject; losses: string[] } {
  const losses: string[] = [];
  const loss = ({ what }: { readonly what: string }): void => void losses.push(what);
  return { merged: mergeNative(body, native, { objects: ["text"], lists: ["tools"], loss }), losses };
}

describe("mergeNative", () => {
  it("puts a native field in its namesake's place, merges objects and adds to lists where it is told to", () => {
    const body = { a: 1, text: { format: "x", verbosity: "low" }, tools: [1], other: { kept: true } };

    const { merged, losses } = merge(body, { a: null, text: { verbosity: "high" }, tools: [2], other: {}, more: "m" });

    expect(merged).toEqual({
      a: null,
      text: { format: "x", verbosity: "high" },
      tools: [1, 2],
      other: {},
      more: "m",
    });
    expect(losses).toEqual([]);
  });

  it("takes out what is undefined, and reports it where there was something to take out", () => {
    const { merged, losses } = merge({ a: 1 }, { a: undefined, b: undefined });

    expect(merged).toEqual({});
    expect(losses).toEqual(["a"]);
  });

  it("reports a native field that a repair takes out where the adapter wants it, also if the body has none", () => {
    const losses: string[] = [];
    const rules = {
      reportsNative: true,
      objects: [],
      lists: [],
      without: ["a", "b"],
      loss: ({ what }: Loss) => void losses.push(what),
    };

    expect(mergeNative({}, { a: 1 }, rules)).toEqual({});
    expect(losses).toEqual(["a"]);
  });

  it("takes prototype keys for what they are: keys", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have this key
    const hostile = JSON.parse(`{"__proto__":{"polluted":true}}`) as JsonObject;

    const { merged } = merge({ a: 1 }, hostile);

    expect(JSON.stringify(merged)).toBe(`{"a":1,"__proto__":{"polluted":true}}`);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("defined", () => {
  it("keeps null, false, zero and empty texts", () => {
    expect(defined({ a: null, b: false, c: 0, d: "", e: undefined })).toEqual({ a: null, b: false, c: 0, d: "" });
  });
});

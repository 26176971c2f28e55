import { describe, expect, test } from "vitest";
import { NameMap } from "./name-map.ts";

const LEGAL = /^[a-zA-Z_][\w.:-]{0,127}$/;

describe("NameMap", () => {
  test("leaves legal names alone", () => {
    const names = new NameMap(LEGAL, ["search", "a-b"]);

    expect(["search", "a-b"].map((name) => names.toNative(name))).toEqual(["search", "a-b"]);
    expect(names.toOwn("search")).toBe("search");
  });

  test.each([
    ["0", "_0"],
    ["-dash", "__dash"],
    ["7-zip", "_7_zip"],
    ["été", "__t_"],
    ["", "_"],
    ["9".repeat(64), `_${"9".repeat(59)}`],
  ])("makes %j legal and finds its way back", (name, native) => {
    const names = new NameMap(LEGAL, [name]);

    expect(names.toNative(name)).toBe(native);
    expect(names.toOwn(native)).toBe(name);
  });

  test("keeps a name that would be made of another for who had it, in whatever order they come", () => {
    const names = new NameMap(LEGAL, ["0", "_0", "_0_2"]);

    expect(["0", "_0", "_0_2"].map((name) => names.toNative(name))).toEqual(["_0_3", "_0", "_0_2"]);
    expect(["_0_3", "_0", "_0_2"].map((native) => names.toOwn(native))).toEqual(["0", "_0", "_0_2"]);
  });

  test("never makes one of two", () => {
    const names = new NameMap(LEGAL, ["1 a", "1-a", "1.a"]);

    expect(["1 a", "1-a", "1.a"].map((name) => names.toNative(name))).toEqual(["_1_a", "_1_a_2", "_1_a_3"]);
  });

  test("gives a later name what is left, and every name the same again", () => {
    const names = new NameMap(LEGAL, ["0"]);

    expect(["_0", "0", "_0", "stranger"].map((name) => names.toNative(name))).toEqual([
      "_0_2",
      "_0",
      "_0_2",
      "stranger",
    ]);
  });

  test("takes an unknown name for its own", () => {
    expect(new NameMap(LEGAL, ["0"]).toOwn("_1")).toBe("_1");
  });

  test("is not taken in by names of objects", () => {
    const names = new NameMap(LEGAL, ["__proto__", "constructor"]);

    expect(names.toNative("__proto__")).toBe("__proto__");
    expect(names.toOwn("toString")).toBe("toString");
  });
});

import { describe, expect, it } from "vitest";
import { asObject } from "./foreign.ts";
import { parseToolInput } from "./tool-input.ts";

describe("parseToolInput", () => {
  it("reads nothing as no arguments and keeps what is no JSON", () => {
    expect(parseToolInput("")).toEqual({ input: {} });
    expect(parseToolInput(" \n")).toEqual({ input: {} });
    expect(parseToolInput(`{"a":[1]}`)).toEqual({ input: { a: [1] } });
    expect(parseToolInput(`{"a":`)).toEqual({ input: {}, inputText: `{"a":` });
  });

  it("keeps as text what is nested more than 1,000 deep, or has far more values than a model writes", () => {
    const deep = `${'{"a":'.repeat(1_001)}1${"}".repeat(1_001)}`;
    const flood = `[${"[],".repeat(100_000)}1]`;

    expect(parseToolInput(deep.slice(5, -1))).not.toHaveProperty("inputText");
    expect(parseToolInput(deep)).toEqual({ input: {}, inputText: deep });
    expect(parseToolInput(flood)).toEqual({ input: {}, inputText: flood });
  });

  it.each([
    ["9007199254740991", false],
    ["9007199254740992", true],
    ["-9007199254740993", true],
    ["9007199254740992.5", false],
    ["1e308", false],
    ["1E+309", true],
    ["-1e999", true],
    ["1e-999", false],
    ['"9007199254740993"', false],
    ['"\\"9007199254740993"', false],
    ['{"9007199254740993":[0,"\\\\",1e999]}', true],
    ['["\\\\\\"",9007199254740993]', true],
    ["12345678901234567890123", true],
  ])("of %s, keeps the text: %s", (text, isUnsafe) => {
    expect(parseToolInput(text)).toEqual(isUnsafe ? { input: {}, inputText: text } : { input: JSON.parse(text) });
  });

  it("looks through numbers and texts of any length", () => {
    const digits = "9".repeat(8 * 1024 * 1024);

    expect(parseToolInput(digits)).toEqual({ input: {}, inputText: digits });
    expect(parseToolInput(`"${digits}"`)).toEqual({ input: digits });
  });

  it("takes prototype keys for what they are: keys", () => {
    const { input } = parseToolInput(`{"__proto__":{"polluted":true}}`);

    expect(Object.hasOwn(asObject(input), "__proto__")).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

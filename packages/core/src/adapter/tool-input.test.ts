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

  it("takes prototype keys for what they are: keys", () => {
    const { input } = parseToolInput(`{"__proto__":{"polluted":true}}`);

    expect(Object.hasOwn(asObject(input), "__proto__")).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

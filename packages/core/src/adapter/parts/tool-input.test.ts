import { describe, expect, test } from "vitest";
import { asObject } from "../foreign.ts";
import { parseToolInput, readToolInput, toolInputObject, toolInputText } from "./tool-input.ts";

const call = { type: "tool-call", toolCallId: "c1", toolName: "get" } as const;

describe("parseToolInput", () => {
  test("reads nothing as no arguments and keeps what is no JSON", () => {
    expect(parseToolInput("")).toEqual({ input: {} });
    expect(parseToolInput(" \n")).toEqual({ input: {} });
    expect(parseToolInput(`{"a":[1]}`)).toEqual({ input: { a: [1] } });
    expect(parseToolInput(`{"a":`)).toEqual({ input: {}, inputText: `{"a":` });
  });

  test("keeps as text what is nested more than 1,000 deep, or has far more values than a model writes", () => {
    const deep = `${'{"a":'.repeat(1_001)}1${"}".repeat(1_001)}`;
    const flood = `[${"[],".repeat(100_000)}1]`;

    expect(parseToolInput(deep.slice(5, -1))).not.toHaveProperty("inputText");
    expect(parseToolInput(deep)).toEqual({ input: {}, inputText: deep });
    expect(parseToolInput(flood)).toEqual({ input: {}, inputText: flood });
  });

  test.each([
    ['{"id":9007199254740991}', false],
    ['{"id":9007199254740992}', true],
    ['{"id":-9007199254740993}', true],
    ['{"id":9007199254740992.5}', false],
    ['{"id":1e308}', false],
    ['{"id":1E+309}', true],
    ['{"id":-1e999}', true],
    ['{"id":1e-999}', false],
    ['{"id":"9007199254740993"}', false],
    ['{"id":"\\"9007199254740993"}', false],
    ['{"9007199254740993":[0,"\\\\",1e999]}', true],
    ['{"a":["\\\\\\"",9007199254740993]}', true],
    ['{"id":12345678901234567890123}', true],
  ])("of %s, keeps the text: %s", (text, isUnsafe) => {
    expect(parseToolInput(text)).toEqual(isUnsafe ? { input: {}, inputText: text } : { input: JSON.parse(text) });
  });

  test.each(["[]", "[{}]", '"{}"', '"text"', "0", "false"])(
    "keeps %s as text, because arguments are an object",
    (text) => {
      expect(parseToolInput(text)).toEqual({ input: {}, inputText: text });
    },
  );

  test("reads null as no arguments", () => {
    expect(parseToolInput(" null ")).toEqual({ input: {} });
  });

  test("looks through numbers and texts of any length", () => {
    const digits = "9".repeat(8 * 1024 * 1024);

    expect(parseToolInput(`{"a":${digits}}`)).toEqual({ input: {}, inputText: `{"a":${digits}}` });
    expect(parseToolInput(`{"a":"${digits}"}`)).toEqual({ input: { a: digits } });
  });

  test("takes prototype keys for what they are: keys", () => {
    const { input } = parseToolInput(`{"__proto__":{"polluted":true}}`);

    expect(Object.hasOwn(asObject(input), "__proto__")).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("readToolInput", () => {
  test("takes an object, and nothing or null for no arguments", () => {
    const input = { a: [1, { b: 9007199254740991 }], c: 1e-9 };

    expect(readToolInput(input)).toEqual({ input });
    expect(readToolInput(null)).toEqual({ input: {} });
    expect(readToolInput(undefined)).toEqual({ input: {} });
  });

  test("takes no object with a number that was read as another one", () => {
    expect(readToolInput(JSON.parse('{"a":[{"id":2512292042121000001}]}'))).toEqual({
      input: {},
      inputText: '{"a":[{"id":2512292042121000000}]}',
    });
    expect(readToolInput(JSON.parse('{"ratio":1e400}'))).toEqual({ input: {}, inputText: '{"ratio":"Infinity"}' });
  });

  test.each([[[1]], ["text"], [0], [false]])("keeps %j as text, because arguments are an object", (value) => {
    expect(readToolInput(value)).toEqual({ input: {}, inputText: JSON.stringify(value) });
  });
});

describe("toolInputObject", () => {
  test("gives the very object where the arguments are one", () => {
    const input = { a: 1 };

    expect(toolInputObject({ input })).toBe(input);
  });

  test("keeps what is not an object in one, instead of calling with nothing", () => {
    expect(toolInputObject({ input: {}, inputText: '{"id":2512292042121000001}' })).toEqual({
      invalid_arguments: '{"id":2512292042121000001}',
    });
    expect(toolInputObject({ input: "*** Begin Patch" })).toEqual({ input: "*** Begin Patch" });
    expect(toolInputObject({ input: [1] })).toEqual({ input: [1] });
    expect(toolInputObject({ input: null })).toEqual({});
  });
});

describe("toolInputText", () => {
  test.each([
    [{ input: { a: 1 } }, '{"a":1}'],
    [{ input: { a: 1 }, opaque: { arguments: '{ "a": 1 }' } }, '{ "a": 1 }'],
    [{ input: {}, inputText: '{"id": 2512292042121000001}' }, '{"id": 2512292042121000001}'],
    [{ input: {}, inputText: '{"a":' }, '{"invalid_arguments":"{\\"a\\":"}'],
    [{ input: {}, inputText: "[]" }, '{"invalid_arguments":"[]"}'],
    [{ input: {}, opaque: { arguments: " " } }, "{}"],
    [{ input: {}, opaque: { arguments: "null" } }, "{}"],
    [{ input: null }, "{}"],
    [{ input: "text" }, '{"input":"text"}'],
  ])("gives %j back as the JSON of an object: %s", (arguments_, text) => {
    expect(toolInputText({ ...call, ...arguments_ })).toBe(text);
  });
});

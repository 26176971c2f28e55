import { describe, expect, test } from "vitest";
import { z } from "zod";
import { deepFreeze } from "../../test/deep-freeze.ts";
import { isUnderstudyError, type UnderstudyError } from "../index.ts";
import { readRequest, readRequestPart } from "./read-request.ts";

const USER = { role: "user", content: "Hi" };
const called = (input: unknown) => ({
  messages: [USER, { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "t", input }] }],
});

/** The error that something is refused with. */
function refusal(run: () => unknown): UnderstudyError {
  try {
    run();
  } catch (error) {
    if (isUnderstudyError(error)) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = { a: 1 };
  value["self"] = value;
  return value;
}

const getter = Object.defineProperty({}, "a", {
  enumerable: true,
  get: () => {
    throw new Error("canary");
  },
});
const revoked = Proxy.revocable({}, {});
revoked.revoke();

class Session {
  readonly id = "canary";
}

const HERE = "messages[1].content[0].input";

describe("what JSON cannot hold", () => {
  test.each<readonly [string, unknown, string]>([
    ["6,000 levels", nested(6_000), `${HERE}.a.a.a.a.a….a is nested more than 1,000 levels deep`],
    ["1,001 levels below a part", nested(1_004), "is nested more than 1,000 levels deep"],
    ["a cycle", cyclic(), "is nested more than 1,000 levels deep, or holds itself"],
    ["a BigInt", { a: 1n }, `${HERE}.a is a bigint, which JSON cannot hold`],
    ["a function", { a: () => 1 }, `${HERE}.a is a function, which JSON cannot hold`],
    ["a toJSON of its own", { toJSON: () => "canary" }, `${HERE}.toJSON is a function`],
    ["a symbol", [Symbol("canary")], `${HERE}[0] is a symbol, which JSON cannot hold`],
    ["NaN", [1, Number.NaN], `${HERE}[1] must be a finite number`],
    ["infinity", { a: Infinity }, `${HERE}.a must be a finite number`],
    ["undefined in a list", [undefined], `${HERE}[0] is undefined, which a JSON array cannot hold`],
    ["a list with a hole", [1, , 3], `${HERE}[1] is undefined`], // oxlint-disable-line no-sparse-arrays
    // oxlint-disable-next-line no-restricted-globals -- a value like another, no clock
    ["a date", { on: new Date(0) }, `${HERE}.on is not a plain object`],
    ["a map", new Map(), `${HERE} is not a plain object`],
    ["bytes", { a: new Uint8Array(3) }, `${HERE}.a is not a plain object`],
    ["an instance of a class", new Session(), `${HERE} is not a plain object`],
    ["a getter that throws", getter, `${HERE}.a cannot be read: a getter or proxy threw`],
    ["a revoked proxy", revoked.proxy, `${HERE} cannot be read: a getter or proxy threw`],
    [
      "a list that is longer than any",
      Array.from({ length: 100_001 }, () => 1),
      `${HERE} holds more than 100,000 items`,
    ],
    ["a long name, or one of other letters", { ["canary ".repeat(9)]: 1n }, `${HERE}[…] is a bigint`],
  ])("is refused by its place and without its value: %s", (_name, input, problem) => {
    const error = refusal(() => readRequest(called(input)));

    expect(error).toMatchObject({ code: "invalid-request", reason: "request.invalid", attempts: [] });
    expect(error.message).toContain(problem);
    expect(error.message.length).toBeLessThan(200);
    expect(error.message).not.toContain("canary");
    expect(error.cause).toBeUndefined();
  });

  test.each<readonly [string, unknown, string]>([
    ["vendor options", { messages: [USER], vendorOptions: { acme: { a: 1n } } }, "vendorOptions.acme.a is a bigint"],
    ["a request that throws", revoked.proxy, "The request cannot be sent: the request cannot be read"],
    ["a list of a million values", called(Array.from({ length: 11 }, () => Array(99_999).fill(0))), "1,000,000 values"],
  ])("is refused wherever it stands: %s", (_name, request, problem) => {
    expect(refusal(() => readRequest(request)).message).toContain(problem);
  });

  test("what a shared value would become is counted, not what it is", () => {
    let value: unknown = [1];
    for (let level = 0; level < 30; level++) value = [value, value];

    expect(refusal(() => readRequest(called(value))).message).toContain("is too much");
  });
});

describe("a request that is taken", () => {
  test("is a copy: strings are shared, nothing else, and nothing of the original is touched", () => {
    const given = deepFreeze({ system: "Be kind", ...called({ a: [1, null, true, { b: "x" }], left: undefined }) });

    const { request, losses } = readRequest(given);

    expect(request).toEqual(given);
    expect(request.messages).not.toBe(given.messages);
    expect(request.messages[1]?.content).not.toBe(given.messages[1]?.content);
    expect(losses).toEqual([]);
  });

  test("may be long, and hold large media", () => {
    const text = { type: "text", text: "Hello" };
    const history = Array.from({ length: 10_000 }, () => ({ role: "user", content: [text, text] }));
    const source = { type: "base64", mediaType: "image/png", data: "A".repeat(70 * 1024 * 1024) };

    const { request } = readRequest({ messages: [...history, { role: "user", content: [{ type: "image", source }] }] });

    expect(request.messages).toHaveLength(10_001);
  });

  test("cannot be changed by what it is shown to", () => {
    const { request } = readRequest(called({ a: [1] }));

    expect(Object.isFrozen(request) && Object.isFrozen(request.messages)).toBe(true);
    expect(Object.isFrozen(request.messages[1]?.content)).toBe(true);
  });

  test("keeps its schemas as they are, whatever they are instances of", () => {
    const schema = z.object({ a: z.string() });

    const { request } = readRequest({
      messages: [USER],
      tools: [{ name: "get", inputSchema: schema }],
      output: { type: "json", schema },
    });

    expect(request.tools?.[0]?.inputSchema).toBe(schema);
    expect(request.output).toHaveProperty("schema", schema);
  });

  test("keeps a `__proto__` of JSON as a name like any other", () => {
    const input: unknown = JSON.parse('{"__proto__":{"polluted":1},"a":1}');

    const { request } = readRequest(called(input));

    expect(JSON.stringify(request)).toContain('"input":{"__proto__":{"polluted":1},"a":1}');
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("objects of another realm, without a prototype, and behind a harmless proxy are plain", () => {
    const other: unknown = Object.assign(Object.create(Object.create(null)), { a: 1 });
    const bare: unknown = Object.assign(Object.create(null), { b: new Proxy({ c: 1 }, {}) });

    expect(readRequest(called([other, bare])).request.messages[1]).toMatchObject({
      content: [{ input: [{ a: 1 }, { b: { c: 1 } }] }],
    });
  });

  test("half of a surrogate pair is replaced, and reported by its message", () => {
    const { request, losses } = readRequest({
      system: "\ud83d!",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a\udc00b" },
            { type: "text", text: "\ud83d" },
          ],
        },
      ],
    });

    expect(request).toMatchObject({
      system: "\ufffd!",
      messages: [{ content: [{ text: "a\ufffdb" }, { text: "\ufffd" }] }],
    });
    expect(losses.map(({ what, action }) => [what, action])).toEqual([
      ["system", "translated"],
      ["messages[0]", "translated"],
    ]);
  });

  test("an emoji is no half of anything", () => {
    expect(readRequest("\u{1f600}")).toMatchObject({ request: { messages: [{ content: "\u{1f600}" }] }, losses: [] });
  });
});

const validate = (value: unknown): unknown => value;

describe("a part of a request that is laid over others", () => {
  const schema = { type: "object", properties: { city: { type: "string" } } } as const;

  test("keeps a schema with what checks it", () => {
    const tool = { name: "t", inputSchema: { schema, validate } };
    const output = { type: "json", schema: { schema, validate } };

    const { overrides, problems } = readRequestPart({ tools: [tool], output }, []);

    expect(problems).toEqual([]);
    const checked = { schema, validate: expect.any(Function) };
    expect(overrides).toMatchObject({ tools: [{ inputSchema: checked }], output: { schema: checked } });
  });

  test("R9.9 is copied, but for its schemas", () => {
    const given = { vendorOptions: { schema: { deep: { seed: 1 } } }, tools: [{ name: "t" }] };

    const { overrides } = readRequestPart(given, ["schema"]);
    given.vendorOptions.schema.deep.seed = 2;
    Object.assign(given.tools[0] ?? {}, { name: "u" });

    expect(overrides).toMatchObject({ vendorOptions: { schema: { deep: { seed: 1 } } }, tools: [{ name: "t" }] });
  });
});

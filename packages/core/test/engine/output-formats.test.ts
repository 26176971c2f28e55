import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, end, read, scripted, type Script } from "../scripted-target.ts";
import { reading, sequence, someReasoning, wholeRefusal, wholeText, wholeToolCall } from "../scripts.ts";
import type { Answer, JsonObject, Request, SchemaInput, StandardSchema, Tool, Validation } from "../../src/index.ts";
import type { StreamPart } from "../../src/model/target.ts";

const ask = (more: Partial<Request>): Request => ({ messages: [{ role: "user", content: "Hi" }], ...more });

/** Generates with one target that plays the script. */
async function generate(
  script: Script,
  request: Request,
): Promise<{ readonly answer: Answer; readonly calls: number }> {
  const { clock, chain } = harness();
  const target = scripted(clock, [script]);
  const result = await finish(clock, chain([target]).generate(request));
  return { answer: result, calls: target.calls.length };
}

/** The error of a call with one target that plays the script. */
async function refuse(script: Script, request: Request) {
  const { clock, chain } = harness();
  const target = scripted(clock, [script]);
  const error = await rejection(clock, chain([target]).generate(request));
  return { error, calls: target.calls.length };
}

const schemaOf = (schema: SchemaInput): Request => ask({ output: { type: "json", schema } });

describe("JSON output", () => {
  test("without a schema is parsed and not validated", async () => {
    const { answer: result } = await generate(answer('{"a":', " 1}"), ask({ output: { type: "json" } }));

    expect(result).toMatchObject({ output: { a: 1 }, validated: false, text: '{"a": 1}' });
  });

  test("text output is never parsed", async () => {
    const { answer: result } = await generate(answer('{"a":1}'), ask({}));

    expect(result).toMatchObject({ output: undefined, validated: false });
  });

  test.each([
    "```json\n[1]\n```",
    "```\n[1]\n```",
    " \n```json\n[1]\n```\n ",
    "```json  \n  [1]\n```",
    "\n[1]\n",
    "```json\r\n[1]\r\n```",
  ])("TR-11 %j is taken for the JSON in it", async (text) => {
    expect((await generate(answer(text), ask({ output: { type: "json" } }))).answer.output).toEqual([1]);
  });

  test.each(["Sure! [1]", "```json\n[1]", "```js\n[1]\n```", "```json [1] ```", "{", "[1] [2]", "undefined"])(
    "TR-11 R5.10 %j is `invalid-output`, with the raw text as its partial",
    async (text) => {
      const { error, calls } = await refuse(answer(text), ask({ output: { type: "json" } }));

      expect(error).toMatchObject({ code: "invalid-output", reason: "output.schema-invalid", partial: { text } });
      expect(calls).toBe(1);
    },
  );

  test.each([
    ["line breaks", "```\n".padEnd(1_000_000, "\n")],
    ["fences", "```\n".repeat(250_000)],
    ["blanks", `${" ".repeat(1_000_000)}x`],
  ])(
    "a megabyte of %s is judged without hanging",
    async (_name, text) => {
      const { error } = await refuse(answer(text), ask({ output: { type: "json" } }));

      expect(error.code).toBe("invalid-output");
    },
    2_000,
  );

  test.each([
    ["is nested a hundred thousand deep", "[".repeat(100_000) + "]".repeat(100_000), "too many levels"],
    ["holds far more values than a model writes", `[${"[],".repeat(100_000)}1]`, "too many values"],
  ])("JSON that %s is refused, and not built", async (_name, text, reason) => {
    const { error } = await refuse(answer(text), ask({ output: { type: "json" } }));

    expect(error.code).toBe("invalid-output");
    expect(error.message).toContain(reason);
  });

  test("names that would reach a prototype stay data", async () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';

    const { answer: result } = await generate(answer(text), ask({ output: { type: "json" } }));

    expect(JSON.stringify(result.output)).toBe(text);
    expect({}).not.toHaveProperty("polluted");
  });

  test("R5.8 cut by the token limit there is no output, and it is a success", async () => {
    const { answer: result } = await generate(
      sequence(wholeText('{"a":'), read(end("length"))),
      ask({ output: { type: "json" } }),
    );

    expect(result).toMatchObject({ finishReason: "length", output: undefined, text: '{"a":' });
  });

  test.each(["refusal", "content-filter"] as const)(
    "a %s instead of JSON is an answer without output",
    async (reason) => {
      const { answer: result } = await generate(
        sequence(wholeRefusal("No"), read(end(reason))),
        ask({ output: { type: "json" } }),
      );

      expect(result).toMatchObject({ finishReason: reason, output: undefined });
    },
  );
});

describe("schemas", () => {
  const person = z.object({ name: z.string(), age: z.number().int() });

  test("TR-10 a zod schema is sent as JSON Schema, and its value is checked and typed", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer('{"name":"Ada","age":36}')]);

    const result = await finish(
      clock,
      chain([target]).generate({
        messages: [{ role: "user", content: "Who?" }],
        output: { type: "json", schema: person, name: "person" },
      }),
    );

    const age: number | undefined = result.output?.age;
    expect(age).toBe(36);
    expect(result.validated).toBe(true);
    expect(target.calls[0]?.request.output).toMatchObject({
      type: "json",
      name: "person",
      schema: { type: "object", required: ["name", "age"], properties: { name: { type: "string" } } },
    });
  });

  test("TR-10 a value that does not fit is `invalid-output`, and no part of it is in the message", async () => {
    const { error } = await refuse(answer('{"name":"Canary","age":1.5}'), schemaOf(person));

    expect(error).toMatchObject({ code: "invalid-output", partial: { text: '{"name":"Canary","age":1.5}' } });
    expect(JSON.stringify(error) + String(error.stack)).not.toContain("Canary");
  });

  test("transforms and asynchronous checks apply: what they give is the output", async () => {
    const schema = z.object({
      day: z
        .string()
        .transform((text) => Number(text.slice(0, 4)))
        .refine(async (year) => Promise.resolve(year > 2000)),
    });

    const { answer: result } = await generate(answer('{"day":"2026-02-03"}'), schemaOf(schema));
    const { error } = await refuse(answer('{"day":"1999-02-03"}'), schemaOf(schema));

    expect(result.output).toEqual({ day: 2026 });
    expect(error.code).toBe("invalid-output");
  });

  test("defaults of the schema are filled in", async () => {
    const schema = z.object({ size: z.number().default(3) });

    expect((await generate(answer("{}"), schemaOf(schema))).answer.output).toEqual({ size: 3 });
  });

  test("plain JSON Schema is sent, and the value is parsed but not validated", async () => {
    const schema: JsonObject = { type: "object", properties: { a: { type: "string" } } };
    const { clock, chain } = harness();
    const target = scripted(clock, [answer('{"a":1}')]);

    const result = await finish(clock, chain([target]).generate(schemaOf(schema)));

    expect(result).toMatchObject({ output: { a: 1 }, validated: false });
    expect(target.calls[0]?.request.output).toEqual({ type: "json", name: "answer", schema });
  });

  test.each<readonly [string, (value: unknown) => Validation<unknown> | Promise<Validation<unknown>>, unknown]>([
    ["accepts", (value) => ({ ok: true, value: { seen: value } }), { seen: 1 }],
    ["accepts later", async (value) => ({ ok: true, value }), 1],
    ["refuses", () => ({ ok: false, issues: ["no"] }), undefined],
    [
      "throws",
      () => {
        throw new Error("check bug");
      },
      undefined,
    ],
    ["rejects", async () => Promise.reject(new Error("check bug")), undefined],
  ])("{ schema, validate } decides: a check that %s", async (_name, validate, output) => {
    const request = schemaOf({ schema: { type: "number" }, validate });
    const { clock, chain } = harness();

    const call = chain([scripted(clock, [answer("1")])]).generate(request);
    const seen = await finish(clock, call).catch(() => undefined);

    expect(seen?.output).toEqual(output);
    expect(seen?.validated).toBe(output === undefined ? undefined : true);
  });

  test.each<readonly [string, unknown, string]>([
    ["a string", "object", "output.schema is not a schema"],
    ["null", null, "output.schema is not a schema"],
    ["a Standard Schema without JSON Schema", standard({}), "cannot give JSON Schema"],
    [
      "a schema whose JSON Schema throws",
      standard({
        jsonSchema: {
          input: () => {
            throw new Error("dates have no JSON form");
          },
        },
      }),
      "dates have no JSON form",
    ],
    ["a zod schema of something JSON cannot hold", z.date(), "no JSON Schema form"],
  ])("%s is named before anything is sent", async (_name, schema, problem) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    const request = schemaOf(schema as SchemaInput);

    const { error, calls } = await refuse(answer("1"), request);

    expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining(problem) });
    expect(calls).toBe(0);
  });

  test("schemas that are functions, as ArkType's, are schemas", async () => {
    const schema = Object.assign(() => undefined, standard({ jsonSchema: { input: () => ({ type: "number" }) } }));

    expect((await generate(answer("1"), schemaOf(schema))).answer).toMatchObject({ output: 1, validated: true });
  });
});

describe("tool calls", () => {
  const tool: Tool = { name: "delete_files", inputSchema: z.object({ path: z.string() }) };
  const tools = ask({ tools: [tool] });

  test("a fitting call is offered, and the message carries it", async () => {
    const { answer: result } = await generate(calling({}), tools);

    expect(result).toMatchObject({
      toolCalls: [{ toolCallId: "call_1", input: { path: "/tmp/a" } }],
      invalidToolCalls: [],
      message: { role: "assistant", content: [{ type: "tool-call" }] },
    });
  });

  test.each<readonly [string, Parameters<typeof wholeToolCall>[0], RegExp]>([
    ["arguments that are not JSON", { input: {}, inputText: "{oops" }, /not JSON/],
    ["arguments that are nested too deep", { input: {}, inputText: "[".repeat(2_000) }, /too many levels/],
    ["a number beyond 2^53", { input: {}, inputText: '{"path":9007199254740993}' }, /JavaScript cannot hold/],
    ["arguments against the schema", { input: { path: 5 } }, /do not fit/],
    ["an unknown tool", { toolName: "format_disk" }, /no tool of this name/],
  ])("R5.9 %s: the call is in `invalidToolCalls` alone, and others are kept", async (_name, call, reason) => {
    const both = sequence(wholeToolCall({}), wholeToolCall({ toolCallId: "call_2", ...call }), read(end("tool-calls")));

    const { answer: result, calls } = await generate(both, tools);

    expect(result.toolCalls.map((part) => part.toolCallId)).toEqual(["call_1"]);
    expect(result.invalidToolCalls).toMatchObject([{ reason: expect.stringMatching(reason) }]);
    expect(result.finishReason).toBe("tool-calls");
    expect(calls).toBe(1);
  });

  test("MS-05 R4.7 an unusable call is not released: it ends as invalid, with the reason", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [calling({ input: {}, inputText: '{"path":"/"' })]);

    const stream = await finish(clock, chain([target]).stream(tools));
    const { events } = await collect(clock, stream);

    expect(types(events)).toEqual(["start", "tool-call-start", "tool-call-delta", "tool-call-invalid", "finish"]);
    const { invalidToolCalls } = await stream.result;
    expect(invalidToolCalls).toMatchObject([{ reason: expect.stringMatching(/not JSON/) }]);
    expect(events[3]).toEqual({ type: "tool-call-invalid", id: "p1", ...invalidToolCalls[0] });
  });

  test.each<readonly [string, Parameters<typeof wholeToolCall>[0]]>([
    ["half arguments", { input: {}, inputText: '{"path":"/t' }],
    ["no arguments at all", { input: {} }],
    ["whole arguments", { input: { path: "/tmp" } }],
  ])("R5.9 a call of an answer at the token limit is not released, with %s", async (_name, call) => {
    const { answer: result } = await generate(calling(call, "length"), tools);

    expect(result.finishReason).toBe("length");
    expect(result.toolCalls).toEqual([]);
    expect(result.invalidToolCalls).toMatchObject([{ reason: "the answer was cut by the token limit" }]);
  });

  test.each(["refusal", "content-filter", "pause", "other"] as const)(
    "a whole call is released only behind an end that means complete, and %s does not",
    async (finishReason) => {
      const { answer: result } = await generate(
        sequence(wholeText("Let me"), wholeToolCall({}), read(end(finishReason))),
        tools,
      );

      expect(result).toMatchObject({ finishReason, text: "Let me", toolCalls: [] });
      expect(result.invalidToolCalls).toMatchObject([{ part: { toolCallId: "call_1" } }]);
    },
  );

  test("a tool without a schema takes any arguments", async () => {
    const { answer: result } = await generate(
      calling({ input: { anything: 1 } }),
      ask({ tools: [{ name: "delete_files" }] }),
    );

    expect(result.toolCalls).toHaveLength(1);
  });

  test("the input is what the model wrote, not what a transforming schema makes of it", async () => {
    const parsed = z.object({ path: z.string().transform((path) => path.length) });

    const { answer: result } = await generate(
      calling({}),
      ask({ tools: [{ name: "delete_files", inputSchema: parsed }] }),
    );

    expect(result.toolCalls[0]?.input).toEqual({ path: "/tmp/a" });
  });

  test("an inputSchema that describes no object is named before anything is sent", async () => {
    const { error } = await refuse(answer("x"), ask({ tools: [{ name: "a", inputSchema: z.string() }] }));

    expect(error).toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining("tools[0].inputSchema must describe an object"),
    });
  });

  test("many calls of one answer are judged together", async () => {
    const many = sequence(
      ...Array.from({ length: 500 }, (_, index) => wholeToolCall({ toolCallId: `call_${index}` })),
      read(end("tool-calls")),
    );

    expect((await generate(many, tools)).answer.toolCalls).toHaveLength(500);
  });
});

describe("the message of an answer", () => {
  test("keeps its parts in the order in which they began, with origin only where it is needed", async () => {
    const signed = reading((id) => [
      { type: "reasoning-start", id },
      { type: "reasoning-delta", id, delta: "Hmm" },
      { type: "reasoning-end", id, part: { type: "reasoning", text: "Hmm", opaque: { signature: "s" } } },
    ]);
    const block = reading((id) => [{ type: "opaque", id, part: { type: "opaque", kind: "x", data: 1 } }]);
    const origin = { vendor: "alpha", model: "one", endpoint: "alpha.test" };

    const { answer: result } = await generate(sequence(signed, wholeText("Hello"), block, read(end())), ask({}));

    expect(result.message.content).toEqual([
      { type: "reasoning", text: "Hmm", opaque: { signature: "s" }, origin },
      { type: "text", text: "Hello" },
      { type: "opaque", kind: "x", data: 1, origin },
    ]);
  });

  test("parts may be open side by side", async () => {
    expect((await generate(mixed, ask({}))).answer.text).toBe("AB");
  });

  test("is plain JSON: storing and loading it changes nothing", async () => {
    const { answer: result } = await generate(sequence(someReasoning("Hmm"), wholeText("Hello"), read(end())), ask({}));

    expect(JSON.parse(JSON.stringify(result.message))).toEqual(result.message);
  });

  test("pushed back into the history it reaches its own origin whole", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(someReasoning("Hmm"), wholeText("Hello"), read(end())), answer("Again")]);
    const built = chain([target]);

    const first = await finish(clock, built.generate("Hi"));
    await finish(
      clock,
      built.generate({ messages: [{ role: "user", content: "Hi" }, first.message, { role: "user", content: "And?" }] }),
    );

    expect(target.calls[1]?.request.messages[1]?.content).toEqual(first.message.content);
  });
});

/** A Standard Schema that accepts everything. */
function standard(more: Partial<StandardSchema["~standard"]>): StandardSchema {
  const validate = vi.fn<StandardSchema["~standard"]["validate"]>((value) => ({ value }));
  return { "~standard": { version: 1, vendor: "test", validate, ...more } };
}

/** A tool call as the whole answer. */
function calling(call: Parameters<typeof wholeToolCall>[0], reason: Parameters<typeof end>[0] = "tool-calls"): Script {
  return sequence(wholeToolCall(call), read(end(reason)));
}

const mixed: Script = (call) => {
  const [first, second] = [call.context.newId(), call.context.newId()];
  return [
    read({ type: "text-start", id: first }, { type: "text-start", id: second }),
    read({ type: "text-delta", id: second, delta: "B" }, { type: "text-delta", id: first, delta: "A" }),
    read({ type: "text-end", id: second, part: { type: "text", text: "B" } }),
    read({ type: "text-end", id: first, part: { type: "text", text: "A" } }, end()),
  ];
};

const empty = (details: Partial<Extract<StreamPart, { type: "end" }>>): Script => [
  read({ type: "end", finishReason: "stop", rawFinishReason: "stop", ...details }),
];

const ending = (text: string, finishReason: "stop" | "other"): Script =>
  sequence(wholeText(text), read({ type: "end", finishReason, rawFinishReason: "eos" }));

describe("what looks empty", () => {
  test.each<readonly [string, Script, Partial<Request>]>([
    ["one of the caller's stop sequences ended it", empty({ stopSequence: true }), { stop: ["END"] }],
    ["the wire does not tell what stopped it and the caller gave a stop sequence", empty({}), { stop: ["END"] }],
    ["the reader met content that it does not know", empty({ unknownContent: true }), {}],
  ])("is an answer when %s", async (_name, script, options) => {
    const { answer: result, calls } = await generate(script, ask(options));

    expect([result.text, result.finishReason, calls]).toEqual(["", "stop", 1]);
  });

  test.each<readonly [string, Script, Partial<Request>]>([
    ["nothing was to stop it", empty({}), {}],
    ["the wire says that it stopped by itself", empty({ stopSequence: false }), { stop: ["END"] }],
  ])("is a failure when %s", async (_name, script, options) => {
    expect((await refuse(script, ask(options))).error.code).toBe("empty-output");
  });
});

describe("JSON that was asked for", () => {
  const json = ask({ output: { type: "json" } });

  test("is parsed behind an end that nobody knows", async () => {
    expect((await generate(ending('{"a":1}', "other"), json)).answer.output).toEqual({ a: 1 });
  });

  test.each([
    ["{", "the text is not JSON"],
    ['{"id":9007199254740993}', "the text holds a number that JavaScript cannot hold"],
    ['{"x":1e999}', "the text holds a number that JavaScript cannot hold"],
  ])("R5.11 is refused with its reason: %s", async (text, reason) => {
    const { error } = await refuse(ending(text, "stop"), json);

    expect(error.code).toBe("invalid-output");
    expect(error.message).toContain(reason);
  });

  test("may hold large numbers that are written as such", async () => {
    expect(
      (await generate(ending('{"mole":6.02214076e23,"s":"12345678901234567890"}', "stop"), json)).answer.output,
    ).toEqual({ mole: 6.02214076e23, s: "12345678901234567890" });
  });
});

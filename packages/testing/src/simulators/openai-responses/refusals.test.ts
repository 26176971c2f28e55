import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startOpenAI } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startOpenAI({ organization: "org-home" });
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "gpt-5.6-terra", input: [user] };
const tool = { type: "function", name: "add", parameters: { type: "object", properties: {} }, strict: false };
const call = { type: "function_call", call_id: "call_1", name: "add", arguments: "{}" };
const output = { type: "function_call_output", call_id: "call_1", output: "2" };
const strictSchema = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };

function nested(levels: number): object {
  const inner = levels === 1 ? {} : { a: nested(levels - 1) };
  return { type: "object", properties: inner, required: Object.keys(inner), additionalProperties: false };
}

function toolOf(parameters: object, strict = false): object {
  return { ...good, tools: [{ ...tool, parameters, strict }] };
}

function twice<Item>(item: Item): Item[] {
  return [item, item];
}

/** Nodes that may not stand in an enforced schema, and what the vendor says of them. */
const nodes: readonly (readonly [what: string, node: object, words: string])[] = [
  ["without a type", { description: "anything" }, "schema must have a 'type' key"],
  ["of constants without a type", { enum: ["a", 1] }, "schema must have a 'type' key"],
  ["of an array without items", { type: "array" }, "array schema missing items"],
  ["of a tuple", { type: "array", prefixItems: [{ type: "string" }], items: false }, "is not permitted"],
  ["of several at once", { type: "object", allOf: [] }, "'allOf' is not permitted"],
  ["with a look ahead", { type: "string", pattern: "^(?!0000)\\d{4}$" }, "regex lookaround is not supported"],
  ["with a look behind", { type: "string", pattern: "(?<=a)b" }, "regex lookaround is not supported"],
];

async function ask(body: object, url = vendor.url) {
  const response = await fetch(`${url}/responses`, {
    method: "POST",
    headers: { authorization: "Bearer key" },
    body: JSON.stringify(body),
  });
  const parsed = JSON.parse(await response.text());
  return { status: response.status, body: parsed, ...parsed.error };
}

test.each<[title: string, body: object, refusal: object]>([
  ["a missing model", { input: "Hi" }, { param: "model", code: "missing_required_parameter" }],
  ["a missing input", { model: "gpt-4.1" }, { message: expect.stringContaining("must be provided") }],
  ["a parameter that does not exist", { ...good, stop: ["x"] }, { param: "stop", code: "unknown_parameter" }],
  ["a role of another vendor", { ...good, input: [{ role: "model", content: "Hi" }] }, { code: "invalid_value" }],
  [
    "input text in an assistant message",
    { ...good, input: [user, { role: "assistant", content: [{ type: "input_text", text: "Hi" }] }] },
    { param: "input[1].content[0]", code: "invalid_value" },
  ],
  [
    "a call without its output",
    { ...good, input: [user, call] },
    { message: "No tool output found for function call call_1." },
  ],
  [
    "an output without its call",
    { ...good, input: [user, output] },
    { message: "No tool call found for function call output with call_id call_1." },
  ],
  [
    "a call id that is too long",
    { ...good, input: [user, { ...call, call_id: "x".repeat(65) }, output] },
    { param: "input[1].call_id", code: "string_above_max_length" },
  ],
  [
    "an item id of another vendor",
    { ...good, input: [user, { ...call, id: "toolu_1" }, output] },
    { message: expect.stringContaining("Expected an ID that begins with 'fc'") },
  ],
  [
    "reasoning without the item that followed it",
    { ...good, input: [{ type: "reasoning", id: "rs_1", summary: [] }, user] },
    { message: expect.stringContaining("without its required following item") },
  ],
  ["the tool shape of Chat", { ...good, tools: [{ type: "function", function: tool }] }, { param: "tools[0].name" }],
  ["a tool name with a dot", { ...good, tools: [{ ...tool, name: "a.b" }] }, { param: "tools[0].name" }],
  [
    "a strict tool with an optional property",
    { ...good, tools: [{ ...tool, strict: true, parameters: strictSchema }] },
    { param: "tools[0].parameters", code: "invalid_function_parameters" },
  ],
  ["a tool choice without tools", { ...good, tool_choice: "required" }, { param: "tool_choice" }],
  [
    "a word of another vendor as tool choice",
    { ...good, tools: [tool], tool_choice: "any" },
    { code: "invalid_value" },
  ],
  [
    "a tool choice that was not declared",
    { ...good, tools: [tool], tool_choice: { type: "function", name: "sub" } },
    { message: "Tool choice 'sub' not found in 'tools' parameter." },
  ],
  [
    "a name of a tool that is nothing but its type",
    { ...good, tools: [{ type: "shell", name: "shell" }] },
    { param: "tools[0].name", code: "unknown_parameter" },
  ],
  [
    "a name in the choice of such a tool",
    { ...good, tools: [{ type: "apply_patch" }], tool_choice: { type: "apply_patch", name: "patch" } },
    { param: "tool_choice.name", code: "unknown_parameter" },
  ],
  ["sampling on a reasoning model", { ...good, model: "gpt-5", temperature: 0.2 }, { param: "temperature" }],
  [
    "reasoning on a plain model",
    { ...good, model: "gpt-4.1", reasoning: { effort: "low" } },
    { code: "unsupported_parameter" },
  ],
  [
    "a reasoning summary on a plain model",
    { ...good, model: "gpt-4.1", reasoning: { summary: "auto" } },
    { code: "unsupported_parameter", param: "reasoning.summary" },
  ],
  ["log probabilities on a reasoning model", { ...good, model: "gpt-5", top_logprobs: 2 }, { param: "top_logprobs" }],
  ["a word of no verbosity", { ...good, text: { verbosity: "chatty" } }, { param: "text.verbosity" }],
  [
    "an output that is too long",
    { ...good, input: [user, call, { ...output, output: "x".repeat(10_485_761) }] },
    { param: "input[2].output", code: "string_above_max_length" },
  ],
  [
    "a strict schema of more than ten levels",
    { ...good, text: { format: { type: "json_schema", name: "a", strict: true, schema: nested(11) } } },
    { code: "invalid_json_schema", message: expect.stringContaining("11 levels of nesting") },
  ],
  ["an effort the model does not know", { ...good, reasoning: { effort: "minimal" } }, { code: "unsupported_value" }],
  ["too few output tokens", { ...good, max_output_tokens: 4 }, { code: "integer_below_min_value" }],
  ["JSON mode without the word", { ...good, text: { format: { type: "json_object" } } }, { param: "input" }],
  [
    "a strict schema with an optional property",
    { ...good, text: { format: { type: "json_schema", name: "a", strict: true, schema: strictSchema } } },
    { param: "text.format.schema", code: "invalid_json_schema" },
  ],
  [
    "an image as an object",
    { ...good, input: [{ role: "user", content: [{ type: "input_image", image_url: { url: "https://a.b/c.png" } }] }] },
    { code: "invalid_type" },
  ],
  ...nodes.flatMap(([what, a, words]): [string, object, object][] => {
    const schema = { type: "object", properties: { a }, required: ["a"], additionalProperties: false };
    const format = { type: "json_schema", name: "x", strict: true, schema };
    const message = expect.stringContaining(words);
    return [
      [`a strict tool with a node ${what}`, toolOf(schema, true), { code: "invalid_function_parameters", message }],
      [`a strict format with a node ${what}`, { ...good, text: { format } }, { code: "invalid_json_schema", message }],
    ];
  }),
  ["a tool without properties", toolOf({ type: "object" }), { code: "invalid_function_parameters" }],
  [
    "a tool with an array without items",
    toolOf({ type: "object", properties: { a: { type: "array" } } }),
    { message: expect.stringContaining("In context=('properties', 'a'), array schema missing items") },
  ],
  [
    "a tool with an object without properties",
    toolOf({ type: "object", properties: { a: { type: "object" } } }),
    { message: expect.stringContaining("object schema missing properties") },
  ],
  ...["anyOf", "oneOf", "allOf", "enum", "not"].map((keyword): [string, object, object] => [
    `a tool with '${keyword}' at its root`,
    toolOf({ type: "object", properties: {}, [keyword]: [] }),
    { code: "invalid_function_parameters", message: expect.stringContaining("at the top level") },
  ]),
  [
    "an item that comes twice",
    { ...good, input: [user, ...twice({ type: "message", role: "assistant", id: "msg_1", content: [] })] },
    { message: expect.stringContaining("Duplicate item found with id msg_1") },
  ],
  [
    "a call that comes twice",
    { ...good, input: [user, ...twice(call), output] },
    { message: expect.stringContaining("call_1") },
  ],
  [
    "more output than the model writes",
    { ...good, model: "gpt-4o", max_output_tokens: 32_000 },
    { param: "max_output_tokens", message: expect.stringContaining("<= 16384, but got 32000") },
  ],
])("refuses %s", async (_title, body, refusal) => {
  const answered = await ask(body);

  expect(answered).toMatchObject({ status: 400, type: "invalid_request_error", ...refusal });
});

test("takes a strict schema of ten levels", async () => {
  const format = { type: "json_schema", name: "a", strict: true, schema: nested(10) };

  expect((await ask({ ...good, text: { format } })).status).toBe(200);
});

test("keeps reasoning and the item after it together", async () => {
  vendor.script([{ answer: { reasoning: "I add.", toolCalls: [{ name: "add", id: "call_1" }] } }]);
  const first = await ask({ ...good, tools: [tool] });
  const [reasoning, made] = first.body.output;

  const whole = await ask({ ...good, input: [user, reasoning, made, output] });
  const stripped = await ask({ ...good, input: [user, made, output] });
  const anonymous = await ask({ ...good, input: [user, { ...made, id: undefined }, output] });

  expect(whole.status).toBe(200);
  expect(stripped.message).toContain("without its required 'reasoning' item");
  expect(anonymous.status).toBe(200);
});

test("takes encrypted reasoning of its own organization only", async () => {
  await using sibling = await startOpenAI({ organization: "org-home" });
  await using stranger = await startOpenAI({ organization: "org-away" });
  vendor.script([{ answer: { reasoning: "Hm.", text: "Hello" } }]);
  const input = [user, ...(await ask(good)).body.output, user];

  expect((await ask({ ...good, input }, sibling.url)).status).toBe(200);
  expect(await ask({ ...good, input }, stranger.url)).toMatchObject({ status: 400, code: "invalid_encrypted_content" });
});

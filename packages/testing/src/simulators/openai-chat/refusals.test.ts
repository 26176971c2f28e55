import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startOpenAIChat } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startOpenAIChat();
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "gpt-4.1", messages: [user] };
const tool = { type: "function", function: { name: "add", parameters: { type: "object", properties: {} } } };
const call = { id: "call_1", type: "function", function: { name: "add", arguments: "{}" } };
const asked = { role: "assistant", content: null, tool_calls: [call] };
const answered = { role: "tool", tool_call_id: "call_1", content: "2" };

function pairs(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "value"]));
}

async function ask(body: object, url = vendor.url) {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer key" },
    body: JSON.stringify(body),
  });
  const parsed = JSON.parse(await response.text());
  return { status: response.status, body: parsed, ...parsed.error };
}

test.each<[title: string, body: object, refusal: object]>([
  ["an empty list of messages", { ...good, messages: [] }, { param: "messages", code: "empty_array" }],
  ["a parameter that does not exist", { ...good, thinking: {} }, { param: "thinking", code: "unknown_parameter" }],
  ["a role of another vendor", { ...good, messages: [{ role: "model", content: "Hi" }] }, { code: "invalid_value" }],
  ["a user message without content", { ...good, messages: [{ role: "user", content: null }] }, { message: /got null/ }],
  ["a call without its answer", { ...good, messages: [user, asked, user] }, { message: /call_1/ }],
  ["an answer without its call", { ...good, messages: [user, answered] }, { message: /preceeding message/ }],
  [
    "a picture in a tool message",
    {
      ...good,
      messages: [user, asked, { ...answered, content: [{ type: "image_url", image_url: { url: "https://a.b" } }] }],
    },
    { message: /only allowed for messages with role 'user'/ },
  ],
  [
    "the tool shape of Responses",
    { ...good, tools: [{ type: "function", name: "add" }] },
    { param: "tools[0].function" },
  ],
  ["an empty list of tools", { ...good, tools: [] }, { param: "tools", code: "empty_array" }],
  ["a tool choice without tools", { ...good, tool_choice: "auto" }, { param: "tool_choice" }],
  ["max_tokens on a reasoning model", { ...good, model: "gpt-5", max_tokens: 9 }, { code: "unsupported_parameter" }],
  ["stop on a reasoning model", { ...good, model: "o4-mini", stop: ["x"] }, { param: "stop" }],
  [
    "tools on a model that has them on Responses only",
    { ...good, model: "gpt-6-astra", tools: [tool] },
    { param: "tools" },
  ],
  ["log probabilities on a reasoning model", { ...good, model: "gpt-5", logprobs: true }, { param: "logprobs" }],
  ["a word of no verbosity", { ...good, model: "gpt-5", verbosity: "chatty" }, { param: "verbosity" }],
  ["too many pairs of metadata", { ...good, metadata: pairs(17) }, { code: "object_above_max_properties" }],
  [
    "an end-user id that is too long",
    { ...good, safety_identifier: "x".repeat(65) },
    { code: "string_above_max_length" },
  ],
  ["stream options without a stream", { ...good, stream_options: {} }, { param: "stream_options" }],
  [
    "a file that is not a PDF",
    {
      ...good,
      messages: [{ role: "user", content: [{ type: "file", file: { file_data: "data:text/csv;base64,AAAA" } }] }],
    },
    { message: /application\/pdf MIME type/, code: "invalid_value" },
  ],
  [
    "a union as a tool's input",
    {
      ...good,
      tools: [{ type: "function", function: { name: "add", parameters: { type: "object", anyOf: [{}, {}] } } }],
    },
    { message: /at the top level/, code: "invalid_function_parameters" },
  ],
  ["JSON mode without the word", { ...good, response_format: { type: "json_object" } }, { param: "messages" }],
])("refuses %s", async (_title, body, refusal) => {
  const { message, ...fields } = { message: /./, ...refusal };

  const refused = await ask(body);

  expect(refused).toMatchObject({ status: 400, type: "invalid_request_error", ...fields });
  expect(refused.message).toMatch(message);
});

test("takes tools on a hybrid model only while it does not reason", async () => {
  const request = { ...good, model: "gpt-6-sol", tools: [tool] };

  expect((await ask(request)).status).toBe(400);
  expect((await ask({ ...request, reasoning_effort: "none" })).status).toBe(200);
});

test("a compatible server knows the old name of the output limit only, and no model rules", async () => {
  await using compatible = await startOpenAIChat({ compatible: true });

  expect((await ask({ ...good, model: "gpt-5", max_tokens: 9, extra: 1 }, compatible.url)).status).toBe(200);
  expect((await ask({ ...good, max_completion_tokens: 9 }, compatible.url)).param).toBe("max_completion_tokens");
});

const again = (text: string) => [
  user,
  { ...asked, tool_calls: [{ ...call, function: { name: "add", arguments: text } }] },
  answered,
];

test("a compatible server may refuse fields and JSON with a schema, and takes nothing but objects for arguments", async () => {
  await using compatible = await startOpenAIChat({
    compatible: { refusedFields: ["stream_options"], jsonSchema: false },
  });
  const schema = { type: "json_schema", json_schema: { name: "a", schema: {} } };
  const field = await ask({ ...good, stream: true, stream_options: {} }, compatible.url);
  const format = await ask({ ...good, response_format: schema }, compatible.url);
  const statuses = ["{}", "null", "[]", '"{}"', " ", "{"].map((text) =>
    ask({ ...good, messages: again(text) }, compatible.url),
  );

  expect(field).toMatchObject({
    status: 422,
    body: { object: "error", message: { detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"] }] } },
  });
  expect(format).toMatchObject({ status: 400, param: "response_format" });
  expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 400]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startMistral } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startMistral();
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "mistral-small-latest", messages: [user] };
const parameters = { type: "object", properties: {} };
const tool = { type: "function", function: { name: "add", parameters } };
const call = { id: "aB3dE6gH9", type: "function", function: { name: "add", arguments: "{}" }, index: 0 };
const asked = { role: "assistant", content: "", tool_calls: [call] };
const answered = { role: "tool", tool_call_id: "aB3dE6gH9", content: "2", name: "add" };

async function ask(body: object, path = "/v1/chat/completions", key = "key") {
  const response = await fetch(vendor.url.replace(/\/v1$/, "") + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  const parsed = JSON.parse(await response.text());
  return { status: response.status, body: parsed, message: parsed.message };
}

test.each<[title: string, body: object, loc: readonly unknown[], type: string]>([
  ["a request without messages", { model: good.model }, ["messages"], "missing"],
  ["stream options", { ...good, stream: true, stream_options: {} }, ["stream_options"], "extra_forbidden"],
  ["a seed by its usual name", { ...good, seed: 1 }, ["seed"], "extra_forbidden"],
  ["a user's id", { ...good, user: "u1" }, ["user"], "extra_forbidden"],
  ["the newer output limit", { ...good, max_completion_tokens: 9 }, ["max_completion_tokens"], "extra_forbidden"],
  ["a temperature above its range", { ...good, temperature: 1.6 }, ["temperature"], "less_than_equal"],
  ["a negative seed", { ...good, random_seed: -1 }, ["random_seed"], "greater_than_equal"],
  [
    "a role of another vendor",
    { ...good, messages: [{ role: "developer", content: "Hi" }] },
    ["messages", 0],
    "union_tag_invalid",
  ],
  [
    "a name of a user",
    { ...good, messages: [{ ...user, name: "a" }] },
    ["messages", 0, "user", "name"],
    "extra_forbidden",
  ],
  [
    "reasoning in a field",
    { ...good, messages: [user, { role: "assistant", content: "a", reasoning_content: "b" }, user] },
    ["messages", 1, "assistant", "reasoning_content"],
    "extra_forbidden",
  ],
  [
    "a file of another vendor's form",
    { ...good, messages: [{ role: "user", content: [{ type: "file", file: { file_id: "a" } }] }] },
    ["messages", 0, "user", "content", 0, "file", "file_id"],
    "missing",
  ],
  [
    "an image as the system prompt",
    { ...good, messages: [{ role: "system", content: [{ type: "image_url", image_url: "https://a.b" }] }, user] },
    ["messages", 0, "system", "content", 0],
    "union_tag_invalid",
  ],
  [
    "a call with a field that it does not know",
    { ...good, messages: [user, { ...asked, tool_calls: [{ ...call, name: "add" }] }, answered] },
    ["messages", 1, "assistant", "tool_calls", 0, "name"],
    "extra_forbidden",
  ],
  ["a flat tool", { ...good, tools: [{ type: "function", name: "add" }] }, ["tools", 0, "name"], "extra_forbidden"],
  [
    "a tool without parameters",
    { ...good, tools: [{ function: { name: "add" } }] },
    ["tools", 0, "function", "parameters"],
    "missing",
  ],
  ["a word of no choice", { ...good, tools: [tool], tool_choice: "must" }, ["tool_choice"], "enum"],
  [
    "a schema without a name",
    { ...good, response_format: { type: "json_schema", json_schema: { schema: {} } } },
    ["response_format", "json_schema", "name"],
    "missing",
  ],
])("refuses %s where it stands", async (_title, body, loc, type) => {
  const refused = await ask(body);

  expect(refused).toMatchObject({ status: 422, message: { detail: [{ type, loc: ["body", ...loc] }] } });
});

test.each<[title: string, body: object, code: string, message: RegExp]>([
  ["an unknown model", { ...good, model: "no-such-model" }, "1500", /^Invalid model: no-such-model$/],
  [
    "an answer at the end",
    { ...good, messages: [user, { role: "assistant", content: "Su" }] },
    "3230",
    /^Expected last role/,
  ],
  [
    "a question after results",
    { ...good, messages: [user, asked, answered, user] },
    "3230",
    /^Unexpected role 'user' after role 'tool'$/,
  ],
  [
    "results after a question",
    { ...good, messages: [user, answered] },
    "3230",
    /^Unexpected role 'tool' after role 'user'$/,
  ],
  [
    "a call without its result",
    { ...good, messages: [user, { ...asked, tool_calls: [call, { ...call, id: "zzzzzzzzz" }] }, answered] },
    "3230",
    /^Not the same number/,
  ],
  [
    "a result without its call",
    { ...good, messages: [user, asked, answered, { ...answered, tool_call_id: "zzzzzzzzz" }] },
    "3230",
    /^Unexpected tool call id/,
  ],
  [
    "an id of another vendor",
    {
      ...good,
      messages: [user, { ...asked, tool_calls: [{ ...call, id: "call_1" }] }, { ...answered, tool_call_id: "call_1" }],
    },
    "3280",
    /^Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9\.$/,
  ],
  [
    "a name with a dot",
    { ...good, tools: [{ function: { name: "a.b", parameters } }] },
    "3280",
    /^Function name was a\.b/,
  ],
  [
    "an effort that a model lacks",
    { ...good, reasoning_effort: "low" },
    "3051",
    /^reasoning_effort='low' is not supported/,
  ],
  [
    "any effort of a plain model",
    { ...good, model: "mistral-large-latest", reasoning_effort: "none" },
    "3051",
    /not supported/,
  ],
  ["a prompt mode", { ...good, prompt_mode: "reasoning" }, "3051", /^Reasoning prompt mode is not enabled/],
  ["JSON mode without the word", { ...good, response_format: { type: "json_object" } }, "3051", /must ask for JSON/],
  [
    "more than 128 tools",
    { ...good, tools: Array.from({ length: 129 }, (_, index) => ({ function: { name: `f${index}`, parameters } })) },
    "3051",
    /At most 128 tools/,
  ],
])("refuses %s in the vendor's words", async (_title, body, code, message) => {
  const refused = await ask(body);

  expect(refused).toMatchObject({ status: 400, body: { object: "error", code, raw_status_code: 400 } });
  expect(refused.message).toMatch(message);
});

test("says of a bad key and a wrong path what stands before the model says", async () => {
  expect(await ask(good, "/v1/chat/completions", "bad-key")).toMatchObject({
    status: 401,
    body: { detail: "Invalid API Key" },
  });
  expect(await ask(good, "/chat/completions")).toMatchObject({
    status: 404,
    message: "no Route matched with those values",
  });
});

test("takes a tool loop, a bridged question, an answer to go on with, and arguments as an object", async () => {
  const begun = { role: "assistant", content: "Su", prefix: true };
  const whole = { ...asked, tool_calls: [{ ...call, function: { name: "add", arguments: {} } }] };

  const statuses = [
    [user, asked, answered],
    [user, asked, answered, { role: "assistant", content: "Noted." }, user],
    [user, begun],
    [user, whole, answered],
  ].map((messages) => ask({ ...good, messages, tools: [tool] }));

  expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("shows thinking as chunks of the content, and only while the model thinks", async () => {
  vendor.script([{ answer: { reasoning: "Hm.", text: "Hello" } }, { answer: { reasoning: "Hm.", text: "Hello" } }]);

  const thinking = await ask({ ...good, reasoning_effort: "high" });
  const silent = await ask(good);

  expect(thinking.body.choices[0].message.content).toMatchObject([
    { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
    { type: "text", text: "Hello" },
  ]);
  expect(silent.body.choices[0].message.content).toBe("Hello");
});

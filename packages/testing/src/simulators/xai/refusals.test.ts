import { afterAll, beforeAll, expect, test } from "vitest";
import { seal } from "../seal.ts";
import type { Vendor } from "../vendor.ts";
import { startXAI } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startXAI({ organization: "team" });
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "grok-4.6", input: [user] };
const parameters = { type: "object", properties: {} };
const tool = { type: "function", name: "add", parameters };
const call = { type: "function_call", call_id: "c1", name: "add", arguments: "{}" };
const result = { type: "function_call_output", call_id: "c1", output: "2" };
const thought = { type: "reasoning", id: "rs_1", summary: [] };

async function ask(body: object | string, path = "/v1/responses", headers = { authorization: "Bearer key" }) {
  const response = await fetch(vendor.url.replace(/\/v1$/, "") + path, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test.each<[title: string, body: object, status: number, error: RegExp]>([
  ["a request without a model", { input: "Hi" }, 422, /missing field `model`/],
  ["a request without input", { model: "grok-4.6" }, 422, /missing field `input`/],
  ["instructions in a field of their own", { ...good, instructions: "Be brief." }, 400, /: instructions$/],
  ["stop sequences", { ...good, stop: ["x"] }, 400, /^Argument not supported on this model: stop$/],
  ["penalties", { ...good, presence_penalty: 1 }, 400, /: presencePenalty$/],
  [
    "an effort that a model lacks",
    { ...good, model: "grok-4.5", reasoning: { effort: "xhigh" } },
    400,
    /reasoningEffort/,
  ],
  [
    "any effort where the name says whether a model reasons",
    { ...good, model: "grok-4.20-reasoning", reasoning: { effort: "high" } },
    400,
    /^Model grok-4\.20-reasoning does not support parameter reasoningEffort\.$/,
  ],
  ["an unknown format", { ...good, text: { format: { type: "xml" } } }, 422, /unknown variant `xml`/],
  ["a format without its schema", { ...good, text: { format: { type: "json_schema" } } }, 422, /`schema`/],
  ["a tool without a name", { ...good, tools: [{ type: "function" }] }, 422, /`name`/],
  ["a tool of another vendor", { ...good, tools: [{ type: "custom", name: "a" }] }, 422, /unknown variant `custom`/],
  ["more than 128 tools", { ...good, tools: Array.from({ length: 129 }, () => tool) }, 400, /^A maximum of 128 tools/],
  [
    "a tool that takes one of two objects",
    { ...good, tools: [{ ...tool, parameters: { type: "object", anyOf: [parameters] } }] },
    400,
    /^add: tool parameter root must be an object type$/,
  ],
  ["a choice that is no function", { ...good, tools: [tool], tool_choice: { type: "function", name: "b" } }, 400, /b/],
  [
    "a message without content",
    { ...good, input: [{ role: "user", content: [] }] },
    400,
    /at least one content element/,
  ],
  [
    "a refusal of an earlier answer",
    { ...good, input: [{ role: "assistant", content: [{ type: "refusal", refusal: "No." }] }] },
    422,
    /ModelInput$/,
  ],
  ["an item of another vendor", { ...good, input: [user, { type: "computer_call", id: "c" }] }, 422, /ModelInput$/],
  [
    "a call of the vendor's own search",
    { ...good, input: [user, { type: "custom_tool_call", id: "c" }] },
    422,
    /ModelInput$/,
  ],
  ["reasoning whose content is null", { ...good, input: [user, { ...thought, content: null }] }, 422, /ModelInput$/],
  [
    "reasoning without a summary",
    { ...good, input: [user, { type: "reasoning", encrypted_content: "e" }] },
    422,
    /ModelInput$/,
  ],
  [
    "reasoning of another team",
    { ...good, input: [user, { ...thought, encrypted_content: seal("others", "grok-4.6", "hm") }] },
    400,
    /^Could not decrypt the provided encrypted_content/,
  ],
  [
    "a file by its own data",
    { ...good, input: [{ role: "user", content: [{ type: "input_file", filename: "a.pdf", file_data: "AAAA" }] }] },
    400,
    /by its URL or by its id/,
  ],
  ["a call without its result", { ...good, input: [user, call] }, 400, /No tool output found/],
  ["a result without its call", { ...good, input: [user, result] }, 400, /No tool call found/],
])("refuses %s", async (_, body, status, error) => {
  const refusal = await ask(body);

  expect(refusal.status).toBe(status);
  expect(refusal.body.error).toMatch(error);
  // What the parser does not understand has no code.
  expect(refusal.body.code).toBe(status === 422 ? undefined : "Client specified an invalid argument");
});

test.each<[title: string, body: object]>([
  ["a text as input", { ...good, input: "Hello" }],
  ["the system as a message", { ...good, input: [{ role: "system", content: "Be brief." }, user] }],
  ["tools of its servers", { ...good, tools: [tool, { type: "web_search" }, { type: "x_search" }, { type: "mcp" }] }],
  ["a call with its result", { ...good, input: [user, call, result] }],
  ["every effort of a model that it does not list", { ...good, model: "grok-9", reasoning: { effort: "xhigh" } }],
  [
    "its own reasoning",
    { ...good, input: [user, { ...thought, encrypted_content: seal("team", "grok-4.6", "hm") }, user] },
  ],
])("takes %s", async (_, body) => {
  expect(await ask(body)).toMatchObject({ status: 200, body: { object: "response", status: "completed" } });
});

test("refuses keys, paths and what is no JSON in its own words", async () => {
  expect(await ask(good, "/v1/responses", { authorization: "Bearer bad-key" })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("Incorrect API key provided") },
  });
  expect(await ask(good, "/v1/responses", { authorization: "" })).toMatchObject({ status: 401 });
  expect(await ask(good, "/responses")).toMatchObject({ status: 404 });
  expect(await ask("{")).toMatchObject({ status: 400, body: { code: "Client specified an invalid argument" } });
  expect(await ask({ ...good, model: "no-such-model" })).toMatchObject({
    status: 404,
    body: { code: "Some requested entity was not found" },
  });
});

test("shows reasoning that nobody asked for, counts it within the output, and pads nothing", async () => {
  vendor.answer({ text: "Hi.", reasoning: ["h", "m"], usage: { inputTokens: 9, outputTokens: 7, reasoningTokens: 4 } });

  const whole = await ask(good);
  const response = await fetch(`${vendor.url}/responses`, {
    method: "POST",
    headers: { authorization: "Bearer key" },
    body: JSON.stringify({ ...good, stream: true }),
  });
  const stream = await response.text();

  expect(whole.body.output[0]).toMatchObject({ type: "reasoning", summary: [{ text: "hm" }] });
  expect(whole.body.usage).toMatchObject({ output_tokens: 7, total_tokens: 16, num_server_side_tools_used: 0 });
  expect(stream).toContain('"type":"response.reasoning_summary_text.delta"');
  expect(stream).not.toContain("obfuscation");
});

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startDeepSeek } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startDeepSeek();
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "deepseek-flash", messages: [user] };
const tool = { type: "function", function: { name: "add", parameters: { type: "object" } } };
const call = { id: "call_1", type: "function", function: { name: "add", arguments: "{}" } };
const asked = { role: "assistant", content: "", reasoning_content: "I add.", tool_calls: [call] };
const answered = { role: "tool", tool_call_id: "call_1", content: "2" };
const off = { thinking: { type: "disabled" } };

async function ask(body: object, path = "/chat/completions") {
  const response = await fetch(vendor.url + path, {
    method: "POST",
    headers: { authorization: "Bearer key" },
    body: JSON.stringify(body),
  });
  const parsed = JSON.parse(await response.text());
  return { status: response.status, body: parsed, message: parsed.error?.message };
}

test.each<[title: string, body: object, message: RegExp]>([
  ["a request without messages", { model: good.model }, /missing field `messages`/],
  ["an empty list of messages", { ...good, messages: [] }, /Empty input messages/],
  [
    "a role of another vendor",
    { ...good, messages: [{ role: "developer", content: "Hi" }] },
    /unknown variant `developer`/,
  ],
  ["an unknown model", { ...good, model: "no-such-model" }, /you passed no-such-model/],
  ["an assistant turn without content", { ...good, messages: [user, { role: "assistant" }, user] }, /must be set/],
  ["a call without its answer", { ...good, messages: [user, asked, user] }, /insufficient tool messages/],
  ["an answer without its call", { ...good, messages: [user, answered] }, /must be a response to a preceding message/],
  [
    "a tool message of parts",
    { ...good, messages: [user, asked, { ...answered, content: [{ type: "text", text: "2" }] }] },
    /expected a string/,
  ],
  [
    "a tool turn without its reasoning",
    { ...good, messages: [user, { ...asked, reasoning_content: undefined }, answered] },
    /Missing `reasoning_content` field in the assistant message at message index 1/,
  ],
  [
    "any assistant turn without reasoning once there are tool turns",
    { ...good, messages: [user, { role: "assistant", content: "Hi" }, user, asked, answered] },
    /message index 1/,
  ],
  ["a forced tool while thinking", { ...good, tools: [tool], tool_choice: "required" }, /Thinking mode/],
  ["a flat tool", { ...good, tools: [{ type: "function", name: "add" }] }, /missing field `function`/],
  ["a JSON schema", { ...good, response_format: { type: "json_schema", json_schema: {} } }, /unavailable now/],
  ["JSON mode without the word", { ...good, response_format: { type: "json_object" } }, /must contain the word 'json'/],
  [
    "a prefix outside of the beta",
    { ...good, messages: [user, { role: "assistant", content: "Sure", prefix: true }] },
    /beta/,
  ],
  [
    "more than 600 images",
    {
      ...good,
      messages: [
        {
          role: "user",
          content: Array.from({ length: 601 }, () => ({ type: "image_url", image_url: { url: "https://a.b/c.png" } })),
        },
      ],
    },
    /At most 600 images/,
  ],
  ["too many output tokens", { ...good, max_tokens: 1_000_000 }, /valid range of max_tokens/],
  ["stream options without a stream", { ...good, stream_options: {} }, /should be set along with stream/],
])("refuses %s", async (_title, body, message) => {
  const refused = await ask(body);

  expect(refused.status).toBe(400);
  expect(refused.message).toMatch(message);
});

test("takes a tool loop with its reasoning, a forced tool without thinking, and a prefix in the beta", async () => {
  const prefix = { ...good, messages: [user, { role: "assistant", content: "Sure", prefix: true }] };

  expect((await ask({ ...good, messages: [user, asked, answered] })).status).toBe(200);
  expect((await ask({ ...good, ...off, tools: [tool], tool_choice: "required" })).status).toBe(200);
  expect((await ask(prefix, "/beta/chat/completions")).status).toBe(200);
});

test("shows reasoning only while thinking", async () => {
  vendor.script([{ answer: { reasoning: "Hm.", text: "Hello" } }, { answer: { reasoning: "Hm.", text: "Hello" } }]);

  const thinking = await ask(good);
  const silent = await ask({ ...good, ...off });

  expect(thinking.body.choices[0].message).toMatchObject({ reasoning_content: "Hm.", content: "Hello" });
  expect(silent.body.choices[0].message).not.toHaveProperty("reasoning_content");
});

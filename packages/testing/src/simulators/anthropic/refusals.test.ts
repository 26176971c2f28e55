import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startAnthropic } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startAnthropic();
});

afterAll(() => vendor.close());

const user = { role: "user", content: "Hello" };
const good = { model: "claude-sonnet-5-5", max_tokens: 64, messages: [user] };
const tool = { name: "add", input_schema: { type: "object" } };
const call = { type: "tool_use", id: "toolu_1", name: "add", input: {} };
const result = { type: "tool_result", tool_use_id: "toolu_1", content: "2" };
const old = { "anthropic-version": "2023-06-01" };

const behindCalls: readonly (readonly [what: string, block: object])[] = [
  ["text", { type: "text", text: "Wait." }],
  ["a hosted tool", { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }],
  ["thinking", { type: "thinking", thinking: "Hm", signature: "c2ln" }],
];

const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "Rain" } };
const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
const code = { type: "server_tool_use", id: "srvtoolu_2", name: "code_execution", input: {} };
const png = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
const keys =
  /^tools\.0\.custom\.input_schema\.properties: Property keys should match pattern '\^\[a-zA-Z0-9_\.-\]\{1,64\}\$'$/;
const draft = /^tools\.0\.custom\.input_schema: JSON schema is invalid\. It must match JSON Schema draft 2020-12/;

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

async function ask(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const response = await fetch(`${vendor.url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "key", "anthropic-version": "2026-10-21", ...headers },
    body: JSON.stringify(body),
  });
  const { error = {} } = JSON.parse(await response.text());
  return { status: response.status, type: error.type ?? "", message: error.message ?? "" };
}

test.each<[title: string, body: object, message: RegExp, headers?: Readonly<Record<string, string>>]>([
  ["a request without max_tokens", { model: good.model, messages: [user] }, /^max_tokens: Field required$/],
  ["a field that does not exist", { ...good, seed: 1 }, /^seed: Extra inputs are not permitted$/],
  ["a beta field without a beta header", { ...good, mcp_servers: [] }, /^mcp_servers: Extra inputs/],
  [
    "the file that a citation named when it came",
    {
      ...good,
      messages: [
        user,
        {
          role: "assistant",
          content: [{ type: "text", text: "A", citations: [{ type: "page_location", file_id: "file_1" }] }],
        },
        user,
      ],
    },
    /^messages\.1\.content\.0\.text\.citations\.0\.page_location\.file_id: Extra inputs are not permitted$/,
  ],
  [
    "a schema for a tool that the vendor defines",
    { ...good, tools: [{ type: "bash_20250124", ...tool }] },
    /^tools\.0\.bash_20250124\.input_schema: Extra inputs are not permitted$/,
  ],
  [
    "a name for a set of tools",
    { ...good, tools: [{ type: "computer_toolset_20260801", name: "computer" }] },
    /^tools\.0\.computer_toolset_20260801\.name: Extra inputs are not permitted$/,
  ],
  [
    "the continuation of an answer behind a finished server tool",
    { ...good, messages: [user, { role: "assistant", content: [search, found, { type: "text", text: "Rain." }] }] },
    /^This model does not support assistant message prefill\./,
  ],
  ["an empty list of messages", { ...good, messages: [] }, /at least one message/],
  ["a role of another vendor", { ...good, messages: [{ role: "tool", content: "2" }] }, /Unexpected role "tool"/],
  ["a system turn at the start", { ...good, messages: [{ role: "system", content: "Be brief." }, user] }, /system/],
  ["an empty user message", { ...good, messages: [{ role: "user", content: "" }] }, /non-empty content/],
  [
    "an empty text block",
    { ...good, messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
    /text content blocks must be non-empty/,
  ],
  [
    "a field of ours in a block",
    { ...good, messages: [{ role: "user", content: [{ type: "text", text: "Hi", origin: {} }] }] },
    /messages\.0\.content\.0\.text\.origin: Extra inputs/,
  ],
  [
    "a tool call without a result in the next message",
    { ...good, messages: [user, { role: "assistant", content: [call] }, user] },
    /ids were found without `tool_result` blocks immediately after: toolu_1/,
  ],
  ...behindCalls.map(([what, block]): [string, object, RegExp] => [
    `${what} behind a tool call`,
    {
      ...good,
      messages: [user, { role: "assistant", content: [call, block] }, { role: "user", content: [result] }],
    },
    /ids were found without `tool_result` blocks immediately after: toolu_1/,
  ]),
  [
    "a tool result without its call",
    { ...good, messages: [{ role: "user", content: [result] }] },
    /unexpected `tool_use_id` found in `tool_result` blocks: toolu_1/,
  ],
  [
    "a tool call id with other characters",
    { ...good, messages: [user, { role: "assistant", content: [{ ...call, id: "call:1" }] }, user] },
    /tool_use\.id: String should match pattern/,
  ],
  [
    "arguments as text",
    { ...good, messages: [user, { role: "assistant", content: [{ ...call, input: "{}" }] }, user] },
    /tool_use\.input: Input should be a valid dictionary/,
  ],
  [
    "a tool result in an assistant message",
    { ...good, messages: [user, { role: "assistant", content: [result] }, user] },
    /`tool_result` blocks can only be in `user` messages/,
  ],
  [
    "a thinking block without a signature",
    { ...good, messages: [user, { role: "assistant", content: [{ type: "thinking", thinking: "Hm" }] }, user] },
    /thinking\.signature: Field required/,
  ],
  ["prefill on a new model", { ...good, messages: [user, { role: "assistant", content: "Sure" }] }, /prefill/],
  [
    "prefill that ends in white space",
    { ...good, model: "claude-sonnet-4-5", messages: [user, { role: "assistant", content: "Sure " }] },
    /trailing whitespace/,
  ],
  ["sampling in the newest version", { ...good, temperature: 0.5 }, /^temperature: Extra inputs/],
  ["sampling on a new model", { ...good, temperature: 0.5 }, /deprecated for this model/, old],
  [
    "two samplers at once",
    { ...good, model: "claude-sonnet-4-5", temperature: 0.5, top_p: 0.9 },
    /cannot both be specified/,
    old,
  ],
  [
    "a budget of thinking on a new model",
    { ...good, thinking: { type: "enabled", budget_tokens: 1024 } },
    /not supported/,
  ],
  [
    "adaptive thinking on an old model",
    { ...good, model: "claude-haiku-4-5", thinking: { type: "adaptive" } },
    /thinking/,
  ],
  [
    "a budget above the output limit",
    { ...good, model: "claude-sonnet-4-5", thinking: { type: "enabled", budget_tokens: 2048 } },
    /`max_tokens` must be greater than `thinking.budget_tokens`/,
  ],
  [
    "an effort the model does not know",
    { ...good, model: "claude-haiku-4-5", output_config: { effort: "low" } },
    /effort/,
  ],
  ["more output than the model gives", { ...good, max_tokens: 200_000 }, /200000 > 128000/],
  ["a tool choice without tools", { ...good, tool_choice: { type: "auto" } }, /while providing tools/],
  [
    "a forced tool on a new model",
    { ...good, tools: [tool], tool_choice: { type: "any" } },
    /not supported for this model/,
  ],
  [
    "a tool that was not declared",
    { ...good, model: "claude-haiku-4-5", tools: [tool], tool_choice: { type: "tool", name: "sub" } },
    /Tool 'sub' not found/,
  ],
  ["a tool name with a dot", { ...good, tools: [{ ...tool, name: "a.b" }] }, /String should match pattern/],
  ["two tools of one name", { ...good, tools: [tool, tool] }, /Tool names must be unique/],
  [
    "the tool shape of another vendor",
    { ...good, tools: [{ type: "function", function: tool }] },
    /Input tag 'function'/,
  ],
  [
    "a schema with a union at the top",
    { ...good, tools: [{ ...tool, input_schema: { type: "object", anyOf: [] } }] },
    /does not support oneOf, allOf, or anyOf/,
  ],
  [
    "a strict schema with an external reference",
    {
      ...good,
      tools: [
        {
          ...tool,
          strict: true,
          input_schema: { type: "object", additionalProperties: false, properties: { a: { $ref: "https://a.b/c" } } },
        },
      ],
    },
    /External reference/,
  ],
  ["half a surrogate pair", { ...good, messages: [{ ...user, content: "Hi \ud83d" }] }, /no low surrogate in string/],
  ["the other half alone", { ...good, messages: [{ ...user, content: "\udc41 \ud83d\udc41" }] }, /no low surrogate/],
  [
    "more messages than there may be",
    { ...good, messages: Array.from({ length: 100_001 }, () => user) },
    /at most 100000 items/,
  ],
  [
    "an image of more than 10 MB",
    {
      ...good,
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(10_485_764) } },
          ],
        },
      ],
    },
    /image exceeds 10 MB maximum/,
  ],
  [
    "an image of an unknown type",
    {
      ...good,
      messages: [
        {
          role: "user",
          content: [{ type: "image", source: { type: "base64", media_type: "image/bmp", data: "AAAA" } }],
        },
      ],
    },
    /media_type: Input should be 'image\/jpeg'/,
  ],
  [
    "a failed result that holds an image",
    failed([{ type: "text", text: "No" }, png]),
    /all content must be type `text`/,
  ],
  ["a failed result that holds a document", failed([pdf()]), /all content must be type `text` if `is_error` is true/],
  ["an empty failed result", failed([]), /tool_result: content cannot be empty if `is_error` is true/],
  ["a failed result without content", failed(undefined), /content cannot be empty if `is_error` is true/],
  [
    "a hosted tool that never got its result",
    conversation([search], [{ type: "text", text: "It rains." }]),
    /^messages\.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block$/,
  ],
  [
    "words behind the results of a turn whose hosted tool waits",
    conversation([search, call], undefined, [result, { type: "text", text: "Go on" }]),
    /`web_search` tool use with id `srvtoolu_1` was found without/,
  ],
  [
    "a search of tools without its result",
    conversation([{ ...search, name: "tool_search_tool_bm25" }], [{ type: "text", text: "None." }]),
    /without a corresponding `tool_search_tool_result` block/,
  ],
  [
    "the result of a hosted tool without its call",
    conversation([found], [{ type: "text", text: "It rains." }]),
    /^messages\.1\.content\.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: srvtoolu_1\. Each/,
  ],
  [
    "a field that a hosted tool's result does not have",
    conversation([search, { ...found, citations: null }], [{ type: "text", text: "It rains." }]),
    /^messages\.1\.content\.1\.web_search_tool_result\.citations: Extra inputs are not permitted$/,
  ],
  ["citations of one document only", asking(pdf(true), pdf()), /citations must be enabled on all or none/],
  [
    "citations of one document only, in two turns",
    {
      ...good,
      messages: [...asking(pdf(true)).messages, { role: "assistant", content: "Yes" }, ...asking(pdf()).messages],
    },
    /citations must be enabled on all or none/,
  ],
  [
    "a text document that is Markdown",
    asking(plain("text/markdown")),
    /text\.media_type: Input should be 'text\/plain'/,
  ],
  ["the address of an image without TLS", asking(linked("http://a.example/b.png")), /Only HTTPS URLs are supported/],
  ["a user id that is an email address", as("jane@example.com"), /user_id appears to contain an email address/],
  ["a user id that is a telephone number", as("+49 170 1234567"), /user_id appears to contain a phone number/],
  ["a user id of more than 256 characters", as("x".repeat(257)), /^metadata\.user_id: String should have at most 256/],
  ["a property key with a dollar sign", takes({ $top: {} }), keys],
  ["a property key with brackets", takes({ "filter[id]": {} }), keys],
  ["a property key of another script", takes({ 都市: {} }), keys],
  ["a bound of draft 4", takes({ a: { type: "number", minimum: 0, exclusiveMinimum: true } }), draft],
  ["a type that draft 2020-12 does not have", takes({ a: { type: "any" } }), draft],
  ["a property that says itself whether it is required", takes({ a: { type: "string", required: true } }), draft],
  ["a list of schemas as items", takes({ a: { type: "array", items: [{ type: "string" }] } }), draft],
  ["an empty union", takes({ a: { anyOf: [] } }), draft],
])("refuses %s", async (_title, body, message, headers) => {
  const answered = await ask(body, headers);

  expect(answered).toMatchObject({ status: 400, type: "invalid_request_error" });
  expect(answered.message).toMatch(message);
});

test.each<[title: string, body: object]>([
  ["a turn whose hosted tool waits for the client's results", conversation([search, call], undefined, [result])],
  [
    "the result of a hosted tool in the turn behind the client's results",
    {
      ...good,
      tools: [tool],
      messages: [
        user,
        { role: "assistant", content: [search, call] },
        { role: "user", content: [result] },
        { role: "assistant", content: [found, { type: "text", text: "It rains." }] },
        user,
      ],
    },
  ],
  ["a paused turn as it came", { ...good, messages: [user, { role: "assistant", content: [search] }] }],
  [
    "calls that a waiting tool makes itself, turn after turn",
    {
      ...good,
      tools: [tool],
      messages: [
        user,
        { role: "assistant", content: [code, called("toolu_1")] },
        { role: "user", content: [result] },
        { role: "assistant", content: [called("toolu_2")] },
        { role: "user", content: [{ ...result, tool_use_id: "toolu_2" }] },
      ],
    },
  ],
  ["citations of all documents, and of none", asking(pdf(true), pdf(true))],
  ["documents that are not cited", asking(pdf(false), pdf())],
  ["a failed result of texts", failed([{ type: "text", text: "Not found" }])],
  ["opaque user ids", as("0b9d4a2e-6d0f-4c67-9f2a-2f1e4b8a7c11")],
  ["user ids that are numbers", as("1234567")],
  ["keys with dots, dashes and digits", takes({ "a.b-c_9": { type: ["string", "null"], minLength: 1 } })],
  ["definitions, constants and schemas that are true", takes({ a: { const: 1 }, b: true, c: { $ref: "#/$defs/d" } })],
])("takes %s", async (_title, body) => {
  expect(await ask(body)).toMatchObject({ status: 200, message: "" });
});

test("takes whole surrogate pairs, escaped or not, and a backslash before what looks like half of one", async () => {
  const content = "\u{1f441} \\ud83d \n";
  const escaped = JSON.stringify({ ...good, messages: [{ role: "user", content }] }).replace(
    "\u{1f441}",
    "\\ud83d\\udc41",
  );
  const response = await fetch(`${vendor.url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "key", "anthropic-version": "2026-10-21" },
    body: escaped,
  });

  expect(response.status).toBe(200);
});

test("refuses a request of more than 32 MB by its size", async () => {
  const content = "x".repeat(32 * 1024 * 1024);

  expect(await ask({ ...good, messages: [{ role: "user", content }] })).toMatchObject({
    status: 413,
    type: "request_too_large",
  });
});

test("refuses a bad key, an unknown model and a missing version in the vendor's words", async () => {
  expect(await ask(good, { "x-api-key": "bad-key" })).toMatchObject({ status: 401, type: "authentication_error" });
  expect(await ask({ ...good, model: "no-such-model" })).toMatchObject({
    status: 404,
    message: "model: no-such-model",
  });
  expect(await ask(good, { "anthropic-version": "1999-01-01" })).toMatchObject({ status: 400 });
});

test("takes a whole tool loop with its own signed thinking, and refuses it once edited", async () => {
  vendor.script([{ answer: { reasoning: "I add.", toolCalls: [{ name: "add", id: "toolu_1" }] } }]);
  const request = { ...good, tools: [tool], thinking: { type: "adaptive", display: "summarized" } };
  const response = await fetch(`${vendor.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: "Bearer key", "anthropic-version": "2026-10-21" },
    body: JSON.stringify(request),
  });
  const { content } = JSON.parse(await response.text());
  const kept = await ask({ ...request, messages: turns(content) });
  const edited = await ask({ ...request, messages: turns([{ ...content[0], thinking: "Edited" }, content[1]]) });

  expect(kept.status).toBe(200);
  expect(edited.message).toContain("cannot be modified");
});

function conversation(
  answer: readonly object[],
  next: readonly object[] | undefined,
  last: readonly object[] = [],
): object {
  const messages = [user, { role: "assistant", content: answer }];
  return {
    ...good,
    tools: [tool],
    messages:
      next === undefined
        ? [...messages, { role: "user", content: last }]
        : [...messages, user, { role: "assistant", content: next }, user],
  };
}

function called(id: string): object {
  return { ...call, id, caller: { type: "code_execution_20260120", tool_id: "srvtoolu_2" } };
}

function failed(content: readonly object[] | undefined): object {
  return conversation([call], undefined, [{ ...result, content, is_error: true }]);
}

function pdf(isCited?: boolean): object {
  const source = { type: "base64", media_type: "application/pdf", data: "AAAA" };
  return { type: "document", source, ...(isCited === undefined ? {} : { citations: { enabled: isCited } }) };
}

function plain(mediaType: string): object {
  return { type: "document", source: { type: "text", media_type: mediaType, data: "Hi" } };
}

function linked(url: string): object {
  return { type: "image", source: { type: "url", url } };
}

function asking(...content: readonly object[]): { readonly messages: readonly object[] } {
  return { ...good, messages: [{ role: "user", content }] };
}

function as(id: string): object {
  return { ...good, metadata: { user_id: id } };
}

function takes(properties: object): object {
  return { ...good, tools: [{ ...tool, input_schema: { type: "object", properties } }] };
}

function turns(blocks: unknown): readonly unknown[] {
  return [user, { role: "assistant", content: blocks }, { role: "user", content: [result] }];
}

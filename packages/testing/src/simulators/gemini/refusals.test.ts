import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startGemini } from "./wire.ts";

let vendor: Vendor;

beforeAll(async () => {
  vendor = await startGemini();
});

afterAll(() => vendor.close());

const user = { role: "user", parts: [{ text: "Hello" }] };
const good = { contents: [user] };
const tools = [{ functionDeclarations: [{ name: "add" }] }];
const call = { functionCall: { name: "add", args: {} } };
const signed = { ...call, thoughtSignature: "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=" };
const response = { functionResponse: { name: "add", response: { output: 2 } } };

const most = (maxOutputTokens: number) => ({ ...good, generationConfig: { maxOutputTokens } });

interface Options {
  readonly model?: string;
  readonly url?: string;
  readonly key?: string;
}

async function ask(body: object, { model = "gemini-3.8-flash", url = vendor.url, key = "key" }: Options = {}) {
  const answer = await fetch(`${url}/v1beta/models/${model}:generateContent`, {
    method: "POST",
    headers: { "x-goog-api-key": key },
    body: JSON.stringify(body),
  });
  const parsed = JSON.parse(await answer.text());
  return { status: answer.status, body: parsed, error: parsed.error };
}

function loop(parts: readonly object[], responses: readonly object[] = [response]): object {
  return { tools, contents: [user, { role: "model", parts }, { role: "user", parts: responses }] };
}

test.each<[title: string, body: object, message: RegExp, model?: string]>([
  ["a request without contents", {}, /contents is not specified/],
  ["a field that does not exist", { ...good, messages: [] }, /Unknown name "messages": Cannot find field/],
  ["a field of ours in a part", { contents: [{ role: "user", parts: [{ text: "Hi", origin: {} }] }] }, /"origin"/],
  ["a role of another vendor", { contents: [{ ...user, role: "assistant" }] }, /valid role: user, model/],
  ["a turn without parts", { contents: [{ role: "user", parts: [] }] }, /parts must not be empty/],
  ["a part without data", { contents: [{ role: "user", parts: [{ thought: true }] }] }, /required oneof field 'data'/],
  ["a call that follows a model turn", { contents: [{ role: "model", parts: [signed] }, user] }, /function call turn/],
  ["fewer responses than calls", loop([signed, call]), /number of function response parts is equal/],
  ["a response to another function", loop([signed], [{ functionResponse: { name: "sub", response: {} } }]), /is equal/],
  [
    "a response that is text",
    loop([signed], [{ functionResponse: { name: "add", response: "2" } }]),
    /protobuf\.Struct/,
  ],
  [
    "an orphaned response",
    { contents: [user, { role: "user", parts: [response] }] },
    /immediately after a function call/,
  ],
  ["a call without a signature", loop([call]), /missing a thought_signature in functionCall parts/],
  ["words beside responses", loop([signed], [response, { text: "And?" }]), /ending with a model turn/],
  [
    "media beside responses",
    loop([signed], [response, { inlineData: { mimeType: "image/png", data: "AAAA" } }]),
    /ending with a model turn/,
  ],
  [
    "a last turn of the model",
    { contents: [user, { role: "model", parts: [{ text: "Sure" }] }] },
    /ending with a model turn/,
  ],
  ["several candidates", { ...good, generationConfig: { candidateCount: 2 } }, /Multiple candidates/],
  [
    "a thinking level and a budget",
    { ...good, generationConfig: { thinkingConfig: { thinkingLevel: "LOW", thinkingBudget: 1 } } },
    /only one of thinking budget and thinking level/,
  ],
  [
    "thinking turned off where it cannot be",
    { ...good, generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
    /only works in thinking mode/,
  ],
  [
    "a thinking level on an old model",
    { ...good, generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } } },
    /Thinking level is not supported/,
    "gemini-2.5-flash",
  ],
  [
    "structured output with functions on an old model",
    { ...good, tools, generationConfig: { responseMimeType: "application/json" } },
    /mime type: 'application\/json' is unsupported/,
    "gemini-2.5-flash",
  ],
  [
    "a function name with a blank",
    { ...good, tools: [{ functionDeclarations: [{ name: "a b" }] }] },
    /Invalid function name/,
  ],
  ["a service tier of another vendor", { ...good, serviceTier: "default" }, /service_tier/],
  ["a cached content on Gemini 4", { ...good, cachedContent: "cachedContents/1" }, /not supported/, "gemini-4-argon"],
  [
    "a response of a function that is not declared beside others",
    { ...loop([signed]), tools: [{ functionDeclarations: [{ name: "now" }] }] },
    /^Request contains an invalid argument\.$/,
  ],
  [
    "a function name that begins with a digit",
    { ...good, tools: [{ functionDeclarations: [{ name: "0" }] }] },
    /start/,
  ],
  [
    "a function name that begins with a dash",
    { ...good, tools: [{ functionDeclarations: [{ name: "-a" }] }] },
    /start/,
  ],
  [
    "more output than the model writes",
    { ...good, generationConfig: { maxOutputTokens: 65_537 } },
    /value of 65537 but the supported range is from 1 \(inclusive\) to 65537 \(exclusive\)/,
  ],
  ["a seed of more than 32 bits", { ...good, generationConfig: { seed: 2_147_483_648 } }, /TYPE_INT32/],
  ["a seed that is not whole", { ...good, generationConfig: { seed: 1.5 } }, /TYPE_INT32/],
  [
    "JSON that is not sent as text",
    { contents: [{ role: "user", parts: [{ inlineData: { mimeType: "application/json", data: "e30=" } }] }] },
    /Unsupported MIME type/,
  ],
  [
    "an instruction beside cached content",
    { ...good, cachedContent: "cachedContents/1", systemInstruction: user },
    /CachedContent can not be used/,
  ],
  ["two functions of one name", { ...good, tools: [...tools, ...tools] }, /Duplicate function declaration found: add/],
])("refuses %s", async (_title, body, message, model) => {
  const refused = await ask(body, model === undefined ? {} : { model });

  expect(refused).toMatchObject({ status: 400, error: { code: 400, status: "INVALID_ARGUMENT" } });
  expect(refused.error.message).toMatch(message);
});

test("refuses keys and models with the statuses that this vendor has for them", async () => {
  expect(await ask(good, { key: "bad-key" })).toMatchObject({
    status: 400,
    error: { details: [{ reason: "API_KEY_INVALID" }, {}] },
  });
  expect(await ask(good, { key: "" })).toMatchObject({ status: 403, error: { status: "PERMISSION_DENIED" } });
  expect(await ask(good, { model: "no-such-model" })).toMatchObject({ status: 404, error: { status: "NOT_FOUND" } });
});

test("takes a tool loop with the dummy signature, and without one from an old model", async () => {
  expect((await ask(loop([signed]))).status).toBe(200);
  expect((await ask(loop([call]), { model: "gemini-2.5-flash" })).status).toBe(200);
});

test("takes words in a content behind that of the responses, and beside them from an old model", async () => {
  const words = { text: "And?" };
  const apart = [
    user,
    { role: "model", parts: [signed] },
    { role: "user", parts: [response] },
    { role: "user", parts: [words] },
  ];

  expect((await ask({ tools, contents: apart })).status).toBe(200);
  expect((await ask(loop([call], [response, words]), { model: "gemini-2.5-flash" })).status).toBe(200);
});

test("takes its own signatures and refuses those of another project", async () => {
  await using stranger = await startGemini();
  vendor.script([{ answer: { toolCalls: [{ name: "add" }] } }]);
  const { parts } = (await ask({ ...good, tools })).body.candidates[0].content;
  const answered = [{ functionResponse: { ...response.functionResponse, id: parts[0].functionCall.id } }];

  expect((await ask(loop(parts, answered))).status).toBe(200);
  expect((await ask(loop(parts, answered), { url: stranger.url })).error.message).toBe("Corrupted thought signature.");
});

test("takes both spellings of a field", async () => {
  const snake = { contents: [user], generation_config: { max_output_tokens: 9 }, system_instruction: user };

  expect((await ask(snake)).status).toBe(200);
});

test("takes null for a field that is not set", async () => {
  const cached = { ...good, cachedContent: "cachedContents/1", systemInstruction: null, tools: null, toolConfig: null };

  expect((await ask({ ...good, systemInstruction: null, generationConfig: null })).status).toBe(200);
  expect((await ask(cached)).status).toBe(200);
});

test("takes responses where no function is declared, or the vendor declares them itself", async () => {
  const { tools: _, ...alone } = { tools: undefined, ...loop([signed]) };
  const computer = [{ functionDeclarations: [{ name: "now" }] }, { computerUse: {} }];

  expect((await ask(alone)).status).toBe(200);
  expect((await ask({ ...alone, tools: computer })).status).toBe(200);
});

test("takes as much output as the model writes, and any amount of a model without a published limit", async () => {
  expect((await ask(most(65_536))).status).toBe(200);
  expect((await ask(most(9_999_999), { model: "gemini-9-flash" })).status).toBe(200);
});

test("wants no signatures from open models", async () => {
  expect((await ask(loop([call]), { model: "gemma-4-31b-it" })).status).toBe(200);
});

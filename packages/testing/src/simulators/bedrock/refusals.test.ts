import { afterAll, beforeAll, expect, test } from "vitest";
import type { Vendor } from "../vendor.ts";
import { startBedrock } from "./wire.ts";

const MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const user = { role: "user", content: [{ text: "Hi" }] };
const good = { messages: [user] };
const tool = { toolSpec: { name: "add", inputSchema: { json: { type: "object", properties: {} } } } };
const toolConfig = { tools: [tool] };
const call = { toolUse: { toolUseId: "t1", name: "add", input: {} } };
const result = { toolResult: { toolUseId: "t1", content: [{ text: "3" }] } };
const asked = { role: "assistant", content: [call] };
const answered = { role: "user", content: [result] };
const POINT = { cachePoint: { type: "default" } };
const PDF = { format: "pdf", name: "a", source: { bytes: "JVBERi0=" } };

let vendor: Vendor;
beforeAll(async () => void (vendor = await startBedrock()));
afterAll(() => vendor.close());

async function ask(body: object, model = MODEL, headers: Record<string, string> = { authorization: "Bearer key" }) {
  const url = `${vendor.url}/model/${encodeURIComponent(model)}/converse`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer: { readonly message?: string } = JSON.parse(await response.text());
  return {
    status: response.status,
    name: response.headers.get("x-amzn-errortype")?.split(":")[0],
    message: answer.message,
  };
}

type Refusal = readonly [title: string, body: object, message: RegExp, model?: string];

const REFUSALS: readonly Refusal[] = [
  ["no message", { messages: [] }, /at least one message/],
  ["an unknown field", { ...good, stream: true }, /extraneous key \[stream\] is not permitted/],
  ["the model's turn first", { messages: [asked, answered], toolConfig }, /must start with a user message/],
  ["two turns of one role", { messages: [user, user] }, /must alternate between user and assistant roles/],
  ["a blank text", { messages: [{ role: "user", content: [{ text: " " }] }] }, /text field .* is blank/],
  ["an empty turn", { messages: [{ role: "user", content: [] }] }, /content field .* is empty/],
  ["calls without tools", { messages: [user, asked, answered] }, /toolConfig field must be defined/],
  ["a call without its result", { messages: [user, asked, user], toolConfig }, /Expected toolResult blocks .* t1/],
  ["a result without its call", { messages: [answered], toolConfig }, /exceeds the number of toolUse blocks/],
  [
    "the model's turn at the end",
    { messages: [user, { role: "assistant", content: [{ text: "S" }] }] },
    /prefill/,
    "us.anthropic.claude-sonnet-5-5-v1:0",
  ],
  [
    "an image by its URL",
    { messages: [{ role: "user", content: [{ image: { format: "png", source: { url: "https://a.test" } } }] }] },
    /extraneous key \[url\]/,
  ],
  [
    "a document without a text",
    { messages: [{ role: "user", content: [{ document: PDF }] }] },
    /text block must be included/,
  ],
  [
    "a document's name with a dot",
    { messages: [{ role: "user", content: [{ text: "a" }, { document: { ...PDF, name: "a.pdf" } }] }] },
    /document file name can only contain/,
  ],
  [
    "a text of a document without citations",
    { messages: [{ role: "user", content: [{ text: "a" }, { document: { ...PDF, source: { text: "x" } } }] }] },
    /must set one of the following keys: bytes, s3Location/,
  ],
  [
    "a choice that forbids calls",
    { ...good, toolConfig: { tools: [tool], toolChoice: { none: {} } } },
    /extraneous key \[none\]/,
  ],
  [
    "a tool that is not there",
    { ...good, toolConfig: { tools: [tool], toolChoice: { tool: { name: "sub" } } } },
    /not among the tools/,
  ],
  ["an empty list of tools", { ...good, toolConfig: { tools: [] } }, /length at least 1/],
  ["a temperature above its range", { ...good, inferenceConfig: { temperature: 1.5 } }, /less than or equal to 1/],
  [
    "a forced call where none can be forced",
    { ...good, toolConfig: { tools: [tool], toolChoice: { any: {} } } },
    /doesn't support the toolConfig\.toolChoice\.any field/,
    "us.anthropic.claude-sonnet-5-5-v1:0",
  ],
  [
    "a mark where a family takes none",
    { ...good, toolConfig: { tools: [tool, POINT] } },
    /extraneous key \[cachePoint\]/,
    "us.amazon.nova-2-lite-v1:0",
  ],
  [
    "five marks",
    { messages: [{ role: "user", content: [{ text: "a" }, POINT, POINT, POINT, POINT, POINT] }] },
    /A maximum of 4 blocks/,
  ],
  [
    "an effort of a model that has none",
    { ...good, outputConfig: { effort: "low" } },
    /doesn't support the outputConfig\.effort field/,
  ],
  [
    "the thinking of another line",
    { ...good, additionalModelRequestFields: { thinking: { type: "adaptive" } } },
    /"thinking\.type\.adaptive" is not supported/,
  ],
  [
    "results beside words",
    { messages: [user, asked, { role: "user", content: [result, { text: "And?" }] }], toolConfig },
    /toolResult blocks beside others/,
    "us.meta.llama4-scout-17b-instruct-v1:0",
  ],
  [
    "an edited signature",
    {
      messages: [
        user,
        { role: "assistant", content: [{ reasoningContent: { reasoningText: { text: "x" } } }, { text: "y" }] },
        user,
      ],
    },
    /Invalid `signature` in `thinking` block/,
  ],
  [
    "a model that is reached by a profile only",
    good,
    /on-demand throughput isn’t supported/,
    "anthropic.claude-haiku-4-5-20251001-v1:0",
  ],
];

test.each(REFUSALS.map(([title, ...rest]) => [title, rest] as const))(
  "refuses %s in the vendor's words",
  async (_title, [body, message, model]) => {
    const refused = await ask(body, model);

    expect(refused).toMatchObject({ status: 400, name: "ValidationException" });
    expect(refused.message).toMatch(message);
  },
);

test("knows keys and signatures, and names what is wrong with them in a header", async () => {
  const scope = "20261129/us-east-1/bedrock/aws4_request";
  const signed = (key: string) => ({
    "x-amz-date": "20261129T050331Z",
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
  });

  expect(await ask(good, MODEL, signed("AKID"))).toMatchObject({ status: 200 });
  expect(await ask(good, MODEL, signed("bad-key"))).toMatchObject({ status: 403, name: "UnrecognizedClientException" });
  expect(await ask(good, MODEL, {})).toMatchObject({ status: 403, name: "MissingAuthenticationTokenException" });
});

test("takes a tool loop, an older model's begun answer, and marks where they may stand", async () => {
  const begun = { role: "assistant", content: [{ text: "Su" }] };
  const statuses = await Promise.all([
    ask({ messages: [user, asked, answered], toolConfig }),
    ask({ messages: [user, begun] }),
    ask({ system: [{ text: "S" }, POINT], messages: [user], toolConfig: { tools: [tool, POINT] } }),
  ]);

  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
});

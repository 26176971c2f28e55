import { createChain, isUnderstudyError, type Answer, type Request } from "@understudy/core";
import { startMistral, testFactory, type Vendor } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { mistral, type MistralTargetOptions } from "./index.ts";

const MODEL = "mistral-small-latest";

testFactory(
  { describe, test },
  {
    name: "mistral",
    startVendor: startMistral,
    make: (options) => mistral(MODEL, options),
    keyVariables: ["MISTRAL_API_KEY"],
    ownURLs: ["https://api.mistral.ai/v1", "https://api.eu.mistral.ai/v1", "https://api.us.mistral.ai/v1"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "mistral",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

function generate(
  vendor: Vendor,
  options: MistralTargetOptions = {},
  request: string | Request = "Hi",
  model: string = MODEL,
): Promise<Answer> {
  return createChain([mistral(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

const TOOLS = [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" } } } }];
const HI = { role: "user", content: "Hi" } as const;

describe("mistral", () => {
  test("makes a target without asking anybody", () => {
    const target = mistral(MODEL, { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "mistral",
      model: MODEL,
      endpoint: "api.mistral.ai",
      problems: [],
      capabilities: { contextWindow: 256_000, maxOutputTokens: "unknown", images: true },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });

  test("stays in a region, whose failures say nothing of another", () => {
    const [world, eu] = [mistral(MODEL, { apiKey: "k" }), mistral(MODEL, { apiKey: "k", region: "eu" })];

    expect(eu).toMatchObject({ endpoint: "api.eu.mistral.ai", problems: [] });
    expect(mistral(MODEL, { apiKey: "k", region: "us" }).endpoint).toBe("api.us.mistral.ai");
    expect(eu.scopes).not.toEqual(world.scopes);
  });

  test("says what is wrong with a region", () => {
    const both = mistral(MODEL, { apiKey: "k", region: "eu", baseURL: "https://proxy.test/v1" });
    // @ts-expect-error -- there is none
    const none = mistral(MODEL, { apiKey: "k", region: "fr" });

    expect(both.problems).toMatchObject([{ message: expect.stringContaining("`region` and `baseURL` exclude") }]);
    expect(none.problems).toMatchObject([{ message: expect.stringContaining("`region` must be 'eu' or 'us'") }]);
  });
});

describe("mistral over a socket", () => {
  test("answers, and says which model served and which request it was", async () => {
    await using vendor = await startMistral();
    vendor.answer({ text: "Hello.", reasoning: "hm", model: "mistral-small-2603" });
    const request = { messages: [HI], reasoning: { effort: "high" } } as const;

    const answer = await generate(vendor, { headers: { "X-Team": "blue" } }, request);

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "mistral-small-2603" });
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "hm" }, { type: "text" }]);
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(vendor.requests[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer k", "x-team": "blue", "content-type": "application/json" },
    });
  });

  test("MI-01 round-trips thinking and calls in a tool loop", async () => {
    await using vendor = await startMistral();
    vendor.script([
      { answer: { reasoning: "hm ", toolCalls: [{ name: "f", inputText: '{ "a": "1" }' }] } },
      { answer: { text: "Done." } },
    ]);
    const reasoning = { effort: "high" } as const;
    const first = await generate(vendor, {}, { messages: [HI], tools: TOOLS, reasoning });
    const results = first.toolCalls.map(
      ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
    );

    const second = await generate(
      vendor,
      {},
      { messages: [HI, first.message, { role: "tool", content: results }], tools: TOOLS, reasoning },
    );

    expect(second).toMatchObject({ text: "Done.", losses: [] });
    expect(vendor.requests[1]?.text).toContain('{"type":"thinking","thinking":[{"type":"text","text":"hm "}]}');
    expect(vendor.requests[1]?.text).toContain(JSON.stringify('{ "a": "1" }'));
  });

  test("MI-02 continues an answer, and shows once what the model says again", async () => {
    await using vendor = await startMistral();
    vendor.script([{ answer: { text: "re." } }, { answer: { text: ["S", "ure."] } }]);
    const messages = [HI, { role: "assistant", content: "Su" }] as const;

    const plain = await generate(vendor, {}, { messages });
    const again = await generate(vendor, { streaming: "never" }, { messages });

    expect(vendor.requests[0]?.body).toMatchObject({ messages: [{}, { content: "Su", prefix: true }] });
    expect([plain.text, again.text]).toEqual(["re.", "re."]);
    expect(plain.losses).toEqual([]);
    expect(again.losses).toMatchObject([{ what: "messages", action: "translated" }]);
  });

  test("MI-03 asks a question right after results, which the API refuses as it is", async () => {
    await using vendor = await startMistral();
    vendor.script([{ answer: { toolCalls: [{ name: "f" }] } }, { answer: { text: "Never mind." } }]);
    const first = await generate(vendor, {}, { messages: [HI], tools: TOOLS });
    const results = first.toolCalls.map(
      ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
    );

    const second = await generate(
      vendor,
      {},
      { messages: [HI, first.message, { role: "tool", content: results }, HI], tools: TOOLS },
    );

    expect(second.text).toBe("Never mind.");
    expect(second.trace.attempts).toHaveLength(1);
    expect(second.losses).toMatchObject([{ what: "messages", action: "translated" }]);
  });

  test("MI-04 gives an odd id of its own back as it came, and a usual one once that is refused", async () => {
    await using vendor = await startMistral();
    vendor.script([{ answer: { toolCalls: [{ id: "V2bduoFb", name: "f" }] } }]);
    vendor.answer({ text: "Done." });
    const target = mistral(MODEL, { baseURL: vendor.url, apiKey: "k" });
    const chain = createChain([target]);
    const first = await chain.generate({ messages: [HI], tools: TOOLS });
    const results = first.toolCalls.map(
      ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
    );

    const second = await chain.generate({
      messages: [HI, first.message, { role: "tool", content: results }],
      tools: TOOLS,
    });

    expect(second.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "with usual tool-call ids"]);
    expect(vendor.requests[1]?.text).toContain('"V2bduoFb"');
    expect(vendor.requests[2]?.text).not.toContain('"V2bduoFb"');
    expect(vendor.requests[2]?.text).toMatch(/"tool_call_id":"[a-zA-Z0-9]{9}"/);
  });

  test("MI-05 goes on without an effort where the model has none, and remembers it", async () => {
    await using vendor = await startMistral();
    vendor.answer({ text: "Fine." });
    const chain = createChain([mistral("open-mistral-nemo", { baseURL: vendor.url, apiKey: "k" })]);
    const request = { messages: [HI], reasoning: { effort: "high" } } as const;

    const first = await chain.generate(request);
    await chain.generate(request);

    expect(first.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without effort"]);
    expect(vendor.requests.map(({ text }) => /"reasoning_effort":"(\w+)"/.exec(text)?.[1])).toEqual([
      "high",
      undefined,
      undefined,
    ]);
  });

  test.each([
    ["prompt_mode", "reasoning"],
    ["logprobs", true],
  ])("MI-05 goes on without a native `%s`, and reports it", async (field, value) => {
    await using vendor = await startMistral();
    vendor.answer({ text: "Fine." });

    const answer = await generate(vendor, {}, { messages: [HI], vendorOptions: { mistral: { [field]: value } } });

    expect(answer.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, `without ${field}`]);
    expect(vendor.requests[1]?.body).not.toHaveProperty(field);
    expect(answer.losses).toMatchObject([{ what: field, action: "dropped" }]);
  });

  test("names the calls of another vendor as this one wants them, on both sides", async () => {
    await using vendor = await startMistral();
    vendor.answer({ text: "Done." });
    const id = "toolu_01AbCdEf";

    const answer = await generate(
      vendor,
      {},
      {
        messages: [
          HI,
          { role: "assistant", content: [{ type: "tool-call", toolCallId: id, toolName: "f", input: {} }] },
          { role: "tool", content: [{ type: "tool-result", toolCallId: id, content: "2" }] },
        ],
        tools: TOOLS,
      },
    );

    expect(answer.trace.attempts).toHaveLength(1);
    expect(vendor.requests[0]?.text).not.toContain(id);
  });

  test("hands a document that is no PDF to the next tier without sending anything", async () => {
    await using vendor = await startMistral();
    const source = { type: "base64", mediaType: "application/vnd.ms-excel", data: "AAAA" } as const;

    const error = await generate(
      vendor,
      {},
      { messages: [{ role: "user", content: [{ type: "file", source }] }] },
    ).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("unsupported");
    expect(vendor.requests).toHaveLength(0);
  });

  test("asks the next tier where the capacity is used up, whatever the status", async () => {
    await using vendor = await startMistral();
    await using backup = await startMistral();
    const body = { object: "error", message: "Service tier capacity exceeded for this model.", code: "3505" };
    vendor.script([{ fault: { type: "status", status: 429, body } }]);
    backup.answer({ text: "From the second." });
    const chain = createChain([
      mistral(MODEL, { baseURL: vendor.url, apiKey: "key-1" }),
      { target: mistral(MODEL, { baseURL: backup.url, apiKey: "key-2" }), name: "backup" },
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the second.");
    expect(answer.trace.attempts[0]).toMatchObject({ class: "server.overloaded", vendorCode: "3505" });
  });
});

import { createChain, isUnderstudyError, type Answer, type Request } from "@understudy/core";
import { startDeepSeek, testFactory, type Vendor } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { deepseek, type DeepSeekTargetOptions } from "./index.ts";

const MODEL = "deepseek-flash";

testFactory(
  { describe, test },
  {
    name: "deepseek",
    startVendor: startDeepSeek,
    make: (options) => deepseek(MODEL, options),
    keyVariables: ["DEEPSEEK_API_KEY"],
    ownURLs: ["https://api.deepseek.com", "https://api.deepseek.com/beta"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "deepseek",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

function generate(
  vendor: Vendor,
  options: DeepSeekTargetOptions = {},
  request: string | Request = "Hi",
): Promise<Answer> {
  return createChain([deepseek(MODEL, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

describe("deepseek", () => {
  test("makes a target without asking anybody", () => {
    const target = deepseek(MODEL, { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "deepseek",
      model: MODEL,
      endpoint: "api.deepseek.com",
      problems: [],
      capabilities: { contextWindow: 1_000_000, maxOutputTokens: 384_000, keepAlives: true, audio: false },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });
});

describe("deepseek over a socket", () => {
  test("answers, and says which model served and which request it was", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: "Hello.", reasoning: "hm", model: "deepseek-v4.1-flash" });

    const answer = await generate(vendor, { headers: { "X-Team": "blue" } });

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "deepseek-v4.1-flash" });
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "hm" }, { type: "text" }]);
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(vendor.requests[0]).toMatchObject({
      path: "/chat/completions",
      headers: { authorization: "Bearer k", "x-team": "blue", "content-type": "application/json" },
    });
  });

  test("asks for answers in one piece when told never to stream", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: "Whole.", reasoning: "hm" });

    const answer = await generate(vendor, { streaming: "never" });

    expect(answer.text).toBe("Whole.");
    expect(vendor.requests[0]?.streamed).toBe(false);
    expect(vendor.requests[0]?.body).not.toHaveProperty("stream_options");
  });

  test("DS-01 waits through keep-alives in both forms", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: "At last." });
    const fault = { type: "keep-alives", at: "headers", count: 3 } as const;
    vendor.script([{ fault }, { fault }]);

    const streamed = await generate(vendor);
    const whole = await generate(vendor, { streaming: "never" });

    expect([streamed.text, whole.text]).toEqual(["At last.", "At last."]);
  });

  test("DS-03 does not take keep-alives for progress", async () => {
    await using vendor = await startDeepSeek();
    vendor.script([{ fault: { type: "keep-alives", at: "headers" } }]);
    const target = deepseek(MODEL, { baseURL: vendor.url, apiKey: "k" });

    const error = await createChain([{ target, timeoutMs: 100 }])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.attempts[0]?.class).toBe("timeout.first-content");
  });

  test("goes on without streaming where it is not allowed, and remembers it", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: "Whole." });
    const message = "Streaming is not permitted for this account.";
    vendor.script([
      { fault: { type: "status", status: 400, body: { error: { type: "invalid_request_error", message } } } },
    ]);
    const chain = createChain([deepseek(MODEL, { baseURL: vendor.url, apiKey: "k" })]);

    const first = await chain.generate("Hi");
    await chain.generate("Hi");

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without streaming"]);
    expect(vendor.requests.map((request) => request.streamed)).toEqual([true, false, false]);
  });

  test("DS-04 round-trips reasoning inside a tool loop", async () => {
    await using vendor = await startDeepSeek();
    vendor.script([
      { answer: { reasoning: "hm ", toolCalls: [{ name: "f", inputText: '{ "a": "1" }' }] } },
      { answer: { text: "Done." } },
    ]);
    const tools = [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" } } } }];
    const question = { role: "user", content: "Hi" } as const;
    const first = await generate(vendor, {}, { messages: [question], tools });

    const second = await generate(
      vendor,
      {},
      {
        messages: [
          question,
          first.message,
          {
            role: "tool",
            content: first.toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" })),
          },
        ],
        tools,
      },
    );

    expect(second.text).toBe("Done.");
    expect(second.losses).toEqual([]);
    expect(vendor.requests[1]?.text).toContain('"reasoning_content":"hm "');
    expect(vendor.requests[1]?.text).toContain(JSON.stringify('{ "a": "1" }'));
  });

  test("DS-05 goes on without thinking when the vendor misses reasoning that nobody has", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: "Fine." });
    const message = "The `reasoning_content` in the thinking mode must be passed back to the API.";
    vendor.script([{ fault: { type: "status", status: 400, body: { error: { message } } } }]);

    const answer = await generate(vendor);

    expect(answer.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without reasoning"]);
    expect(vendor.requests[1]?.body).toMatchObject({ thinking: { type: "disabled" } });
  });

  test("cuts on our side at the stop sequences that the API does not take", async () => {
    await using vendor = await startDeepSeek();
    vendor.answer({ text: ["one two", " three"] });
    const stop = [...Array.from({ length: 16 }, (_, index) => `<${index}>`), "two"];

    const answer = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], stop });

    expect(answer).toMatchObject({ text: "one ", finishReason: "stop" });
    expect(vendor.requests[0]?.body).toMatchObject({ stop: stop.slice(0, 16) });
    expect(answer.losses).toMatchObject([{ what: "stop", action: "translated" }]);
  });

  test("DS-06 forces a tool and reads JSON on a server that refuses both while it thinks", async () => {
    await using vendor = await startDeepSeek();
    vendor.script([{ answer: { toolCalls: [{ name: "f" }] } }, { answer: { text: '{"a":1}' } }]);

    const forced = await generate(
      vendor,
      {},
      { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "f" }], toolChoice: "required" },
    );
    const json = await generate(
      vendor,
      {},
      { messages: [{ role: "user", content: "Hi" }], output: { type: "json", schema: { type: "object" } } },
    );

    expect(forced.toolCalls).toHaveLength(1);
    expect(forced.losses).toMatchObject([{ what: "reasoning", action: "dropped" }]);
    expect(json.output).toEqual({ a: 1 });
    expect(json.losses).toMatchObject([{ what: "output.schema", action: "translated" }]);
  });

  test("declares that it goes on from a turn where it is known that the vendor does: at its own host, and at a beta endpoint", () => {
    const own = [undefined, "https://api.deepseek.com/", "https://api.deepseek.com/beta", "https://gate.test/beta"];
    const byWords = ["https://gate.test", "https://api.deepseek.com/v1"];

    const [first, second] = [own, byWords].map((urls) =>
      urls.map((baseURL) => deepseek("deepseek-flash", { apiKey: "k", baseURL }).capabilities.continuation),
    );

    expect(first).toEqual(["prefix", "prefix", "prefix", "prefix"]);
    expect(second).toEqual([undefined, undefined]);
  });

  test("lets the vendor continue the beginning of an answer at the beta endpoint only", async () => {
    await using vendor = await startDeepSeek();
    vendor.script([{ answer: { text: "re." } }, { answer: { text: "Sure." } }]);
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Su" },
    ] as const;

    const beta = await generate(vendor, { baseURL: `${vendor.url}/beta` }, { messages });
    const plain = await generate(vendor, {}, { messages });

    expect(vendor.requests.map(({ path }) => path)).toEqual(["/beta/chat/completions", "/chat/completions"]);
    expect(vendor.requests[0]?.body).toMatchObject({ messages: [{}, { content: "Su", prefix: true }] });
    expect(beta.losses).toEqual([]);
    expect(JSON.stringify(vendor.requests[1]?.body)).not.toContain("prefix");
    expect(plain.losses).toMatchObject([{ what: "messages", action: "downgraded" }]);
  });

  test("fails over when the vendor breaks a generation off for lack of capacity", async () => {
    await using vendor = await startDeepSeek();
    await using backup = await startDeepSeek();
    vendor.answer({ text: "", finish: { raw: "insufficient_system_resource" } });
    backup.answer({ text: "From the second." });
    const chain = createChain([
      deepseek(MODEL, { baseURL: vendor.url, apiKey: "key-1" }),
      { target: deepseek(MODEL, { baseURL: backup.url, apiKey: "key-2" }), name: "backup" },
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the second.");
    expect(answer.trace.attempts[0]).toMatchObject({
      class: "server.overloaded",
      vendorCode: "insufficient_system_resource",
      requestId: expect.any(String),
    });
    expect(backup.requests[0]?.headers["authorization"]).toBe("Bearer key-2");
  });

  test("hands documents it cannot read to the next tier without sending anything", async () => {
    await using vendor = await startDeepSeek();
    const source = { type: "base64", mediaType: "application/pdf", data: "AAAA" } as const;

    const error = await generate(
      vendor,
      {},
      { messages: [{ role: "user", content: [{ type: "file", source }] }] },
    ).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("unsupported");
    expect(vendor.requests).toHaveLength(0);
  });
});

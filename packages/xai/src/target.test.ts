import { createChain, type Answer, type Request } from "@understudy/core";
import { startXAI, testFactory, type Vendor } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { xai, type XAITargetOptions } from "./index.ts";

const MODEL = "grok-4.6";

testFactory(
  { describe, test },
  {
    name: "xai",
    startVendor: startXAI,
    make: (options) => xai(MODEL, options),
    keyVariables: ["XAI_API_KEY"],
    ownURLs: ["https://api.x.ai/v1", "https://eu-west-1.api.x.ai/v1", "https://us-east-1.api.x.ai/v1"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "xai",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

function generate(
  vendor: Vendor,
  options: XAITargetOptions = {},
  request: string | Request = "Hi",
  model: string = MODEL,
): Promise<Answer> {
  return createChain([xai(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

const TOOLS = [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" } } } }];
const HI = { role: "user", content: "Hi" } as const;

describe("xai", () => {
  test("makes a target without asking anybody", () => {
    const target = xai(MODEL, { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "xai",
      model: MODEL,
      endpoint: "api.x.ai",
      problems: [],
      capabilities: { contextWindow: 500_000, maxOutputTokens: "unknown", images: true },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });

  test("stays in a region, whose failures say nothing of another", () => {
    const [world, eu] = [xai(MODEL, { apiKey: "k" }), xai(MODEL, { apiKey: "k", region: "eu-west-1" })];

    expect(eu).toMatchObject({ endpoint: "eu-west-1.api.x.ai", problems: [] });
    expect(eu.scopes).not.toEqual(world.scopes);
  });

  test.each(["", "EU", "eu.", "a/b", "evil.example/", "eu-west-1.api.x.ai", "-", 7])(
    "takes %j for no name of a region, and sends it nothing",
    (region) => {
      // @ts-expect-error -- one of them is a number
      const { problems, endpoint } = xai(MODEL, { apiKey: "k", region });

      expect(problems).toMatchObject([{ message: expect.stringContaining("`region` must be the name of a region") }]);
      expect(endpoint).not.toContain("evil");
    },
  );

  test("says that a region is no base URL", () => {
    const both = xai(MODEL, { apiKey: "k", region: "eu-west-1", baseURL: "https://proxy.test/v1" });

    expect(both.problems).toMatchObject([{ message: expect.stringContaining("`region` and `baseURL` exclude") }]);
  });
});

describe("xai over a socket", () => {
  test("answers, and says which model served, which request it was and how it reasoned", async () => {
    await using vendor = await startXAI();
    vendor.answer({ text: "Hello.", reasoning: "hm", model: "grok-4.6-0807" });

    const answer = await generate(vendor, { headers: { "X-Team": "blue" } });

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "grok-4.6-0807" });
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "hm" }, { type: "text" }]);
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(vendor.requests[0]).toMatchObject({
      path: "/v1/responses",
      headers: { authorization: "Bearer k", "x-team": "blue", "content-type": "application/json" },
    });
  });

  test("XA-03 gives encrypted reasoning back as it came in a tool loop, and to another team's key without it", async () => {
    await using vendor = await startXAI({ organization: "one" });
    await using other = await startXAI({ organization: "two" });
    vendor.script([
      { answer: { reasoning: "hm ", toolCalls: [{ name: "f", inputText: '{ "a": "1" }' }] } },
      { answer: { text: "Done." } },
    ]);
    other.answer({ text: "Done there." });
    const first = await generate(vendor, {}, { messages: [HI], tools: TOOLS });
    const results = first.toolCalls.map(
      ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
    );
    const request = { messages: [HI, first.message, { role: "tool", content: results }], tools: TOOLS } as const;

    const second = await generate(vendor, {}, request);
    const third = await generate(other, { apiKey: "k2" }, request);

    expect(second).toMatchObject({ text: "Done.", losses: [] });
    const sealed = /"encrypted_content":"([^"]+)"/.exec(vendor.requests[1]?.text ?? "")?.[1];
    expect(JSON.stringify(first.message)).toContain(sealed);
    expect(vendor.requests[1]?.text).toContain(JSON.stringify('{ "a": "1" }'));
    expect(third.text).toBe("Done there.");
    expect(other.requests.at(-1)?.text).not.toContain('encrypted_content":');
    expect(third.losses).toContainEqual(expect.objectContaining({ action: "dropped" }));
  });

  test("XA-02 goes on without an effort where the model has none, and remembers it", async () => {
    await using vendor = await startXAI();
    vendor.answer({ text: "Fine." });
    // Not in the table, and refused by the vendor.
    const chain = createChain([xai("grok-build-0.2", { baseURL: vendor.url, apiKey: "k" })]);
    const request = { messages: [HI], reasoning: { effort: "high" } } as const;

    const first = await chain.generate(request);
    await chain.generate(request);

    expect(first.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without effort"]);
    expect(vendor.requests.map(({ text }) => /"effort":"(\w+)"/.exec(text)?.[1])).toEqual([
      "high",
      undefined,
      undefined,
    ]);
  });

  test("XA-02 goes on without a native penalty, and reports it", async () => {
    await using vendor = await startXAI();
    vendor.answer({ text: "Fine." });

    const answer = await generate(vendor, {}, { messages: [HI], vendorOptions: { xai: { presence_penalty: 1 } } });

    expect(answer.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without presence_penalty"]);
    expect(vendor.requests[1]?.body).not.toHaveProperty("presence_penalty");
    expect(answer.losses).toMatchObject([{ what: "presence_penalty", action: "dropped" }]);
  });

  test("ends an answer at a stop sequence, which the API does not take", async () => {
    await using vendor = await startXAI();
    vendor.answer({ text: ["One. ", "END", " Two."] });

    const answer = await generate(vendor, {}, { messages: [HI], stop: ["END"] });

    expect(answer).toMatchObject({ text: "One. ", finishReason: "stop" });
    expect(vendor.requests[0]?.body).not.toHaveProperty("stop");
  });

  test.each(["stream", "whole"] as const)(
    "XA-01 asks the next tier where an error comes with status 200 (%s)",
    async (form) => {
      await using vendor = await startXAI();
      await using backup = await startXAI();
      vendor.script([{ fault: { type: "in-band-error", at: "preamble", error: "overloaded" } }]);
      backup.answer({ text: "From the second." });
      const streaming = form === "whole" ? "never" : "auto";
      const chain = createChain([
        xai(MODEL, { baseURL: vendor.url, apiKey: "key-1", streaming }),
        { target: xai(MODEL, { baseURL: backup.url, apiKey: "key-2", streaming }), name: "backup" },
      ]);

      const answer = await chain.generate("Hi");

      expect(answer.text).toBe("From the second.");
      expect(answer.trace.attempts[0]).toMatchObject({ class: "server.overloaded", vendorCode: "unavailable" });
    },
  );

  test("asks the next tier where the credit of a team is used up, and this one no more", async () => {
    await using vendor = await startXAI();
    await using backup = await startXAI();
    vendor.script([{ fault: { type: "error", error: "out-of-quota" } }]);
    backup.answer({ text: "From the second." });
    const chain = createChain([
      xai(MODEL, { baseURL: vendor.url, apiKey: "key-1" }),
      { target: xai(MODEL, { baseURL: backup.url, apiKey: "key-2" }), name: "backup" },
    ]);

    const first = await chain.generate("Hi");
    await chain.generate("Hi");

    expect(first.trace.attempts.map((attempt) => attempt.class)).toEqual(["billing.exhausted", undefined]);
    expect([vendor.requests.length, backup.requests.length]).toEqual([1, 2]);
  });
});

import { createDeepSeek } from "@ai-sdk/deepseek";
import { createOpenAI } from "@ai-sdk/openai";
import { createChain, type Answer, type Message, type Request, type Tool } from "@understudy/core";
import { startDeepSeek, startOpenAI } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { aiSdk, guardedFetch } from "../src/index.ts";
import { fakeModel, finishes, says, START } from "./fake-model.ts";
import { API_KEY as apiKey } from "./set-up.ts";

const fetch = guardedFetch();
const PDF = "JVBERi0xLjQKJSVFT0YgcGFnZQ==";
const LOOK: Tool = { name: "look", inputSchema: { type: "object", properties: {} } };

function asksWith(...parts: Exclude<Extract<Message, { role: "user" }>["content"], string>): Request {
  return { messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, ...parts] }] };
}

function failed(content: string): Request {
  return {
    messages: [
      { role: "user", content: "Look!" },
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "call_1", toolName: "look", input: {} }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content, isError: true }] },
    ],
    tools: [LOOK],
  };
}

function lossesOf({ losses }: Answer): string[] {
  return losses.map(({ what, action }) => `${what} ${action}`);
}

async function lossesBeside(body: unknown, request: Request, own: object = {}): Promise<string[]> {
  const { model } = fakeModel([START, ...says("It is blue."), finishes("stop", "stop")], {
    body,
    own,
    supportedUrls: { "*": [/^https:/] },
  });
  return lossesOf(await createChain([aiSdk(model)]).generate(request));
}

describe("what a provider leaves out without a warning", () => {
  test.each(["auto", "never"] as const)("is a loss: files, with streaming %s", async (streaming) => {
    await using vendor = await startDeepSeek();
    const provider = createDeepSeek({ baseURL: vendor.url, apiKey, fetch });
    const chain = createChain([aiSdk(provider("deepseek-flash"), { streaming })]);

    const answer = await chain.generate(
      asksWith(
        { type: "file", name: "page.pdf", source: { type: "base64", mediaType: "application/pdf", data: PDF } },
        { type: "audio", source: { type: "base64", mediaType: "audio/wav", data: "UklGRiQAAAA=" } },
      ),
    );

    expect(vendor.requests.map(({ text }) => text.includes(PDF))).toEqual([false]);
    // The provider's own warnings do not say which message.
    expect(lossesOf(answer).filter((loss) => loss.startsWith("messages"))).toEqual([
      "messages[0] file dropped",
      "messages[0] file name dropped",
      "messages[0] audio dropped",
    ]);
  });

  test("is a loss: that a result of a tool is an error", async () => {
    await using vendor = await startDeepSeek();
    const provider = createDeepSeek({ baseURL: vendor.url, apiKey, fetch });

    const answer = await createChain([aiSdk(provider("deepseek-flash"))]).generate(failed("Out of reach."));

    expect(vendor.requests[0]?.body).toMatchObject({ messages: [{}, {}, { role: "tool", content: "Out of reach." }] });
    expect(lossesOf(answer)).toEqual(["messages[2] tool-result isError dropped"]);
  });

  test("is none where everything arrives", async () => {
    await using vendor = await startOpenAI();
    const chain = createChain([aiSdk(createOpenAI({ baseURL: vendor.url, apiKey, fetch })("gpt-6.1-terra"))]);
    const file = { type: "file", name: "page.pdf" } as const;

    const asked = await chain.generate(
      asksWith({ ...file, source: { type: "base64", mediaType: "application/pdf", data: PDF } }),
    );
    const called = await chain.generate(failed("Out of reach."));

    expect(vendor.requests[0]?.text).toContain(PDF);
    expect(vendor.requests[1]?.text).toMatch(/error[^a-z]{1,10}Out of reach/);
    expect([lossesOf(asked), lossesOf(called)]).toEqual([[], []]);
  });

  const page = asksWith({ type: "file", source: { type: "url", url: "https://a.example/page.pdf" } });
  const text = asksWith({ type: "file", source: { type: "base64", mediaType: "text/plain", data: "T2zDoSE=" } });
  test.each<[string, unknown, Request]>([
    ["a text file that is sent as its text", { said: ["Olá!"] }, text],
    ["a body that is written already", JSON.stringify({ said: [{ data: "T2zDoSE=" }] }), text],
    ["a body that is no JSON", "said=1", text],
    ["no body", undefined, text],
    ["an address that is no text yet", { said: "What is it?", file: new URL("https://a.example/page.pdf") }, page],
    ["a body with bytes in it", { said: "What is it?", file: new Uint8Array(3) }, text],
    ["a body of a class of its own", new FormData(), text],
    ["a result whose block says so", { content: [{ is_error: true, content: [{ text: "Away." }] }] }, failed("Away.")],
    ["a result that stands under such a name", { response: { error: { text: "Away." } } }, failed("Away.")],
    ["a result in other words", { content: "Error: Away." }, failed("Away.")],
    ["an error without words", { content: "" }, failed("")],
  ])("is not made up: %s", async (_title, body, request) => {
    expect(await lossesBeside(body, request)).toEqual([]);
  });

  test.each<[string, unknown, Request, string]>([
    ["a file beside other texts", { said: "What is it?" }, text, "messages[0] file dropped"],
    ["an address beside other texts", { said: "What is it?" }, page, "messages[0] file dropped"],
    [
      "a text whose base64 is broken",
      { said: "What is it?" },
      asksWith({ type: "file", source: { type: "base64", mediaType: "text/plain", data: "T2zDoSE==A" } }),
      "messages[0] file dropped",
    ],
    [
      "an error that says that it is none",
      { content: [{ is_error: false, content: "Away." }] },
      failed("Away."),
      "messages[2] tool-result isError dropped",
    ],
  ])("is seen in a body: %s", async (_title, body, request, loss) => {
    expect(await lossesBeside(body, request)).toEqual([loss]);
  });
});

describe("what has no place in a provider's words", () => {
  test("native fields of the vendor are a loss that says where they belong, a tool's too", async () => {
    const fields = { fake: { logprobs: true } };

    const losses = await lossesBeside(undefined, {
      messages: [{ role: "user", content: "Why?" }],
      tools: [{ ...LOOK, vendorOptions: { fake: { strict: true } } }],
      vendorOptions: { ...fields, aiSdk: { fake: { logProbs: true } } },
    });

    expect(losses).toEqual(["vendorOptions.fake dropped", "vendorOptions.fake dropped"]);
  });

  const SCHEMA = { type: "object", properties: { city: { type: "string" } } } as const;
  test.each([
    ["JSON without a schema is asked for in words, too", undefined, {}, /^Be brief\.\n\nAnswer with one JSON value/],
    ["a schema is not", SCHEMA, {}, /^Be brief\.$/],
    ["a schema is, where the model says that it takes none", SCHEMA, { supportsStructuredOutputs: false }, /"city"/],
  ] as const)("%s", async (_title, schema, own, system) => {
    const { model, calls } = fakeModel([START, ...says('{"city":"Rome"}'), finishes("stop", "stop")], { own });

    const answer = await createChain([aiSdk(model)]).generate({
      system: "Be brief.",
      messages: [{ role: "user", content: "Where?" }],
      output: { type: "json", ...(schema !== undefined && { schema }) },
    });

    expect(answer.output).toEqual({ city: "Rome" });
    expect(calls[0]?.["prompt"]).toMatchObject([{ role: "system", content: expect.stringMatching(system) }, {}]);
    expect(calls[0]?.["responseFormat"]).toMatchObject({ type: "json" });
  });

  test("a warning is a loss in the words of a request", async () => {
    const warnings = [
      { type: "compatibility", feature: "reasoning", details: "mapped" },
      { type: "compatibility", feature: "tool choice" },
      { type: "unsupported", feature: "responseFormat" },
      { type: "unsupported", feature: "topK" },
      { type: "other", message: "Something about the prompt." },
    ];
    const { model } = fakeModel([{ type: "stream-start", warnings }, ...says("Blue."), finishes("stop", "stop")]);

    const answer = await createChain([aiSdk(model)]).generate("Why?");

    expect(lossesOf(answer)).toEqual([
      "reasoning.effort downgraded",
      "tool choice translated",
      "output dropped",
      "topK dropped",
    ]);
  });

  test("an event of the wire that a provider hands on is no part of an answer, other data of its own is", async () => {
    const { model } = fakeModel([
      START,
      { type: "custom", kind: "fake.message_start", providerMetadata: { fake: { id: "1" } } },
      { type: "custom", kind: "fake.fallback", providerMetadata: { fake: { from: "one" } } },
      ...says("Blue."),
      finishes("stop", "stop"),
    ]);

    const { message } = await createChain([aiSdk(model)]).generate("Why?");

    expect(message.content).toMatchObject([
      { type: "opaque", kind: "fake.fallback", data: { fake: { from: "one" } } },
      { type: "text", text: "Blue." },
    ]);
  });
});

import { createAnthropic } from "@ai-sdk/anthropic";
import { createDeepSeek } from "@ai-sdk/deepseek";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createChain, isUnderstudyError, type JsonObject, type Message, type Request } from "@understudy/core";
import { startAnthropic, startDeepSeek, startOpenAI, startOpenAIChat, scriptedTarget } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { aiSdk, guardedFetch } from "../src/index.ts";
import { API_KEY as apiKey, bodyOf, partsOf, rejectionOf } from "./set-up.ts";

const fetch = guardedFetch();
const QUESTION: Message = { role: "user", content: "Why is the sky blue?" };

describe("aiSdk(model)", () => {
  test("R14.8 a request whose provider is to search is not sent to two vendors at once", async () => {
    await using slow = await startOpenAIChat();
    slow.script([{ fault: { type: "delay", ms: 120 } }, { fault: { type: "delay", ms: 120 } }]);
    const compatible = createOpenAICompatible({ name: "compatible", baseURL: slow.url, apiKey, fetch });
    const backup = scriptedTarget([], { otherwise: { text: "From the backup." } });
    const chain = createChain([{ target: aiSdk(compatible("gpt-5.5")), hedgeAfterMs: 20 }, backup]);
    const ask = async (own: JsonObject): Promise<readonly boolean[]> => {
      const { trace } = await chain.generate({ messages: [QUESTION], vendorOptions: { aiSdk: { compatible: own } } });
      return trace.attempts.map(({ hedge = false }) => hedge);
    };

    // Refused after its time, by a model that does not search.
    expect(await ask({ web_search_options: {} })).toEqual([false, false]);
    expect(await ask({ user: "one" })).toEqual([false, true]);
  });

  test("23: does not wait for the end of a body that stays open behind a complete answer", async () => {
    await using vendor = await startOpenAIChat();
    vendor.answer({ text: "Because of Rayleigh." });
    vendor.script([{ fault: { type: "open-end" } }, { fault: { type: "silence", at: "evidence" } }]);
    const compatible = createOpenAICompatible({ name: "compatible", baseURL: vendor.url, apiKey, fetch });
    const chain = createChain([aiSdk(compatible("gpt-5.5"))]);

    for (let call = 0; call < 2; call++) {
      const begunAt = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await chain.generate("Why?");
      const ms = performance.now() - begunAt;

      expect(answer.text).toBe("Because of Rayleigh.");
      expect(answer.finishReason).toBe("stop");
      expect(ms).toBeGreaterThan(900);
      expect(ms).toBeLessThan(1_900);
    }
  });

  test("24: an overload in a stream is no fault of the request, whatever status the provider guesses", async () => {
    await using deepSeek = await startDeepSeek();
    await using gpt = await startOpenAI();
    deepSeek.script([{ fault: { type: "in-band-error", at: "preamble" } }]);
    gpt.script([{ fault: { type: "error", error: "bad-request" } }]);
    const last = scriptedTarget([{ text: "From the last." }]);
    const chain = createChain([
      aiSdk(createDeepSeek({ baseURL: deepSeek.url, apiKey, fetch })("deepseek-flash")),
      aiSdk(createOpenAI({ baseURL: gpt.url, apiKey, fetch })("gpt-6.1-terra")),
      last,
    ]);

    const answer = await chain.generate("Why?");

    expect(answer.trace.attempts.map((attempt) => attempt.class ?? attempt.outcome)).toEqual([
      "server.overloaded",
      "request.rejected",
      "answered",
    ]);
    expect(answer.text).toBe("From the last.");
  });

  test("24: an error that names a status of 400 in a stream is the server's", async () => {
    await using deepSeek = await startDeepSeek();
    deepSeek.script([
      { fault: { type: "in-band-error", at: "preamble", code: 400, message: "Something about the request." } },
    ]);
    const chain = createChain([
      aiSdk(createDeepSeek({ baseURL: deepSeek.url, apiKey, fetch })("deepseek-flash")),
      scriptedTarget([{ text: "From the last." }]),
    ]);

    const answer = await chain.generate("Why?");

    expect(answer.trace.attempts[0]?.class).toBe("server.error");
  });

  test("25: data of a part goes back with it to the model that made it, and to no other", async () => {
    await using claude = await startAnthropic();
    await using gpt = await startOpenAI();
    claude.script([
      { answer: { reasoning: "Rayleigh?", text: "Because." } },
      {},
      { fault: { type: "status", status: 503 } },
    ]);
    const chain = createChain([
      aiSdk(createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-5-5")),
      aiSdk(createOpenAI({ baseURL: gpt.url, apiKey, fetch })("gpt-6.1-terra")),
    ]);
    const ask = (messages: readonly Message[]) => chain.generate({ messages, reasoning: { effort: "low" } });

    const first = await ask([QUESTION]);
    const history: readonly Message[] = [QUESTION, first.message, { role: "user", content: "More." }];
    await ask(structuredClone(history));
    await ask(history);

    const reasoning =
      typeof first.message.content === "string"
        ? undefined
        : first.message.content.find(({ type }) => type === "reasoning");
    expect(reasoning).toMatchObject({
      type: "reasoning",
      text: "Rayleigh?",
      origin: { vendor: "anthropic", model: "claude-sonnet-5-5", endpoint: "anthropic.messages" },
      opaque: { providerMetadata: { anthropic: { signature: expect.any(String) } } },
    });
    const signature: unknown = Object(reasoning).opaque.providerMetadata.anthropic.signature;
    expect(JSON.stringify(bodyOf(claude.requests[1])["messages"])).toContain(
      JSON.stringify({ type: "thinking", thinking: "Rayleigh?", signature }),
    );
    const other = JSON.stringify(bodyOf(gpt.requests[0]));
    expect(other).toContain("Because.");
    expect(other).not.toContain("Rayleigh?");
    expect(other).not.toContain(String(signature));
  });

  test("sends a request in the words of the provider, and reports what has none", async () => {
    await using claude = await startAnthropic();
    const chain = createChain([
      aiSdk(createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-4-5"), {
        capabilities: { contextWindow: 200_000 },
      }),
    ]);
    const request: Request = {
      system: "Be brief.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", source: { type: "base64", mediaType: "image/png", data: "iVBORw0KGgo=" } },
            {
              type: "file",
              name: "a.txt",
              source: { type: "base64", mediaType: "text/plain", data: "SGk=" },
              citations: true,
            },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "I look.", citations: [{ url: "https://a.test/dark", title: "Dark" }] },
            { type: "tool-call", toolCallId: "c1", toolName: "look", input: { at: "it" } },
          ],
        },
        {
          role: "tool",
          content: [{ type: "tool-result", toolCallId: "c1", content: "It is dark.", isError: true }],
        },
      ],
      tools: [
        {
          name: "look",
          description: "Looks.",
          inputSchema: { type: "object", properties: { at: { type: "string" } } },
        },
      ],
      toolChoice: { tool: "look" },
      maxOutputTokens: 500,
      temperature: 0.5,
      stop: ["END"],
      cache: true,
      userId: "user-1",
      reasoning: { budgetTokens: 2_000 },
      vendorOptions: { aiSdk: { anthropic: { disableParallelToolUse: true } } },
    };

    const answer = await chain.generate(request);

    const body = bodyOf(claude.requests[0]);
    expect(body).toMatchObject({
      model: "claude-sonnet-4-5",
      max_tokens: 500,
      temperature: 0.5,
      stop_sequences: ["END"],
      system: [{ type: "text", text: "Be brief." }],
      tools: [{ name: "look", description: "Looks.", input_schema: { properties: { at: { type: "string" } } } }],
      tool_choice: { type: "tool", name: "look", disable_parallel_tool_use: true },
    });
    const messages = JSON.stringify(body["messages"]);
    expect(messages).toContain('"media_type":"image/png","data":"iVBORw0KGgo="');
    expect(messages).toContain('"type":"tool_use","id":"c1","name":"look","input":{"at":"it"}');
    expect(messages).toContain('"tool_use_id":"c1","content":"It is dark.","is_error":true');
    expect(answer.losses.map(({ what }) => what).toSorted()).toEqual([
      "cache",
      "messages[0] citations",
      "messages[1] citations",
      "reasoning.budgetTokens",
      "userId",
    ]);
  });

  test("calls of tools and JSON output arrive as they do from a native adapter", async () => {
    await using gpt = await startOpenAI();
    gpt.script([
      { answer: { toolCalls: [{ name: "look", input: { at: "it" } }] } },
      { answer: { text: '{"city":"Rome"}' } },
    ]);
    const chain = createChain([aiSdk(createOpenAI({ baseURL: gpt.url, apiKey, fetch })("gpt-6.1-terra"))]);

    const stream = await chain.stream({ messages: [QUESTION], tools: [{ name: "look" }] });
    const events = await partsOf(stream);
    const called = await stream.result;
    const asked = await chain.generate({
      messages: [QUESTION],
      output: {
        type: "json",
        schema: {
          type: "object",
          properties: { city: { type: "string" } },
          required: ["city"],
          additionalProperties: false,
        },
      },
    });

    expect(events.map(({ type }) => type).slice(-2)).toEqual(["tool-call", "finish"]);
    expect(called.toolCalls).toMatchObject([{ toolName: "look", input: { at: "it" } }]);
    expect(called.finishReason).toBe("tool-calls");
    expect(asked.output).toEqual({ city: "Rome" });
    expect(bodyOf(gpt.requests[1])["text"]).toMatchObject({ format: { type: "json_schema", name: "answer" } });
  });

  test('with `streaming: "never"` it asks for answers in one piece', async () => {
    await using claude = await startAnthropic();
    claude.answer({ reasoning: "Hm.", text: "Because.", usage: { inputTokens: 12, outputTokens: 5 } });
    const model = createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-5-5");
    const chain = createChain([aiSdk(model, { streaming: "never" })]);

    const answer = await chain.generate("Why?");

    expect(claude.requests[0]?.streamed).toBe(false);
    expect(answer.text).toBe("Because.");
    expect(answer.usage).toMatchObject({ inputTokens: 12, outputTokens: 5 });
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^req_/);
  });

  test("in one piece too, failures have their classes", async () => {
    await using claude = await startAnthropic();
    claude.script([{ fault: { type: "error", error: "out-of-quota" } }]);
    const model = createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-5-5");
    const chain = createChain([aiSdk(model, { streaming: "never" })]);

    const error = await rejectionOf(chain.generate("Why?"));

    expect(isUnderstudyError(error) && error.code).toBe("billing");
    expect(claude.requests).toHaveLength(1);
  });

  test("a URL that the model does not take leads to the next tier, and nothing is sent", async () => {
    await using deepSeek = await startDeepSeek();
    const last = scriptedTarget([{ text: "A bird." }]);
    const chain = createChain([
      aiSdk(createDeepSeek({ baseURL: deepSeek.url, apiKey, fetch })("deepseek-flash")),
      last,
    ]);
    const image = { type: "image", source: { type: "url", url: "https://app.example/bird.png" } } as const;

    const answer = await chain.generate({
      messages: [{ role: "user", content: [{ type: "text", text: "?" }, image] }],
    });

    expect(answer.text).toBe("A bird.");
    expect(answer.trace.attempts[0]?.class).toBe("request.unsupported");
    expect(deepSeek.requests).toHaveLength(0);
  });

  test("a URL that the model takes goes to the vendor as it is", async () => {
    await using claude = await startAnthropic();
    const model = createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-5-5");
    const chain = createChain([aiSdk(model)]);
    const image = { type: "image", source: { type: "url", url: "https://app.example/bird.png" } } as const;

    await chain.generate({ messages: [{ role: "user", content: [{ type: "text", text: "?" }, image] }] });

    expect(JSON.stringify(bodyOf(claude.requests[0]))).toContain('"type":"url","url":"https://app.example/bird.png"');
  });

  test("a request that waits for no answer ends when the caller aborts", async () => {
    await using claude = await startAnthropic();
    claude.script([{ fault: { type: "silence", at: "preamble" } }]);
    const chain = createChain([
      aiSdk(createAnthropic({ baseURL: `${claude.url}/v1`, apiKey, fetch })("claude-sonnet-5-5")),
    ]);

    const error = await rejectionOf(chain.generate("Why?", { signal: AbortSignal.timeout(100) }));
    const record = await claude.arrived(0);
    await record.closed;

    expect(isUnderstudyError(error) && error.code).toBe("aborted");
    expect(record.closedByClient).toBe(true);
  });
});

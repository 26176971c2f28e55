import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createChain, isUnderstudyError, type Answer, type Message, type Request } from "@understudy/core";
import { startOpenAIChat, type Vendor } from "@understudy/testing";
import { AzureOpenAI } from "openai";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openai, type OpenAIChatTargetOptions } from "../index.ts";

const MODEL = "llama-4";

afterEach(() => {
  vi.unstubAllEnvs();
});

function generate(
  vendor: Vendor,
  options: OpenAIChatTargetOptions = {},
  request: string | Request = "Hi",
  model = MODEL,
): Promise<Answer> {
  return createChain([openai.chat(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

function toolsOf(model: string): unknown {
  return openai.chat(model, { apiKey: "k" }).capabilities.tools;
}

function startCompatible(): Promise<Vendor> {
  return startOpenAIChat({ compatible: true });
}

describe("openai.chat", () => {
  test("needs no key for a server on this machine, and tells where one is missing", () => {
    vi.stubEnv("OPENAI_API_KEY", "from-env");

    expect(openai.chat(MODEL, { baseURL: "http://localhost:11434/v1" }).problems).toEqual([]);
    expect(openai.chat(MODEL, { baseURL: "https://gateway.test/v1" }).problems).toMatchObject([{ type: "no-key" }]);
    expect(openai.chat("gpt-4.1").problems).toEqual([]);
  });

  test("knows which models take no tools here", () => {
    expect(["gpt-6-astra", "gpt-6-sol", "gpt-5.5", "gpt-5-codex", "llama-4"].map(toolsOf)).toEqual([
      false,
      true,
      true,
      false,
      "unknown",
    ]);
  });

  test("plans for what the model will do", () => {
    const request = {
      messages: [],
      tools: [],
      toolChoice: "auto",
      output: { type: "text" },
      stop: [],
      reasoning: { visible: true },
    } as const;

    expect(openai.chat(MODEL, { apiKey: "k" }).plan(request)).toEqual({
      silentReasoning: false,
      eventsAtOnce: false,
      unary: false,
    });
    expect(openai.chat("o3", { apiKey: "k" }).plan(request).silentReasoning).toBe(true);
    expect(
      openai.chat("gpt-6-sol", { apiKey: "k" }).plan({ ...request, reasoning: { effort: "none", visible: true } }),
    ).toMatchObject({
      silentReasoning: false,
    });
  });
});

describe("openai.chat over a socket", () => {
  test("answers, with usage, and says who served", async () => {
    await using vendor = await startCompatible();
    vendor.answer({ text: "Hello.", usage: { inputTokens: 9, outputTokens: 4 } });

    const answer = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], maxOutputTokens: 50 });

    expect(answer).toMatchObject({ text: "Hello.", model: MODEL, usage: { inputTokens: 9, outputTokens: 4 } });
    expect(vendor.requests[0]?.body).toMatchObject({ max_tokens: 50 });
  });

  test("sends no key where none is needed, also none from the environment", async () => {
    vi.stubEnv("OPENAI_API_KEY", "from-env");
    const seen: IncomingHttpHeaders[] = [];
    await using server = await startPlain((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message: { content: "Hello." }, finish_reason: "stop" }] }));
    }, seen);

    const answer = await createChain([openai.chat(MODEL, { baseURL: server.url })]).generate("Hi");

    expect(answer.text).toBe("Hello.");
    expect(seen[0]).not.toHaveProperty("authorization");
  });

  test("sends no header from the environment, nor its own less for one of the same name", async () => {
    await using vendor = await startCompatible();
    await generate(vendor);
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer from-env\ncontent-type: text/plain\nx-stray: 1");
    await generate(vendor);

    const [without, withEnvironment] = vendor.requests.map(({ headers }) => headers);
    expect(without).toMatchObject({ authorization: "Bearer k", "content-type": "application/json" });
    expect(withEnvironment).toEqual(without);
  });

  test("takes the other name for the output limit where one is refused, and remembers it", async () => {
    await using vendor = await startCompatible();
    vendor.answer({ text: "Hello." });
    const target = openai.chat(MODEL, { baseURL: vendor.url, apiKey: "k", maxTokensField: "max_completion_tokens" });
    const chain = createChain([target]);
    const request: Request = { messages: [{ role: "user", content: "Hi" }], maxOutputTokens: 50 };

    const first = await chain.generate(request);
    await chain.generate(request);

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without max_completion_tokens"]);
    expect(vendor.requests).toHaveLength(3);
    expect(vendor.requests[2]?.body).toMatchObject({ max_tokens: 50 });
  });

  test("round-trips parallel calls, at the vendor's own server too", async () => {
    await using vendor = await startOpenAIChat();
    vendor.script([
      {
        answer: {
          toolCalls: [
            { name: "f", input: { a: "1" } },
            { name: "f", input: { a: "2" } },
          ],
        },
      },
      { answer: { text: "Done." } },
    ]);
    const inputSchema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const tools = [{ name: "f", inputSchema }];
    const first = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], tools }, "gpt-5.5");
    const results = first.toolCalls.map(
      ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
    );
    const messages: Message[] = [{ role: "user", content: "Hi" }, first.message, { role: "tool", content: results }];

    const second = await generate(vendor, {}, { messages, tools }, "gpt-5.5");

    expect(first.toolCalls).toHaveLength(2);
    expect(second.text).toBe("Done.");
  });

  test("asks for whole answers where an endpoint cannot stream, and remembers it", async () => {
    await using vendor = await startCompatible();
    vendor.answer({ text: "Whole." });
    const body = { error: { message: "Streaming is not supported by this endpoint.", type: "invalid_request_error" } };
    vendor.script([{ fault: { type: "status", status: 400, body } }]);
    const chain = createChain([openai.chat(MODEL, { baseURL: vendor.url, apiKey: "k" })]);

    const first = await chain.generate("Hi");
    await chain.generate("Hi");

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without streaming"]);
    expect(vendor.requests.map((request) => request.streamed)).toEqual([true, false, false]);
  });

  test("takes a client for another cloud, which puts the deployment into the path", async () => {
    const paths: (string | undefined)[] = [];
    await using server = await startPlain((response) => {
      paths.push(response.req.url);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: {"choices":[],"model":"","prompt_filter_results":[]}\n\n`);
      response.write(`data: {"choices":[{"index":0,"delta":{"content":"Oi!"}}],"model":"o4-mini"}\n\n`);
      response.end(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
    });
    const client = new AzureOpenAI({ endpoint: new URL(server.url).origin, apiKey: "k", apiVersion: "2024-10-21" });

    const answer = await createChain([openai.chat("my-deployment", { client })]).generate("Hi");

    expect(answer).toMatchObject({ text: "Oi!", model: "o4-mini" });
    expect(paths).toEqual(["/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"]);
  });

  test("ED-03 fails over when the stream ends with neither a finish reason nor a sentinel", async () => {
    await using server = await startPlain((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n`);
    });

    const error = await createChain([openai.chat(MODEL, { baseURL: server.url })], { policy: () => "stop" })
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("interrupted");
  });

  test("ED-05 ends at the sentinel although the connection stays open", async () => {
    await using server = await startPlain((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: {"choices":[{"index":0,"delta":{"content":"All."},"finish_reason":"stop"}]}\n\n`);
      response.write("data: [DONE]\n\n");
    });
    const before = performance.now();

    const answer = await createChain([openai.chat(MODEL, { baseURL: server.url })]).generate("Hi");

    expect(answer.text).toBe("All.");
    expect(performance.now() - before).toBeLessThan(900);
  });
});

interface PlainServer extends AsyncDisposable {
  readonly url: string;
}

/** A server that answers everything in one way, for what no well-behaved simulator does. */
async function startPlain(
  answer: (response: ServerResponse) => void,
  seen: IncomingHttpHeaders[] = [],
): Promise<PlainServer> {
  const server: Server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().on("end", () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

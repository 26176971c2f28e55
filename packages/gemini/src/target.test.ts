import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { GoogleGenerativeAI } from "@google/generative-ai";
import { createChain, isUnderstudyError, type Answer, type Message, type Request } from "@understudy/core";
import type { Clock, FailureClass, TargetRequest } from "@understudy/core/adapter";
import type { Fetch } from "@understudy/core/toolkit";
import { startGemini, type Vendor, testFactory } from "@understudy/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { gemini, type GeminiTargetOptions } from "./index.ts";

const MODEL = "gemini-3.8-flash";
const TOOLS = [
  { name: "f", description: "F.", inputSchema: { type: "object", properties: { a: { type: "string" } } } },
];
const WHOLE = JSON.stringify({ candidates: [{ content: { parts: [{ text: "Hello." }] }, finishReason: "STOP" }] });
const QUESTION = { role: "user", content: "Hi" } as const;

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };

const request: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  stop: [],
  reasoning: { visible: true },
};

afterEach(() => {
  vi.unstubAllEnvs();
});

function generate(
  vendor: Vendor,
  options: GeminiTargetOptions = {},
  asked: string | Request = "Hi",
  model = MODEL,
): Promise<Answer> {
  return createChain([gemini(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(asked);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function results({ message, toolCalls }: Answer): Message[] {
  return [
    QUESTION,
    message,
    {
      role: "tool",
      content: toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "12 degrees" })),
    },
  ];
}

async function failedAttempt(vendor: Vendor, options: GeminiTargetOptions = {}): Promise<object> {
  const target = gemini(MODEL, { baseURL: vendor.url, apiKey: "k", ...options });
  const error = await createChain([target], { policy: () => "stop" })
    .generate("Hi")
    .catch((thrown: unknown) => thrown);
  const [attempt] = isUnderstudyError(error) ? error.attempts : [];
  return { class: attempt?.class, status: attempt?.status, retryAfterMs: attempt?.retryAfterMs };
}

async function classAt(baseURL: string, options: GeminiTargetOptions): Promise<FailureClass | undefined> {
  const chain = createChain([gemini(MODEL, { baseURL, apiKey: "k", ...options })], { policy: () => "stop" });
  const error: unknown = await chain.generate("Hi").catch((thrown: unknown) => thrown);
  return isUnderstudyError(error) ? error.attempts[0]?.class : undefined;
}

testFactory(
  { describe, test },
  {
    name: "gemini",
    startVendor: startGemini,
    make: (options) => gemini(MODEL, options),
    keyVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    ownURLs: ["https://generativelanguage.googleapis.com"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "gemini",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

describe("gemini", () => {
  test("makes a target without asking anybody", () => {
    const target = gemini(MODEL, { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "gemini",
      model: MODEL,
      endpoint: "generativelanguage.googleapis.com",
      problems: [],
      capabilities: { keepAlives: false, contextWindow: 1_048_576, maxOutputTokens: 65_536 },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });

  test.each(["../../v1/files", "models/..", "models/a?key=b", "..\\files"])(
    "refuses the model %j, which would lead elsewhere",
    (model) => {
      expect(gemini(model, { apiKey: "k" }).problems).toHaveLength(1);
    },
  );

  test("tells which options exclude each other", () => {
    const client = new GoogleGenerativeAI("client-key");

    const { problems } = gemini(MODEL, { apiKey: "k", client, transport: "sdk", fetch });

    expect(problems).toHaveLength(2);
    expect(problems.map(({ message }) => message).join()).not.toContain("client-key");
  });

  test("keeps targets with other tokens apart", () => {
    const [one, other] = ["a", "b"].map((token) => gemini(MODEL, { headers: { Authorization: `Bearer ${token}` } }));

    expect(one?.problems).toEqual([]);
    expect(one?.scopes.key).not.toBe(other?.scopes.key);
  });

  test("plans for what the model will do", () => {
    const target = gemini(MODEL, { apiKey: "k" });

    expect(target.plan(request)).toEqual({ silentReasoning: false, eventsAtOnce: false, unary: false });
    expect(target.plan({ ...request, reasoning: { visible: false } }).silentReasoning).toBe(true);
    expect(gemini(MODEL, { apiKey: "k", streaming: "never" }).plan(request).unary).toBe(true);
  });
});

describe("gemini over a socket", () => {
  test("answers, and says which model served", async () => {
    await using vendor = await startGemini();
    vendor.answer({ text: "Hello.", reasoning: "hm", model: "gemini-3.8-flash-001" });

    const answer = await generate(vendor, { headers: { "X-Team": "blue" } });

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "gemini-3.8-flash-001" });
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "hm" }, { type: "text" }, { text: "" }]);
    expect(vendor.requests[0]).toMatchObject({
      path: "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      headers: { "x-goog-api-key": "k", "x-team": "blue" },
    });
  });

  test("asks for answers in one piece when told never to stream", async () => {
    await using vendor = await startGemini();
    vendor.answer({ text: "Whole.", reasoning: "hm" });

    const answer = await generate(vendor, { streaming: "never" });

    expect(answer.text).toBe("Whole.");
    expect(vendor.requests[0]?.path).toBe("/v1beta/models/gemini-3.8-flash:generateContent");
  });

  test.each(["gemini-3.8-flash", "gemini-2.5-flash"])(
    "round-trips parallel calls of %s, with the signature the vendor demands",
    async (model) => {
      await using vendor = await startGemini();
      vendor.script([
        {
          answer: {
            reasoning: "hm",
            toolCalls: [
              { name: "f", input: { a: "1" } },
              { name: "f", input: { a: "2" } },
            ],
          },
        },
        { answer: { text: "Done." } },
      ]);
      const first = await generate(vendor, {}, { messages: [QUESTION], tools: TOOLS }, model);

      const second = await generate(vendor, {}, { messages: results(first), tools: TOOLS }, model);

      expect(second.text).toBe("Done.");
      expect(second.losses).toEqual([]);
      expect(new Set(first.toolCalls.map((call) => call.toolCallId)).size).toBe(2);
      expect(vendor.requests[1]?.text).toContain("thoughtSignature");
      expect(vendor.requests[1]?.text).not.toContain("skip_thought_signature_validator");
    },
  );

  test("GE-10 goes on with tool calls that another vendor made", async () => {
    await using vendor = await startGemini();
    vendor.answer({ text: "Done." });
    const messages: Message[] = [
      QUESTION,
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "call.1", toolName: "f", input: { a: "1" } }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "call.1", content: "2" }] },
    ];

    const answer = await generate(vendor, {}, { messages, tools: TOOLS });

    expect(answer.text).toBe("Done.");
    expect(vendor.requests[0]?.text).toContain("skip_thought_signature_validator");
  });

  test("forgets signatures that the vendor does not know, once", async () => {
    await using vendor = await startGemini();
    await using elsewhere = await startGemini();
    vendor.answer({ toolCalls: [{ name: "f", input: { a: "1" } }] });
    elsewhere.answer({ text: "Done." });
    const { message, toolCalls } = await generate(vendor, {}, { messages: [QUESTION], tools: TOOLS });
    const content = typeof message.content === "string" ? [] : message.content;
    const origin = { vendor: "gemini", model: MODEL, endpoint: new URL(elsewhere.url).host };
    const moved = { ...message, content: content.map((part) => ({ ...part, origin })) };

    const answer = await generate(
      elsewhere,
      {},
      {
        messages: [
          QUESTION,
          moved,
          {
            role: "tool",
            content: toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "1" })),
          },
        ],
        tools: TOOLS,
      },
    );

    expect(answer.text).toBe("Done.");
    expect(answer.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without earlier signatures"]);
  });

  test("reads JSON, and cites what it found", async () => {
    await using vendor = await startGemini();
    vendor.script([
      { answer: { text: '{"a":1}' } },
      { answer: { text: "Blue.", citations: [{ url: "https://a.test", title: "A", citedText: "Blue." }] } },
    ]);
    const schema = { type: "object", properties: { a: { type: "number" } } };

    const json = await generate(vendor, {}, { messages: [QUESTION], output: { type: "json", schema } });
    const cited = await generate(vendor);

    expect(json.output).toEqual({ a: 1 });
    expect(cited.message.content).toMatchObject([
      { type: "text", citations: [{ url: "https://a.test", title: "A", start: 0, end: 5 }] },
      { type: "text", text: "" },
      { type: "source", url: "https://a.test" },
      { type: "opaque", kind: "groundingMetadata" },
    ]);
  });

  test("GE-13 moves on from an overloaded model after one request", async () => {
    await using vendor = await startGemini();
    await using backup = await startGemini();
    vendor.script([{ fault: { type: "error", error: "overloaded" } }]);
    backup.answer({ text: "From the second." });
    const chain = createChain([
      gemini(MODEL, { baseURL: vendor.url, apiKey: "key-1" }),
      gemini("gemini-3.5-flash-lite", { baseURL: backup.url, apiKey: "key-2" }),
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the second.");
    expect(answer.trace.attempts[0]).toMatchObject({ class: "server.overloaded", status: 503 });
    expect([vendor.requests.length, backup.requests.length]).toEqual([1, 1]);
    expect(backup.requests[0]?.headers["x-goog-api-key"]).toBe("key-2");
  });

  test("says that a blocked prompt was filtered", async () => {
    await using vendor = await startGemini();
    vendor.answer({ finish: "content-filter" });

    const answer = await generate(vendor);

    expect(answer).toMatchObject({ text: "", finishReason: "content-filter", rawFinishReason: "PROHIBITED_CONTENT" });
  });

  test("asks Vertex by its base URL and a token, without ids of calls and without any key", async () => {
    vi.stubEnv("GEMINI_API_KEY", "key-from-env");
    const seen: globalThis.Request[] = [];
    const target = gemini(MODEL, {
      baseURL: "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/publishers/google/",
      headers: { authorization: "Bearer token" },
      fetch: (url, init) => {
        seen.push(new globalThis.Request(url, init));
        return Promise.resolve(
          Response.json({ candidates: [{ content: { parts: [{ text: "Hi." }] }, finishReason: "STOP" }] }),
        );
      },
    });
    const messages: Message[] = [
      QUESTION,
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "call_1", toolName: "f", input: {} }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content: "1" }] },
    ];

    await createChain([target]).generate({ messages, tools: TOOLS });

    expect(seen[0]?.url).toBe(
      "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
    );
    expect(seen[0]?.headers.get("authorization")).toBe("Bearer token");
    expect(seen[0]?.headers.has("x-goog-api-key")).toBe(false);
    expect(await seen[0]?.text()).not.toContain("call_1");
  });

  test("takes the key of a client of the vendor's SDK", async () => {
    await using vendor = await startGemini();
    const target = gemini(MODEL, { baseURL: vendor.url, client: new GoogleGenerativeAI("client-key") });

    await createChain([target]).generate("Hi");

    expect(vendor.requests[0]?.headers["x-goog-api-key"]).toBe("client-key");
  });
});

/** An endpoint that refuses what `refusal` finds wrong with a body, and answers the others. */
function refusing(refusal: (body: string) => object | undefined): { readonly bodies: string[]; readonly fetch: Fetch } {
  const bodies: string[] = [];
  return {
    bodies,
    fetch: async (input, init) => {
      const body = await new globalThis.Request(input, init).text();
      bodies.push(body);
      const error = refusal(body);
      return error === undefined
        ? Response.json({ candidates: [{ content: { parts: [{ text: "Hello." }] }, finishReason: "STOP" }] })
        : Response.json({ error }, { status: Number(Reflect.get(error, "code")) });
    },
  };
}

const invalid = (message: string) => ({ code: 400, status: "INVALID_ARGUMENT", message });

describe("gemini and what is refused", () => {
  const history: Message[] = [
    QUESTION,
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "call_1", toolName: "f", input: {} }] },
    { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content: "1" }] },
  ];

  test("signs the calls of others for a model that turns out to want it, and remembers that", async () => {
    const missing = invalid("Function call is missing a thought_signature in functionCall parts.");
    const vendor = refusing((body) => (body.includes("skip_thought_signature_validator") ? undefined : missing));
    const target = gemini("gemini-2.5-flash-lite", { apiKey: "k", fetch: vendor.fetch });
    const chain = createChain([target]);

    const first = await chain.generate({ messages: history, tools: TOOLS });
    const second = await chain.generate({ messages: history, tools: TOOLS });

    expect(vendor.bodies).toHaveLength(3);
    const loss = { what: "messages reasoning", action: "translated", reason: "the vendor refused it" };
    expect([first.losses, second.losses]).toEqual([[loss], [loss]]);
    expect(first.trace.attempts.map(({ repair }) => repair)).toEqual([
      undefined,
      "with stand-ins for missing signatures",
    ]);
  });

  test("asks once more for as much output as the vendor says that there is, and remembers that", async () => {
    const vendor = refusing((body) =>
      body.includes('"maxOutputTokens":100000')
        ? invalid(
            "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.",
          )
        : undefined,
    );
    const chain = createChain([gemini("gemini-9-flash", { apiKey: "k", fetch: vendor.fetch })]);
    const asked: Request = { messages: [QUESTION], maxOutputTokens: 100_000 };

    const answers = [await chain.generate(asked), await chain.generate(asked)];

    expect(vendor.bodies.map((body) => /"maxOutputTokens":\d+/.exec(body)?.[0])).toEqual([
      '"maxOutputTokens":100000',
      '"maxOutputTokens":8192',
      '"maxOutputTokens":8192',
    ]);
    const loss = { what: "maxOutputTokens", action: "downgraded", reason: "the vendor refused it" };
    expect(answers.map(({ losses }) => losses)).toEqual([[loss], [loss]]);
  });

  test("goes on asking a model after a cache of one request has expired", async () => {
    const expired = {
      code: 403,
      status: "PERMISSION_DENIED",
      message: "CachedContent not found (or permission denied)",
    };
    const vendor = refusing((body) => (body.includes("cachedContents/1") ? expired : undefined));
    const chain = createChain([gemini(MODEL, { apiKey: "k", fetch: vendor.fetch })]);
    const vendorOptions = { gemini: { cachedContent: "cachedContents/1" } };

    const error: unknown = await chain
      .generate({ messages: [QUESTION], vendorOptions })
      .catch((thrown: unknown) => thrown);
    const answer = await chain.generate("Hi");

    expect(isUnderstudyError(error) ? error.code : error).toBe("invalid-request");
    expect(answer.text).toBe("Hello.");
    expect(vendor.bodies).toHaveLength(2);
  });

  test("compares the day of a model's end with the attempt's own clock", async () => {
    const vendor = refusing(() => undefined);
    const target = gemini("gemini-2.5-flash", { apiKey: "k", fetch: vendor.fetch });
    const messages: TargetRequest["messages"] = [
      ...request.messages,
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "f", input: {} }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "f", content: [] }] },
    ];

    for (const day of ["2026-11-30", "2026-12-01"]) {
      let count = 0;
      const context = {
        signal: new AbortController().signal,
        clock: { ...clock, wallNow: () => Date.parse(day) },
        newId: () => `p${++count}`,
        loss: () => undefined,
      };
      for await (const _ of target.stream({ ...request, messages }, context));
    }

    expect(vendor.bodies.map((body) => body.includes("skip_thought_signature_validator"))).toEqual([false, true]);
  });

  test("hands out calls of functions that were declared natively, and of tools whose name it had to change", async () => {
    await using vendor = await startGemini();
    const functionDeclarations = [{ name: "native_one", description: "F." }];
    vendor.script([
      {
        answer: {
          toolCalls: [
            { name: "native_one", input: { a: 1 } },
            { name: "_0", input: {} },
          ],
        },
      },
    ]);

    const answer = await generate(
      vendor,
      {},
      {
        messages: [QUESTION],
        tools: [{ name: "0", inputSchema: { type: "object" } }],
        vendorOptions: { gemini: { tools: [{ functionDeclarations }] } },
      },
    );

    expect(answer.toolCalls.map(({ toolName }) => toolName)).toEqual(["native_one", "0"]);
    expect(answer.invalidToolCalls).toEqual([]);
    expect(answer.finishReason).toBe("tool-calls");
  });

  test("releases no call of an answer that a filter stopped", async () => {
    await using vendor = await startGemini();
    vendor.script([{ answer: { toolCalls: [{ name: "f", input: {} }], finish: { raw: "MODEL_ARMOR" } } }]);

    const answer = await generate(vendor, {}, { messages: [QUESTION], tools: TOOLS });

    expect(answer).toMatchObject({ finishReason: "content-filter", rawFinishReason: "MODEL_ARMOR", toolCalls: [] });
    expect(answer.invalidToolCalls).toHaveLength(1);
  });

  test("keeps the vendor's id of a response, and the tier that served it", async () => {
    await using vendor = await startGemini();

    const answer = await generate(vendor);

    expect(answer.vendorData).toMatchObject({ responseId: expect.any(String), serviceTier: "standard" });
  });
});

describe("gemini through the SDK", () => {
  const sdk = { transport: "sdk" } as const;

  test("sends no empty key beside a token", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer((incoming, response) => {
      seen.push(incoming.headers);
      response.writeHead(200, { "content-type": "application/json" }).end(WHOLE);
    });
    const baseURL = await listen(server);

    await createChain([gemini(MODEL, { ...sdk, baseURL, headers: { authorization: "Bearer t" } })]).generate("Hi");
    server.close();

    expect(seen).toMatchObject([{ authorization: "Bearer t" }]);
    expect(seen[0]).not.toHaveProperty("x-goog-api-key");
  });

  test("reads a whole answer to a request for a stream", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json; charset=UTF-8" }).end(WHOLE);
    });
    const baseURL = await listen(server);

    const answer = await createChain([gemini(MODEL, { ...sdk, baseURL, apiKey: "k" })]).generate("Hi");
    server.close();

    expect(answer.text).toBe("Hello.");
  });

  test.each<[number, string, string, FailureClass]>([
    [400, "FAILED_PRECONDITION", "Project p may not use this.", "auth.forbidden"],
    [400, "FAILED_PRECONDITION", "Please enable billing on your project.", "billing.exhausted"],
    [429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", "rate.daily"],
  ])("reads status %i %s in an array, as the other transport does", async (status, name, message, expected) => {
    const details = [{ violations: [{ quotaId: "GenerateRequestsPerDayPerProject" }] }];
    const error = { code: status, status: name, message, ...(status === 429 && { details }) };
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify([{ error }]));
    });
    const url = await listen(server);

    const classes = [await classAt(url, {}), await classAt(url, sdk)];
    server.close();

    expect(classes).toEqual([expected, expected]);
  });

  test.each<[string, string, string, FailureClass]>([
    ["a web page", "text/html", "<!doctype html><p>Sorry.", "gateway.html"],
    ["half an answer", "application/json", WHOLE.slice(0, -9), "stream.truncated"],
    ["broken JSON", "application/json", WHOLE.replace(":", "::"), "stream.malformed"],
    ["a stranger's JSON", "application/json", '{"healthy":true}', "gateway.not-a-stream"],
  ])("reads what comes in one piece as the other transport does: %s", async (_what, type, body, expected) => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": type }).end(body);
    });
    const url = await listen(server);

    const classes = [await classAt(url, { streaming: "never" }), await classAt(url, { ...sdk, streaming: "never" })];
    server.close();

    expect(classes).toEqual([expected, expected]);
  });

  test("sends the same request, but for what the SDK adds", async () => {
    await using vendor = await startGemini();
    const asked: Request = { system: "Be brief.", messages: [QUESTION], tools: TOOLS, userId: "u1" };

    await generate(vendor, { headers: { "X-Team": "blue" } }, asked);
    await generate(vendor, { ...sdk, headers: { "X-Team": "blue" } }, asked);

    const [byFetch, bySdk] = vendor.requests;
    expect(bySdk?.path).toBe(byFetch?.path);
    expect(bySdk?.body).toEqual({ ...Object(byFetch?.body), safetySettings: [] });
    expect(bySdk?.headers).toMatchObject({ "x-goog-api-key": "k", "x-team": "blue" });
  });

  test("reads signatures, thoughts and parallel calls, and answers in one piece", async () => {
    await using vendor = await startGemini();
    const answer = {
      reasoning: "hm",
      toolCalls: [
        { name: "f", input: { a: "1" } },
        { name: "f", input: { a: "2" } },
      ],
    };
    vendor.script([{ answer }, { answer: { text: "Done." } }, { answer: { text: "Whole." } }]);
    const first = await generate(vendor, sdk, { messages: [QUESTION], tools: TOOLS });

    const second = await generate(vendor, sdk, { messages: results(first), tools: TOOLS });
    const whole = await generate(vendor, { ...sdk, streaming: "never" });

    expect(first.message.content).toMatchObject([
      { type: "reasoning", text: "hm" },
      { type: "tool-call", opaque: { thoughtSignature: expect.any(String) } },
      { type: "tool-call" },
    ]);
    expect([second.text, whole.text]).toEqual(["Done.", "Whole."]);
  });

  test.each(["rate-limited", "bad-key", "context-length", "model-not-found"] as const)(
    "classifies %s as the other transport does, with the wait",
    async (error) => {
      await using vendor = await startGemini();
      vendor.script([{ fault: { type: "error", error } }, { fault: { type: "error", error } }]);

      const [byFetch, bySdk] = [await failedAttempt(vendor), await failedAttempt(vendor, sdk)];

      expect(bySdk).toEqual(byFetch);
      expect(bySdk).not.toHaveProperty("class", undefined);
    },
  );

  test("cuts the endless body of a failed response, and closes its connection", async () => {
    const closed = Promise.withResolvers<void>();
    let sent = 0;
    const server = createServer((_, response) => {
      response.on("close", () => closed.resolve());
      response.writeHead(503);
      const piece = "x".repeat(65_536);
      const write = (): void => {
        while (sent < 64 * 1024 * 1024 && response.write(piece)) sent += piece.length;
      };
      response.on("drain", write);
      write();
    });
    const baseURL = await listen(server);

    const error = await createChain([gemini(MODEL, { baseURL, apiKey: "k", ...sdk })], { policy: () => "stop" })
      .generate("Hi")
      .catch((thrown: unknown) => thrown);
    await closed.promise;
    server.close();

    expect(isUnderstudyError(error) && error.attempts[0]).toMatchObject({ class: "server.gateway", status: 503 });
    // What fits into the buffers of both sides, far from what the server would have sent.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test.each([307, 308])("sends neither key nor prompt to where a redirect with %i points", async (status) => {
    await using elsewhere = await startGemini();
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.writeHead(status, { location: `${elsewhere.url}/v1beta/models/m:generateContent` }).end();
    });
    const baseURL = await listen(server);

    const error = await createChain([gemini(MODEL, { baseURL, apiKey: "k", ...sdk })])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);
    server.close();

    expect(isUnderstudyError(error) && error.attempts[0]).toMatchObject({ class: "redirect", status });
    expect([asked, elsewhere.requests.length]).toEqual([1, 0]);
  });

  test.each(["auto", "never"] as const)(
    "takes an answer that is nested too deep for a broken one: streaming %s",
    async (streaming) => {
      const parts = `[{"text":"Hi"},{"functionCall":{"name":"f","args":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}}]`;
      const answer = `{"candidates":[{"content":{"parts":${parts}},"finishReason":"STOP"}]}`;
      const server = createServer((_, response) => response.end(streaming === "auto" ? `data: ${answer}\n\n` : answer));
      const baseURL = await listen(server);

      const error = await createChain([gemini(MODEL, { baseURL, apiKey: "k", ...sdk, streaming })])
        .generate("Hi")
        .catch((thrown: unknown) => thrown);
      server.close();

      expect(isUnderstudyError(error) && error.attempts[0]).toMatchObject({ class: "stream.malformed" });
    },
  );

  test("leaves the global fetch in its place while it waits", async () => {
    await using vendor = await startGemini();
    const usual = globalThis.fetch;
    const target = gemini(MODEL, { baseURL: vendor.url, apiKey: "k", ...sdk });

    const pending = createChain([target]).generate("Hi");
    for (let turn = 0; turn < 50; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- turn by turn
      await Promise.resolve();
      expect(globalThis.fetch).toBe(usual);
    }
    await pending;
  });

  test("GE-02 leaves no rejection behind when a stream fails", async () => {
    await using vendor = await startGemini();
    vendor.answer({ text: ["a", "b"] });
    vendor.script([{ fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
    const program = `
      import { createChain } from "@understudy/core";
      import { gemini } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
      const target = gemini("${MODEL}", { baseURL: process.argv[1], apiKey: "k", transport: "sdk" });
      const chain = createChain([target], { policy: () => "stop" });
      await chain.generate("Hi").catch((error) => console.log(error.code));
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, "-e", program, vendor.url], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });

    expect(stdout.trim()).toBe("interrupted");
    expect(stderr).toBe("");
  });

  test("GE-12 takes no part in the SDK's timeouts: an answer may take longer than its tier waits for the first word", async () => {
    await using vendor = await startGemini();
    vendor.answer({ text: ["a", "b", "c", "d", "e", "f"], deltaDelayMs: 100 });
    const target = gemini(MODEL, { baseURL: vendor.url, apiKey: "k", ...sdk });

    const answer = await createChain([{ target, timeoutMs: 400 }]).generate("Hi");

    expect(answer.text).toBe("abcdef");
  });

  test("AB-05 leaves no listener on a signal that outlives the call", async () => {
    await using vendor = await startGemini();
    const { signal } = new AbortController();
    const context = { signal, clock, newId: () => "p", loss: () => undefined };

    for (const streaming of ["auto", "never"] as const) {
      const target = gemini(MODEL, { baseURL: vendor.url, apiKey: "k", ...sdk, streaming });
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      for await (const parts of target.stream(request, context)) expect(parts).toBeInstanceOf(Array);
    }

    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("the first request of a process without a file descriptor left", () => {
  test.each(["fetch", "sdk"])(
    "fails as this machine's fault, and the next one is answered: transport %s",
    async (transport) => {
      await using vendor = await startGemini();
      vendor.answer({ text: "Hello." });
      const program = `
      import { closeSync, openSync } from "node:fs";
      import { createChain } from "@understudy/core";
      import { gemini } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
      const chain = createChain([gemini("${MODEL}", { baseURL: process.argv[1], apiKey: "k", transport: "${transport}" })]);
      const open = [];
      const fill = () => {
        try {
          for (;;) open.push(openSync("/dev/null"));
        } catch (error) {
          return error.code;
        }
      };
      fill();
      // What was still being read of the process's own code gives its descriptors back.
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(fill());
      await chain.generate("Hi").catch((error) => console.log(error.code));
      for (const descriptor of open) closeSync(descriptor);
      console.log((await chain.generate("Hi")).text);
    `;

      const flags = ["-C", "@understudy/source", "--input-type=module"];
      const limited = ["-c", 'ulimit -n 120 && exec "$0" "$@"', process.execPath, ...flags, "-e", program, vendor.url];
      const { stdout } = await promisify(execFile)("sh", limited, {
        cwd: fileURLToPath(new URL("..", import.meta.url)),
      });

      expect(stdout.trim().split("\n")).toEqual(["EMFILE", "local-resource", "Hello."]);
    },
  );
});

describe("importing the package", () => {
  test("does not load the SDK, nor does making a target or asking by fetch", async () => {
    const program = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({
        resolve(specifier, context, next) {
          loaded.push(specifier);
          return next(specifier, context);
        },
      });
      const { gemini } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      gemini("${MODEL}", { apiKey: "k" });
      console.log([...new Set(loaded)].filter((specifier) => !/^[.]|^file:/.test(specifier)).join());
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", program]);

    expect(stdout.trim().split(",").toSorted()).toEqual(["@understudy/core/adapter", "@understudy/core/toolkit"]);
  });
});

import { fileURLToPath } from "node:url";
import { execFile } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { createChain, isUnderstudyError, type Answer, type Message, type Request } from "@understudy/core";
import { startOpenAI, type Step, type Vendor, testFactory } from "@understudy/testing";
import OpenAI, { AzureOpenAI } from "openai";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openai, type OpenAITargetOptions } from "./index.ts";

const MODEL = "gpt-5.6-terra";
/** As gateways and tools have people set them. */
const STRAY_HEADERS = [
  "Authorization: Bearer from-env",
  "api-key: from-env",
  "Content-Type: text/plain",
  "OpenAI-Organization: from-env",
  "user-agent: from-env",
  "accept: from-env",
  "x-stray: 1",
  "x-kept: from-env",
].join("\n");

afterEach(() => {
  vi.unstubAllEnvs();
});

function generate(
  vendor: Vendor,
  options: OpenAITargetOptions = {},
  request: string | Request = "Hi",
  model = MODEL,
): Promise<Answer> {
  return createChain([openai(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

function keyOf(options: OpenAITargetOptions): string {
  return openai(MODEL, options).scopes.key;
}

function refusal(code: string, param: string, message: string): Step {
  const body = { error: { type: "invalid_request_error", code, param, message } };
  return { fault: { type: "status", status: 400, body } };
}

/** The bodies that the vendor got. */
function bodiesOf({ requests }: Vendor): readonly Record<string, unknown>[] {
  return requests.map(({ text }) => JSON.parse(text));
}

const TOOL = {
  name: "f",
  inputSchema: {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  },
} as const;

function withResults(answer: Answer): Message[] {
  const content = answer.toolCalls.map(
    ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
  );
  return [{ role: "user", content: "Hi" }, answer.message, { role: "tool", content }];
}

testFactory(
  { describe, test },
  {
    name: "openai",
    startVendor: startOpenAI,
    make: (options) => openai(MODEL, options),
    keyVariables: ["OPENAI_API_KEY"],
    ownURLs: ["https://api.openai.com/v1"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "openai",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

describe("openai", () => {
  test("makes a target without asking anybody", () => {
    const target = openai("gpt-6-astra", { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "openai",
      model: "gpt-6-astra",
      endpoint: "api.openai.com",
      problems: [],
      capabilities: { contextWindow: 1_050_000, maxOutputTokens: 128_000, tools: true, audio: false },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });

  test("tells everything that is wrong, and throws nothing", () => {
    vi.stubEnv("OPENAI_API_KEY", "");

    expect(openai(MODEL).problems).toMatchObject([
      { type: "no-key", message: expect.stringContaining("OPENAI_API_KEY") },
    ]);
    expect(openai("", { apiKey: "k", baseURL: "ftp://x" }).problems).toHaveLength(2);
    // @ts-expect-error -- an unknown option is a type error, too
    expect(openai(MODEL, { apiKey: "k", organisation: "o" }).problems).toMatchObject([
      { type: "invalid", message: expect.stringContaining("`organisation`") },
    ]);
  });

  test("lets the user know better what a model can", () => {
    const { capabilities } = openai(MODEL, { apiKey: "k", capabilities: { contextWindow: 5, images: false } });

    expect(capabilities).toMatchObject({ contextWindow: 5, images: false, tools: true });
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
    const plan = (model: string, more: object = {}): object =>
      openai(model, { apiKey: "k" }).plan({ ...request, ...more });

    expect(plan(MODEL)).toEqual({ silentReasoning: true, eventsAtOnce: true, unary: false });
    expect(plan(MODEL, { reasoning: { effort: "none", visible: true } })).toMatchObject({ silentReasoning: false });
    expect(plan(MODEL, { vendorOptions: { openai: { reasoning: { effort: "none" } } } })).toMatchObject({
      silentReasoning: false,
    });
    expect(plan("gpt-4.1")).toMatchObject({ silentReasoning: false });
    expect(plan("a-model-of-the-future")).toMatchObject({ silentReasoning: true });
    expect(openai(MODEL, { apiKey: "k", streaming: "never" }).plan(request)).toMatchObject({
      eventsAtOnce: false,
      unary: true,
    });
  });
});

describe("openai over a socket", () => {
  test("answers, and says who served, which request it was and what is left of the limits", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Hello.", model: "gpt-5.6-terra-2026-08-01", reasoning: "Hm." });

    const answer = await generate(vendor);

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "gpt-5.6-terra-2026-08-01" });
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "Hm." }, { type: "text" }]);
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^req_/);
    expect(answer.trace.attempts[0]?.rateLimits).toMatchObject({ "remaining-requests": "4999" });
  });

  test("asks for whole answers when told never to stream", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Whole." });

    expect((await generate(vendor, { streaming: "never" })).text).toBe("Whole.");
    expect(vendor.requests[0]?.streamed).toBe(false);
  });

  test.each([
    ["stream", "Your organization must be verified to stream this model.", "without streaming"],
    ["reasoning.summary", "Your organization must be verified to show it.", "without reasoning.summary"],
    ["temperature", "Unsupported parameter: 'temperature'.", "without temperature"],
  ])("goes on without %s where it is not allowed, and remembers it", async (param, message, repair) => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Fine." });
    const body = { error: { type: "invalid_request_error", code: "unsupported_parameter", param, message } };
    vendor.script([{ fault: { type: "status", status: 400, body } }]);
    const target = openai(param === "temperature" ? "gpt-4.1" : MODEL, { baseURL: vendor.url, apiKey: "k" });
    const chain = createChain([target]);
    const request: Request = { messages: [{ role: "user", content: "Hi" }], temperature: 1 };

    const first = await chain.generate(request);
    const second = await chain.generate(request);

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, repair]);
    expect(second.trace.attempts).toHaveLength(1);
    expect(vendor.requests).toHaveLength(3);
  });

  test("sends a schema loose and then in words where the vendor refuses it, reports both and remembers them", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: '{"a":"1"}' });
    const fault = refusal(
      "invalid_json_schema",
      "text.format.schema",
      "Invalid schema for response_format 'answer': x",
    );
    vendor.script([fault, fault]);
    const chain = createChain([openai(MODEL, { baseURL: vendor.url, apiKey: "k" })]);
    const request: Request = {
      messages: [{ role: "user", content: "Hi" }],
      output: { type: "json", schema: TOOL.inputSchema },
    };

    const first = await chain.generate(request);
    const second = await chain.generate(request);

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([
      undefined,
      "with loose schemas",
      "with schemas in words",
    ]);
    const asked = bodiesOf(vendor).map(({ text }) => text);
    const format = { type: "json_schema", name: "answer", schema: TOOL.inputSchema };
    expect(asked).toEqual([
      { format: { ...format, strict: true } },
      { format: { ...format, strict: false } },
      undefined,
      undefined,
    ]);
    for (const { output, losses } of [first, second]) {
      expect(output).toEqual({ a: "1" });
      expect(losses).toMatchObject([{ what: "output", action: "translated" }]);
    }
    expect(vendor.requests).toHaveLength(4);
  });

  test("declares tools loose where the vendor refuses a schema of theirs, for the next call at once", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ toolCalls: [{ name: "f", input: { a: "1" } }] });
    vendor.script([
      refusal("invalid_function_parameters", "tools[0].parameters", "Invalid schema for function 'f': x"),
    ]);
    const chain = createChain([openai(MODEL, { baseURL: vendor.url, apiKey: "k" })]);
    const request: Request = { messages: [{ role: "user", content: "Hi" }], tools: [TOOL] };

    const answers = [await chain.generate(request), await chain.generate(request)];

    const tools = bodiesOf(vendor).map((body) => body["tools"]);
    expect(tools).toMatchObject([[{ strict: true }], [{ strict: false }], [{ strict: false }]]);
    for (const { toolCalls, losses } of answers) {
      expect(toolCalls).toMatchObject([{ toolName: "f", input: { a: "1" } }]);
      expect(losses).toMatchObject([{ what: "tools", action: "downgraded" }]);
    }
  });

  test("keeps to the output limit that a refusal names, also later, and says so", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Fine." });
    const message = "max_tokens is too large: 32000. This model supports at most 16384 completion tokens.";
    vendor.script([refusal("invalid_value", "max_output_tokens", message)]);
    const chain = createChain([openai("my-deployment", { baseURL: vendor.url, apiKey: "k" })]);
    const request: Request = { messages: [{ role: "user", content: "Hi" }], maxOutputTokens: 32_000 };

    const answers = [await chain.generate(request), await chain.generate(request)];
    const small = await chain.generate({ ...request, maxOutputTokens: 100 });

    const asked = bodiesOf(vendor).map((body) => body["max_output_tokens"]);
    expect(asked).toEqual([32_000, 16_384, 16_384, 100]);
    for (const { losses } of answers) expect(losses).toMatchObject([{ what: "maxOutputTokens", action: "downgraded" }]);
    expect(small.losses).toEqual([]);
  });

  test("asks a model for what it can write when it stands in for one that writes more", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Fine." });

    const answer = await generate(
      vendor,
      {},
      { messages: [{ role: "user", content: "Hi" }], maxOutputTokens: 32_000 },
      "gpt-4o",
    );

    expect(bodiesOf(vendor).map((body) => body["max_output_tokens"])).toEqual([16_384]);
    expect(answer.losses).toMatchObject([{ what: "maxOutputTokens", action: "downgraded" }]);
  });

  test("takes a prompt that is too long to a model that takes more", async () => {
    await using vendor = await startOpenAI();
    await using larger = await startOpenAI();
    vendor.script([{ fault: { type: "error", error: "context-length" } }]);
    larger.answer({ text: "Read." });
    const chain = createChain([
      openai("gpt-4o", { baseURL: vendor.url, apiKey: "k" }),
      openai("gpt-6.1-terra", { baseURL: larger.url, apiKey: "k2" }),
    ]);

    expect((await chain.generate("Hi")).text).toBe("Read.");
  });

  test("asks the newest models in one request: with sampling only while they do not reason", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Fine." });
    const request: Request = { messages: [{ role: "user", content: "Hi" }], temperature: 0.2 };

    const thinking = await generate(vendor, {}, request, "gpt-6.1-terra");
    const plain = await generate(vendor, {}, { ...request, reasoning: { effort: "none" } }, "gpt-6.1-terra");

    expect(bodiesOf(vendor).map((body) => [body["temperature"], body["reasoning"]])).toEqual([
      [undefined, { effort: "medium", summary: "auto" }],
      [0.2, { effort: "none" }],
    ]);
    expect([thinking.losses.length, plain.losses.length]).toEqual([1, 0]);
  });

  test("goes on with a history that holds an answer twice", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ reasoning: "hm", text: "Hello." });
    const first = await generate(vendor);
    const user: Message = { role: "user", content: "Hi" };

    const answer = await generate(vendor, {}, { messages: [user, first.message, user, first.message, user] });

    expect(answer.text).toBe("Hello.");
    expect(answer.losses).toMatchObject([{ what: "messages[3] reasoning", action: "dropped" }]);
    expect(vendor.requests).toHaveLength(2);
  });

  test("tells id, tier, time and native usage of the response that answered", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Hello." });

    for (const streaming of ["auto", "never"] as const) {
      const { vendorData } = await generate(vendor, { streaming });

      expect(vendorData).toMatchObject({
        id: expect.stringMatching(/^resp_/),
        service_tier: "default",
        created_at: expect.any(Number),
        usage: { input_tokens: expect.any(Number), input_tokens_details: expect.any(Object) },
      });
      expect(vendorData).not.toHaveProperty("output");
    }
  });

  test("takes the call of a tool that is declared with free text for a call of that tool", async () => {
    const item = { type: "custom_tool_call", id: "ctc_1", call_id: "call_1", name: "calc", input: "1 + 1" };
    const response = { id: "resp_1", object: "response", status: "completed", model: MODEL, output: [item] };
    const bodies: unknown[] = [];
    const fetch: typeof globalThis.fetch = (_, init) => {
      if (typeof init?.body === "string") bodies.push(JSON.parse(init.body));
      return Promise.resolve(Response.json(response));
    };
    const tools = [{ name: "calc", description: "Calculates.", vendorOptions: { openai: { type: "custom" } } }];
    const chain = createChain([
      openai(MODEL, { apiKey: "k", baseURL: "https://x.test/v1", fetch, streaming: "never" }),
    ]);

    const { toolCalls, message } = await chain.generate({ messages: [{ role: "user", content: "Hi" }], tools });
    const results: Message = { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content: "2" }] };
    await chain.generate({ messages: [{ role: "user", content: "Hi" }, message, results], tools });

    expect(toolCalls).toMatchObject([{ toolName: "calc", input: "1 + 1" }]);
    expect(bodies[1]).toMatchObject({
      tools: [{ type: "custom", name: "calc", description: "Calculates." }],
      input: [{}, item, { type: "custom_tool_call_output", call_id: "call_1", output: "2" }],
    });
  });

  test("OA-06 round-trips encrypted reasoning with its call, and sends neither elsewhere", async () => {
    await using vendor = await startOpenAI();
    await using elsewhere = await startOpenAI();
    vendor.script([
      { answer: { reasoning: "hm", toolCalls: [{ name: "f", input: { a: "1" } }] } },
      { answer: { text: "Done." } },
      { answer: { text: "Done." } },
    ]);
    const first = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], tools: [TOOL] });
    const request: Request = { messages: withResults(first), tools: [TOOL] };

    const same = await generate(vendor, {}, request);
    const other = await generate(vendor, {}, request, "gpt-5.5");
    const away = await generate(elsewhere, {}, request);

    expect([same.text, other.text]).toEqual(["Done.", "Done."]);
    expect(vendor.requests[1]?.text).toMatch(/"id":"rs_.*"encrypted_content".*"id":"fc_/);
    for (const text of [vendor.requests[2]?.text, elsewhere.requests[0]?.text]) expect(text).not.toMatch(/"rs_|"fc_/);
    expect(away.losses).toMatchObject([{ what: "messages[1] reasoning", action: "dropped" }]);
  });

  test("OA-06 forgets reasoning that another organization made", async () => {
    await using vendor = await startOpenAI();
    vendor.script([{ answer: { reasoning: "hm", toolCalls: [{ name: "f", input: { a: "1" } }] } }]);
    const first = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], tools: [TOOL] });
    await using moved = await startOpenAI({ organization: "another" });
    moved.answer({ text: "Done." });
    // The same endpoint for who looks at the message, another organization behind it.
    const { host } = new URL(moved.url);
    const stored = JSON.stringify(withResults(first)).replaceAll(new URL(vendor.url).host, host);
    const messages: Message[] = JSON.parse(stored);

    const answer = await generate(moved, {}, { messages, tools: [TOOL] });

    expect(answer.text).toBe("Done.");
    expect(answer.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without earlier reasoning"]);
  });

  test("TR-01 OA-08 maps tool-call ids that the vendor would refuse, on call and result alike", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Done." });
    const ids = ["functions.f:0", "x".repeat(90), "call_valid"];
    const messages: Message[] = [
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: ids.map((toolCallId) => ({ type: "tool-call", toolCallId, toolName: "f", input: { a: "1" } })),
      },
      { role: "tool", content: ids.map((toolCallId) => ({ type: "tool-result", toolCallId, content: "2" })) },
    ];

    expect((await generate(vendor, {}, { messages, tools: [TOOL] })).text).toBe("Done.");
    const sent = [...(vendor.requests[0]?.text ?? "").matchAll(/"call_id":"([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(sent.slice(3)).toEqual(sent.slice(0, 3));
    expect(sent[2]).toBe("call_valid");
    expect(sent.every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
  });

  test("OA-09 cuts at a stop sequence and lets the connection go", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: ["one ", "EN", "D two"] });

    const answer = await generate(vendor, {}, { messages: [{ role: "user", content: "Hi" }], stop: ["END"] });

    expect(answer).toMatchObject({ text: "one ", finishReason: "stop" });
    expect(answer.losses).toMatchObject([{ what: "stop", action: "translated" }]);
    await vendor.idle();
  });

  test("OA-01 moves on from a failed response", async () => {
    await using vendor = await startOpenAI();
    await using backup = await startOpenAI();
    vendor.answer({ text: "half", finish: { raw: "failed" } });
    backup.answer({ text: "From the backup." });
    const chain = createChain([
      openai(MODEL, { baseURL: vendor.url, apiKey: "k" }),
      openai("gpt-4.1", { baseURL: backup.url, apiKey: "k2" }),
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the backup.");
    expect(answer.trace.attempts[0]?.class).toBe("server.error");
  });

  test("OA-10 surfaces a refusal", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ refusal: "I cannot." });

    const error = await generate(vendor).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ finishReason: "refusal", text: "" });
  });

  test("CL-01 does not wait for money: the next tier answers, and the key is left alone", async () => {
    await using vendor = await startOpenAI();
    vendor.script([{ fault: { type: "error", error: "out-of-quota" } }]);

    const error = await generate(vendor).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("billing");
    expect(vendor.requests).toHaveLength(1);
  });

  test("CL-19 R10.4 sends one request per attempt: the SDK repeats nothing", async () => {
    await using vendor = await startOpenAI();
    vendor.script([{ fault: { type: "error", error: "rate-limited" } }]);

    const error = await generate(vendor).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("rate-limited");
    expect(vendor.requests).toHaveLength(1);
  });

  test("is not led by the environment: neither URL, credential, organization, any header nor log level", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Hello." });
    const options = { headers: { "x-kept": "mine" } };
    await generate(vendor, options);
    vi.stubEnv("OPENAI_API_KEY", "key-from-env");
    vi.stubEnv("OPENAI_BASE_URL", "https://elsewhere.invalid");
    vi.stubEnv("OPENAI_ORG_ID", "org-from-env");
    vi.stubEnv("OPENAI_PROJECT_ID", "proj-from-env");
    vi.stubEnv("OPENAI_ADMIN_KEY", "admin-from-env");
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", STRAY_HEADERS);
    vi.stubEnv("OPENAI_LOG", "debug");
    const printed = [vi.spyOn(console, "debug"), vi.spyOn(console, "info"), vi.spyOn(console, "warn")];

    await generate(vendor, options);

    const [without, withEnvironment] = vendor.requests.map(({ headers }) => headers);
    expect(without).toMatchObject({
      authorization: "Bearer k",
      "x-kept": "mine",
      "content-type": "application/json",
    });
    expect(withEnvironment).toEqual(without);
    expect(process.env["OPENAI_CUSTOM_HEADERS"]).toBe(STRAY_HEADERS);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test.each([
    ["a key by a function", (key: string) => ({ apiKey: () => Promise.resolve(key) })],
    ["a header", (key: string) => ({ apiKey: "unused", defaultHeaders: { Authorization: `Bearer ${key}` } })],
  ])("asks a sibling whose client has %s, although the first one's was refused", async (_, credentialOf) => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Hello." });
    const targets = ["bad-key", "good-key"].map((key) =>
      openai(MODEL, { client: new OpenAI({ baseURL: vendor.url, ...credentialOf(key) }) }),
    );

    const answer = await createChain([{ targets }]).generate("Hi");

    expect(answer.text).toBe("Hello.");
    expect(answer.trace.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid", undefined]);
    expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer bad-key",
      "Bearer good-key",
    ]);
  });

  test.each([
    ["key", "the `apiKey` of `client` holds a line break", { apiKey: "canary\r\nx-other: 1" }],
    [
      "organization",
      "the `organization` of `client` holds a line break",
      { apiKey: "k", organization: "canary\u0000" },
    ],
    [
      "header",
      "the `defaultHeaders` of `client` hold a name or value",
      { apiKey: "k", defaultHeaders: { "x-a": "canary\n1" } },
    ],
    [
      "name of a header",
      "the `defaultHeaders` of `client` hold a name or value",
      { apiKey: "k", defaultHeaders: { "x canary": "1" } },
    ],
  ])("refuses a client whose %s cannot be sent, and does not show it", (_, problem, settings) => {
    const target = openai(MODEL, { client: new OpenAI({ baseURL: "https://api.openai.com/v1", ...settings }) });

    const message = target.problems.map((one) => one.message).join();
    expect(message).toContain(problem);
    expect(message).not.toContain("canary");
  });

  test("takes a client whose key ends in a line break, which is not sent", () => {
    const client = new OpenAI({ baseURL: "https://api.openai.com/v1", apiKey: "k\n" });

    expect(openai(MODEL, { client }).problems).toEqual([]);
  });

  test("knows one client again, and two clients of one key", () => {
    const client = new AzureOpenAI({
      endpoint: "https://acme.openai.azure.com",
      apiVersion: "2025-04-01-preview",
      azureADTokenProvider: () => Promise.resolve("token"),
    });
    expect(keyOf({ client })).toBe(keyOf({ client }));
    expect(keyOf({ client: new OpenAI({ apiKey: "k" }) })).toBe(keyOf({ client: new OpenAI({ apiKey: "k" }) }));
    expect(keyOf({ apiKey: "k", headers: { "api-key": "a" } })).not.toBe(
      keyOf({ apiKey: "k", headers: { "api-key": "b" } }),
    );
  });

  test("refuses a model's name that would lead out of a client's path", () => {
    const client = new OpenAI({ apiKey: "k" });

    expect(openai("../../files", { client }).problems).toHaveLength(1);
    expect(openai("acme/large", { client }).problems).toEqual([]);
  });

  test("takes a client of the vendor's SDK, with its URL, key, headers and fetch, but without its retries", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: "Hello." });
    vendor.script([{}, { fault: { type: "error", error: "server-error" } }]);
    let calls = 0;
    const client = new OpenAI({
      baseURL: vendor.url,
      apiKey: "client-key",
      organization: "org-own",
      defaultHeaders: { "x-own": "1" },
      maxRetries: 5,
      fetch: (input, init) => {
        calls += 1;
        return fetch(input, init);
      },
    });
    const target = openai(MODEL, { client });
    const chain = createChain([target], { policy: () => "stop" });

    const answer = await chain.generate("Hi");
    const error = await chain.generate("Hi").catch((thrown: unknown) => thrown);

    expect(answer.text).toBe("Hello.");
    expect(vendor.requests[0]?.headers).toMatchObject({
      authorization: "Bearer client-key",
      "openai-organization": "org-own",
      "x-own": "1",
    });
    expect(isUnderstudyError(error) && error.code).toBe("server-error");
    expect(calls).toBe(2);
    expect(target.problems).toEqual([]);
    expect(client.maxRetries).toBe(5);
  });

  test("takes a client for another cloud, with its own way to sign in and its own path", async () => {
    const seen: { readonly path: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
    const server = createServer((request, response) => {
      seen.push({ path: request.url, headers: request.headers });
      const output = [{ type: "message", content: [{ type: "output_text", text: "From the cloud." }] }];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ status: "completed", output }));
    });
    const origin = await listen(server);
    const client = new AzureOpenAI({ endpoint: origin, apiKey: "azure-key", apiVersion: "2025-04-01-preview" });

    const answer = await createChain([openai("my-deployment", { client })]).generate("Hi");
    server.close();

    expect(answer.text).toBe("From the cloud.");
    expect(seen[0]).toMatchObject({
      path: "/openai/responses?api-version=2025-04-01-preview",
      headers: { "api-key": "azure-key" },
    });
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  test("TR-06 keeps targets apart: each asks its own server with its own key", async () => {
    await using first = await startOpenAI();
    await using second = await startOpenAI();
    first.script([{ fault: { type: "error", error: "overloaded" } }]);
    second.answer({ text: "From the second." });
    const chain = createChain([
      openai(MODEL, { baseURL: first.url, apiKey: "key-1" }),
      openai("gpt-4.1", { baseURL: second.url, apiKey: "key-2" }),
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the second.");
    expect(second.requests[0]?.headers["authorization"]).toBe("Bearer key-2");
    expect(second.requests[0]?.body).toMatchObject({ model: "gpt-4.1" });
  });
});

describe("openai by fetch", () => {
  const own = /^(?:x-stainless-|user-agent$|accept|content-length$)/;
  const shown = (headers: IncomingHttpHeaders | undefined): object =>
    Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !own.test(name)));

  test("sends the headers and the body that the SDK sends", async () => {
    await using vendor = await startOpenAI();
    const options = { headers: { "X-Team": "blue" } };

    await generate(vendor, options);
    await generate(vendor, { ...options, transport: "fetch" });

    const [bySdk, byFetch] = vendor.requests;
    expect(shown(byFetch?.headers)).toEqual(shown(bySdk?.headers));
    expect(shown(byFetch?.headers)).toMatchObject({ authorization: "Bearer k", "x-team": "blue" });
    expect([byFetch?.path, byFetch?.body]).toEqual([bySdk?.path, bySdk?.body]);
  });

  test("sends no authorization to a server on this machine that needs none", async () => {
    await using vendor = await startOpenAI();

    await createChain([openai(MODEL, { baseURL: vendor.url, transport: "fetch" })])
      .generate("Hi")
      .catch(() => undefined);

    expect(vendor.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  test("that a chain has leaves a client's target as it is, which check() says", async () => {
    await using vendor = await startOpenAI();
    const client = new OpenAI({ apiKey: "k", baseURL: vendor.url });

    const chain = createChain([openai(MODEL, { client })], { transport: "node" });
    await chain.generate("Hi");

    expect(vendor.requests[0]?.headers).toHaveProperty("x-stainless-lang");
    expect((await chain.check()).filter(({ type }) => type === "own-transport")).toHaveLength(1);
    expect(openai(MODEL, { client, transport: "node" }).problems).toEqual([
      { type: "invalid", message: expect.stringContaining("`client` and `transport: 'node'` exclude each other") },
    ]);
  });

  test("takes no client beside it, on both surfaces", () => {
    const client = new OpenAI({ apiKey: "k" });

    for (const make of [openai, openai.chat]) {
      expect(make(MODEL, { client, transport: "fetch" }).problems).toEqual([
        { type: "invalid", message: expect.stringContaining("`client` and `transport: 'fetch'` exclude each other") },
      ]);
    }
  });
});

describe("openai and redirects", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
  });

  test("sends neither key nor prompt to where a redirect points", async () => {
    await using elsewhere = await startOpenAI();
    const seen: IncomingHttpHeaders[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(308, { location: `${elsewhere.url}/responses` }).end();
    });

    const error = await createChain([openai(MODEL, { baseURL: await listen(server), apiKey: "k" })])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("config");
    expect([seen.length, elsewhere.requests.length]).toEqual([1, 0]);
  });
});

describe("importing the package", () => {
  test("loads no SDK for requests that are made by fetch", async () => {
    await using vendor = await startOpenAI();
    const program = `
      import { registerHooks } from "node:module";
      const loaded = new Set();
      registerHooks({
        resolve(specifier, context, next) {
          loaded.add(specifier);
          return next(specifier, context);
        },
      });
      const { createChain } = await import("@understudy/core");
      const { openai } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      const target = openai("${MODEL}", { baseURL: process.argv[1], apiKey: "k", transport: "fetch" });
      const { text } = await createChain([target]).generate("Hi");
      console.log(text !== "", loaded.has("openai"));
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", program, vendor.url], { cwd });

    expect(stdout.trim()).toBe("true false");
  });

  test("does not load the SDK, nor does making a target", async () => {
    const program = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({
        resolve(specifier, context, next) {
          loaded.push(specifier);
          return next(specifier, context);
        },
      });
      const { openai } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      openai("${MODEL}", { apiKey: "k" });
      openai.chat("${MODEL}", { apiKey: "k" });
      console.log([...new Set(loaded)].filter((specifier) => !/^[.]|^file:/.test(specifier)).join());
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", program]);

    expect(stdout.trim().split(",").toSorted()).toEqual(["@understudy/core/adapter", "@understudy/core/toolkit"]);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

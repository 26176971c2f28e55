import { fileURLToPath } from "node:url";
import { execFile } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import Anthropic from "@anthropic-ai/sdk";
import { createChain, isUnderstudyError, type Answer, type Request } from "@understudy/core";
import type { JsonObject } from "@understudy/core/adapter";
import { startAnthropic, type Vendor, testFactory } from "@understudy/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { anthropic, type AnthropicTargetOptions } from "./index.ts";

const MODEL = "claude-sonnet-5-5";
/** As gateways and tools have people set them. */
const STRAY_HEADERS = [
  "Authorization: Bearer from-env",
  "x-api-key: from-env",
  "anthropic-version: 2020-01-01",
  "Content-Type: text/plain",
  "user-agent: from-env",
  "accept: from-env",
  "x-stray: 1",
  "x-kept: from-env",
].join("\n");

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

function generate(
  vendor: Vendor,
  options: AnthropicTargetOptions = {},
  request: string | Request = "Hi",
  model = MODEL,
): Promise<Answer> {
  return createChain([anthropic(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

testFactory(
  { describe, test },
  {
    name: "anthropic",
    startVendor: startAnthropic,
    make: (options) => anthropic(MODEL, options),
    keyVariables: ["ANTHROPIC_API_KEY"],
    ownURLs: ["https://api.anthropic.com"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "anthropic",
      model: MODEL,
      flags: ["-C", "@understudy/source"],
    },
  },
);

describe("anthropic", () => {
  test("makes a target without asking anybody", () => {
    const target = anthropic(MODEL, { apiKey: "k" });

    expect(target).toMatchObject({
      vendor: "anthropic",
      model: MODEL,
      endpoint: "api.anthropic.com",
      problems: [],
      capabilities: { contextWindow: 1_000_000, maxOutputTokens: 128_000, keepAlives: true, audio: false },
    });
    expect(JSON.stringify(target)).not.toContain('"k"');
  });

  test("refuses a model's name that would lead out of a client's path", () => {
    const client = new Anthropic({ apiKey: "k" });

    expect(anthropic("../../models", { client }).problems).toHaveLength(1);
    expect(anthropic("eu.anthropic.claude-sonnet-5-5-v1:0", { client }).problems).toEqual([]);
  });

  test("lets the user know better what a model can", () => {
    const { capabilities } = anthropic(MODEL, { apiKey: "k", capabilities: { contextWindow: 5, keepAlives: false } });

    expect(capabilities).toMatchObject({ contextWindow: 5, keepAlives: false, maxOutputTokens: 128_000 });
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
    const target = anthropic(MODEL, { apiKey: "k" });

    expect(target.plan(request)).toEqual({ silentReasoning: false, eventsAtOnce: true, unary: false });
    expect(target.plan({ ...request, reasoning: { visible: false } }).silentReasoning).toBe(true);
    expect(
      target.plan({ ...request, vendorOptions: { anthropic: { thinking: { type: "adaptive" } } } }).silentReasoning,
    ).toBe(true);
    expect(anthropic(MODEL, { apiKey: "k", streaming: "never" }).plan(request)).toMatchObject({
      eventsAtOnce: false,
      unary: true,
    });
  });
});

describe("anthropic over a socket", () => {
  test("answers, and says who served, which request it was and what is left of the limits", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello.", model: "claude-sonnet-5-5-20261001" });

    const answer = await generate(vendor);

    expect(answer).toMatchObject({ text: "Hello.", finishReason: "stop", model: "claude-sonnet-5-5-20261001" });
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^req_/);
    expect(answer.trace.attempts[0]?.rateLimits).toMatchObject({ "requests-remaining": "3999" });
  });

  test("AN-03 asks for long answers in one piece too, when told never to stream", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Whole.", reasoning: "hm", toolCalls: [] });

    const answer = await generate(vendor, { streaming: "never" });

    expect(answer.text).toBe("Whole.");
    expect(answer.message.content).toMatchObject([{ type: "reasoning", text: "hm" }, { type: "text" }]);
    expect(vendor.requests[0]?.streamed).toBe(false);
  });

  test("goes on without streaming where it is not allowed, and remembers it", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Whole." });
    const message = "Streaming is not permitted for this organization.";
    vendor.script([
      { fault: { type: "status", status: 400, body: { error: { type: "invalid_request_error", message } } } },
    ]);
    const chain = createChain([anthropic(MODEL, { baseURL: vendor.url, apiKey: "k" })]);

    const first = await chain.generate("Hi");
    await chain.generate("Hi");

    expect(first.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without streaming"]);
    expect(vendor.requests.map((request) => request.streamed)).toEqual([true, false, false]);
  });

  test("asks again without what a model of the future refuses", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Fine." });
    const tools = [{ name: "f" }];
    const messages = [{ role: "user", content: "Hi" }] as const;

    const answer = await generate(vendor, {}, { messages, tools, toolChoice: "required" }, "claude-opus-9");

    expect(answer.text).toBe("Fine.");
    expect(answer.trace.attempts.map((attempt) => attempt.repair)).toEqual([undefined, "without forcing a tool"]);
  });

  test("round-trips reasoning inside a tool loop and forgets it when the vendor does not know it", async () => {
    await using vendor = await startAnthropic();
    await using elsewhere = await startAnthropic();
    vendor.script([
      { answer: { reasoning: "hm", toolCalls: [{ name: "f", input: { a: "1" } }] } },
      { answer: { text: "Done." } },
    ]);
    const tools = [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" } } } }];
    const question = { role: "user", content: "Hi" } as const;
    const first = await generate(vendor, {}, { messages: [question], tools });
    const messages: Request["messages"] = [
      question,
      first.message,
      {
        role: "tool",
        content: first.toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" })),
      },
    ];

    const second = await generate(vendor, {}, { messages, tools });
    const third = await generate(elsewhere, {}, { messages, tools });

    expect(second.text).toBe("Done.");
    expect(vendor.requests[1]?.text).toContain(`"signature"`);
    expect(elsewhere.requests[0]?.text).not.toContain(`"signature"`);
    expect(third.losses).toMatchObject([{ what: "messages[1] reasoning", action: "dropped" }]);
  });

  test("keeps reasoning from another organization's key, where the targets say whose their keys are", async () => {
    await using vendor = await startAnthropic();
    vendor.script([{ answer: { reasoning: "hm", text: "One." } }]);
    vendor.answer({ text: "Two." });
    const ask = (messages: Request["messages"], quotaGroup?: string): Promise<Answer> =>
      generate(vendor, { apiKey: quotaGroup ?? "k", quotaGroup }, { messages });
    const question = { role: "user", content: "Hi" } as const;
    const { message } = await ask([question], "ours");
    const messages = [question, message, question];

    const [same, foreign, unknown] = [await ask(messages, "ours"), await ask(messages, "theirs"), await ask(messages)];

    expect(vendor.requests.slice(1).map(({ text }) => text.includes(`"signature"`))).toEqual([true, false, true]);
    expect([same, foreign, unknown].map(({ losses }) => losses.map(({ what, action }) => `${what} ${action}`))).toEqual(
      [[], ["messages reasoning dropped"], []],
    );
    expect(JSON.stringify(message)).not.toContain("ours");
    expect(vendor.requests[1]?.text).not.toContain("organization");
  });

  test("takes from its options what is known better than the table, and the betas of its headers", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Fine." });
    const options = { capabilities: { maxOutputTokens: 300_000 }, headers: { "anthropic-beta": "of-target" } };
    const request = {
      messages: [{ role: "user", content: "Hi" }],
      maxOutputTokens: 128_000,
      vendorOptions: { anthropic: { betas: ["of-request"] } },
    } as const;

    const answer = await generate(vendor, { ...options, transport: "fetch" }, request, "claude-sonnet-4-5");

    // The simulator knows no more than the table: what it refuses is asked for within its limit.
    expect(answer.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "with 64000 output tokens"]);
    expect(vendor.requests.map(({ body }) => Reflect.get(Object(body), "max_tokens"))).toEqual([128_000, 64_000]);
    expect(vendor.requests.map(({ headers }) => headers["anthropic-beta"])).toEqual([
      "of-target,of-request",
      "of-target,of-request",
    ]);
  });

  test("puts a turn of the user behind a paused answer that a model does not continue", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Fine." });
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    vendor.script([
      { fault: { type: "status", status: 400, body: { error: { type: "invalid_request_error", message } } } },
    ]);
    const origin = { vendor: "anthropic", model: MODEL, endpoint: new URL(vendor.url).host };
    const block = (data: JsonObject) => ({ type: "opaque", kind: "hosted", data, origin }) as const;
    const messages: Request["messages"] = [
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: [
          block({ type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }),
          block({ type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] }),
        ],
      },
    ];

    const answer = await generate(vendor, {}, { messages });

    expect(answer.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "with a user turn at the end"]);
    expect(answer.losses).toMatchObject([{ what: "messages", action: "translated" }]);
  });

  test("CL-19 R10.4 sends one request per attempt: the SDK repeats nothing", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "x" });
    vendor.script([{ fault: { type: "error", error: "rate-limited" } }]);

    const error = await generate(vendor).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("rate-limited");
    expect(vendor.requests).toHaveLength(1);
  });

  test("is not led by the environment: neither URL, credential, any header nor log level", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello." });
    const options = { headers: { "x-kept": "mine" } };
    await generate(vendor, options);
    vi.stubEnv("ANTHROPIC_API_KEY", "key-from-env");
    vi.stubEnv("ANTHROPIC_BASE_URL", "https://elsewhere.invalid");
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "token-from-env");
    vi.stubEnv("ANTHROPIC_PROFILE", "profile-from-env");
    vi.stubEnv("ANTHROPIC_ORGANIZATION_ID", "org-from-env");
    vi.stubEnv("ANTHROPIC_WORKSPACE_ID", "workspace-from-env");
    vi.stubEnv("ANTHROPIC_CUSTOM_HEADERS", STRAY_HEADERS);
    vi.stubEnv("ANTHROPIC_LOG", "debug");
    const printed = [vi.spyOn(console, "debug"), vi.spyOn(console, "info"), vi.spyOn(console, "warn")];

    await generate(vendor, options);

    const [without, withEnvironment] = vendor.requests.map(({ headers }) => headers);
    expect(without).toMatchObject({
      authorization: "Bearer k",
      "x-kept": "mine",
      "content-type": "application/json",
      "anthropic-version": expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(withEnvironment).toEqual(without);
    expect(process.env["ANTHROPIC_CUSTOM_HEADERS"]).toBe(STRAY_HEADERS);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("asks a sibling whose client gets its key by a function, although the first one's was refused", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello." });
    const targets = ["bad-key", "good-key"].map((key) =>
      anthropic(MODEL, { client: new Anthropic({ baseURL: vendor.url, apiKey: () => Promise.resolve(key) }) }),
    );

    const answer = await createChain([{ targets }]).generate("Hi");

    expect(answer.text).toBe("Hello.");
    expect(answer.trace.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid", undefined]);
    expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer bad-key",
      "Bearer good-key",
    ]);
  });

  test.each<readonly [string, () => Promise<string>]>([
    ["rejects", () => Promise.reject(new Error("hush"))],
    ["returns two lines", () => Promise.resolve("hush\nhush")],
  ])("sends nothing when the function of a client %s, and asks a sibling", async (_, apiKey) => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello." });
    const targets = [apiKey, () => Promise.resolve("good-key")].map((key) =>
      anthropic(MODEL, { client: new Anthropic({ baseURL: vendor.url, apiKey: key }) }),
    );

    const answer = await createChain([{ targets }]).generate("Hi");

    expect(answer.text).toBe("Hello.");
    expect(answer.trace.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid", undefined]);
    expect(JSON.stringify(answer.trace)).not.toContain("hush");
    expect(vendor.requests).toHaveLength(1);
  });

  test("takes a client of the vendor's SDK, with its URL, key, headers and fetch, but without its retries", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello." });
    vendor.script([{}, { fault: { type: "error", error: "server-error" } }]);
    let calls = 0;
    const client = new Anthropic({
      baseURL: vendor.url,
      apiKey: "client-key",
      defaultHeaders: { "x-own": "1" },
      maxRetries: 5,
      fetch: (input, init) => {
        calls += 1;
        return fetch(input, init);
      },
    });
    const target = anthropic(MODEL, { client });
    const chain = createChain([target], { policy: () => "stop" });

    const answer = await chain.generate("Hi");
    const error = await chain.generate("Hi").catch((thrown: unknown) => thrown);

    expect(answer.text).toBe("Hello.");
    expect(vendor.requests[0]?.headers).toMatchObject({ authorization: "Bearer client-key", "x-own": "1" });
    expect(isUnderstudyError(error) && error.code).toBe("server-error");
    expect(calls).toBe(2);
    expect(target.problems).toEqual([]);
    expect(client.maxRetries).toBe(5);
  });
});

describe("anthropic by fetch", () => {
  const own = /^(?:x-stainless-|user-agent$|accept|content-length$|traceparent$)/;
  const shown = (headers: IncomingHttpHeaders | undefined): object =>
    Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !own.test(name)));

  test("sends the headers and the body that the SDK sends", async () => {
    await using vendor = await startAnthropic();
    const betas = { anthropic: { betas: ["context-management-2025-06-27"] } };
    const asked = { messages: [{ role: "user", content: "Hi" }], vendorOptions: betas } as const;

    await generate(vendor, { headers: { "X-Team": "blue" } }, asked);
    await generate(vendor, { headers: { "X-Team": "blue" }, transport: "fetch" }, asked);

    const [bySdk, byFetch] = vendor.requests;
    expect(shown(byFetch?.headers)).toEqual(shown(bySdk?.headers));
    expect(shown(byFetch?.headers)).toMatchObject({
      authorization: "Bearer k",
      "anthropic-version": "2026-10-21",
      "x-team": "blue",
    });
    expect([byFetch?.path, byFetch?.body]).toEqual([bySdk?.path, bySdk?.body]);
  });

  test("classifies as it does through the SDK", async () => {
    await using vendor = await startAnthropic();
    vendor.script([{ fault: { type: "error", error: "rate-limited" } }]);

    const error = await generate(vendor, { transport: "fetch" }).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("rate-limited");
    expect(vendor.requests).toHaveLength(1);
  });

  test("takes no client beside it, and no other transport", () => {
    const client = new Anthropic({ apiKey: "k" });

    expect(anthropic(MODEL, { client, transport: "fetch" }).problems).toEqual([
      { type: "invalid", message: expect.stringContaining("`client` and `transport: 'fetch'` exclude each other") },
    ]);
    expect(anthropic(MODEL, { client, transport: "sdk" }).problems).toEqual([]);
    // @ts-expect-error: as plain JavaScript calls it
    expect(anthropic(MODEL, { apiKey: "k", transport: "http" }).problems).toEqual([
      { type: "invalid", message: expect.stringContaining("`transport` must be 'sdk' or 'fetch'") },
    ]);
  });
});

describe("anthropic in a browser", () => {
  test.each(["sdk", "fetch"] as const)("answers by its %s, and says that the key is shown to it", async (transport) => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: "Hello." });
    const onServer = await generate(vendor, { transport });
    vi.stubGlobal("window", { document: {} });
    vi.stubGlobal("document", {});

    const inBrowser = await generate(vendor, { transport });

    expect([onServer.text, inBrowser.text]).toEqual(["Hello.", "Hello."]);
    const name = "anthropic-dangerous-direct-browser-access";
    expect(vendor.requests.map(({ headers }) => headers[name])).toEqual([undefined, "true"]);
  });
});

describe("anthropic and redirects", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
  });

  test("sends neither key nor prompt to where a redirect points", async () => {
    await using elsewhere = await startAnthropic();
    const seen: IncomingHttpHeaders[] = [];
    server = createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(308, { location: `${elsewhere.url}/v1/messages` }).end();
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
    const { port } = server.address() as AddressInfo;
    const target = anthropic(MODEL, { baseURL: `http://127.0.0.1:${port}`, apiKey: "k" });

    const error = await createChain([target])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.code).toBe("config");
    expect([seen.length, elsewhere.requests.length]).toEqual([1, 0]);
  });
});

describe("importing the package", () => {
  test("loads no SDK for requests that are made by fetch, nor for the preparation of a backup", async () => {
    await using vendor = await startAnthropic();
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
      const { anthropic } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      const options = { baseURL: process.argv[1], apiKey: "k", transport: "fetch" };
      const chain = createChain([anthropic("${MODEL}", options), anthropic("claude-haiku-4-5", options)]);
      const { text } = await chain.generate("Hi");
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(text !== "", loaded.has("@anthropic-ai/sdk"));
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", program, vendor.url], { cwd });

    expect(stdout.trim()).toBe("true false");
  });

  test("is followed by loading the SDK of a backup with the first call, which asks nobody and no function", async () => {
    await using vendor = await startAnthropic();
    await using backup = await startAnthropic();
    const program = `
      import { registerHooks } from "node:module";
      let loaded;
      const sdk = new Promise((resolve) => (loaded = resolve));
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier === "@anthropic-ai/sdk") loaded();
          return next(specifier, context);
        },
      });
      const { createChain } = await import("@understudy/core");
      const { anthropic } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
      let asked = 0;
      const [, url, backup] = process.argv;
      const chain = createChain([
        anthropic("${MODEL}", { baseURL: url, apiKey: "k", transport: "fetch" }),
        anthropic("${MODEL}", { baseURL: backup, apiKey: () => String(++asked) }),
      ].map((target, index) => ({ target, name: String(index) })));
      await chain.generate("Hi");
      await sdk;
      console.log(asked);
    `;

    const flags = ["-C", "@understudy/source", "--input-type=module"];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const given = [...flags, "-e", program, vendor.url, backup.url];
    const { stdout } = await promisify(execFile)(process.execPath, given, { cwd });

    expect(stdout.trim()).toBe("0");
    expect([vendor.requests.length, backup.requests.length]).toEqual([1, 0]);
  });
});

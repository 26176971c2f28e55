import { createChain, type Answer, type FailureClass, type Request } from "@understudy/core";
import { scriptedTarget } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { aiSdk, type AiSdkOptions } from "../src/index.ts";
import { fakeModel, finishes, says, START, type FakeModel, type FakePart } from "./fake-model.ts";

const TOOLS: Request = { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "look" }] };

function ask({ model }: FakeModel, request: string | Request = "Hi", options: AiSdkOptions = {}): Promise<Answer> {
  const first = { target: aiSdk(model, options), timeoutMs: 500, progressMs: 2_000, silentReasoningMs: 500 };
  return createChain([first, scriptedTarget([{ text: "From backup." }])]).generate(request);
}

async function classOf(parts: readonly FakePart[], request?: Request): Promise<FailureClass | "answered" | undefined> {
  const [attempt] = (await ask(fakeModel(parts), request)).trace.attempts;
  return attempt?.outcome === "answered" ? "answered" : attempt?.class;
}

function raw(value: object): FakePart {
  return { type: "raw", rawValue: value };
}

function chunk(delta: object, finish: string | null = null, usage?: object | null): FakePart {
  return raw({ choices: [{ index: 0, delta, finish_reason: finish }], ...(usage !== undefined && { usage }) });
}

function apiError(fields: object): Error {
  return Object.assign(
    new Error("The provider's words"),
    { [Symbol.for("vercel.ai.error.AI_APICallError")]: true },
    fields,
  );
}

function named(name: string, fields: object = {}): Error {
  return Object.assign(new Error("x"), { [Symbol.for(`vercel.ai.error.AI_${name}`)]: true }, fields);
}

describe("a stream of a provider", () => {
  test.each<readonly [string, readonly FakePart[], FailureClass | "answered"]>([
    ["that stops is an answer", [START, ...says("Hello"), finishes("stop", "stop")], "answered"],
    ["that was interrupted is cut off", [START, ...says("Hello"), finishes("interrupted")], "stream.truncated"],
    ["that ends for no stated reason is cut off", [START, ...says("Hello"), finishes("other")], "stream.truncated"],
    ["that ends for a reason of its own is an answer", [START, ...says("Hello"), finishes("other", "new")], "answered"],
    ["without a finish is cut off", [START, ...says("Hello")], "stream.truncated"],
    ["of nothing is none", [START], "gateway.not-a-stream"],
    ["of nothing but a finish is none", [START, finishes("other")], "gateway.not-a-stream"],
    ["that says that it failed has failed", [START, ...says("Hello"), finishes("error")], "server.error"],
    ["whose vendor broke off has failed", [START, ...says("Hello"), finishes("other", "aborted")], "server.error"],
    [
      "with parts of the future is read past them",
      [START, { type: "hologram" }, ...says("Hello"), { type: "hologram", id: 5 }, finishes("stop", "stop")],
      "answered",
    ],
    [
      "of odd values is none",
      [START, { type: "text-delta", id: 1, delta: 5 }, { type: "finish" }],
      "gateway.not-a-stream",
    ],
    [
      "with the input of a tool left open is cut off",
      [
        START,
        ...says("Hello"),
        { type: "tool-input-start", id: "c", toolName: "look" },
        { type: "tool-input-delta", id: "c", delta: '{"at' },
        finishes("tool-calls", "tool_calls"),
      ],
      "stream.truncated",
    ],
    ["that breaks is a reset", [START, ...says("Hello"), new TypeError("terminated")], "stream.reset"],
  ])("%s", async (_title, parts, expected) => {
    expect(await classOf(parts)).toBe(expected);
  });

  test.each<readonly [string, FakePart, FailureClass]>([
    [
      "an overload by its type",
      { type: "error", error: { type: "overloaded_error", message: "x" } },
      "server.overloaded",
    ],
    ["an overload by its words", { type: "error", error: "The model is overloaded." }, "server.overloaded"],
    ["a limit by its code", { type: "error", error: { code: "rate_limit_exceeded", message: "x" } }, "rate.unknown"],
    [
      "a quota by its code",
      { type: "error", error: { code: "insufficient_quota", message: "x" } },
      "billing.exhausted",
    ],
    [
      "the window by its words",
      { type: "error", error: { message: "prompt is too long: 9 tokens > 8 maximum" } },
      "request.context-length",
    ],
    ["a status that tells", { type: "error", error: { message: "x", statusCode: 401 } }, "auth.invalid"],
    ["a status that is guessed", { type: "error", error: { message: "x", statusCode: 400 } }, "server.error"],
    [
      "a status of a server without room",
      { type: "error", error: { message: "x", statusCode: 503 } },
      "server.overloaded",
    ],
    [
      "what was behind the provider's words",
      { type: "error", error: { message: "x", data: { error: { code: 529 } } } },
      "server.overloaded",
    ],
    ["nothing that is known", { type: "error", error: { a: 1 } }, "server.error"],
    ["no words at all", { type: "error", error: undefined }, "server.error"],
    [
      "a status of its own",
      { type: "error", error: apiError({ statusCode: 429, responseHeaders: {} }) },
      "rate.unknown",
    ],
    [
      "a broken connection",
      {
        type: "error",
        error: apiError({ statusCode: 200, cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }),
      },
      "stream.reset",
    ],
    [
      "an event that it does not know",
      { type: "error", error: named("TypeValidationError", { value: { type: "new" } }) },
      "stream.malformed",
    ],
    [
      "an event of a gateway",
      { type: "error", error: named("TypeValidationError", { value: { error: { code: 502, message: "x" } } }) },
      "server.gateway",
    ],
    ["broken JSON", { type: "error", error: named("JSONParseError", { text: '{"a":' }) }, "stream.malformed"],
    ["an error of its own", { type: "error", error: new RangeError("x") }, "stream.malformed"],
  ])("that reports %s has that class", async (_title, part, expected) => {
    expect(await classOf([START, ...says("Hello"), part, finishes("error")])).toBe(expected);
  });

  test.each<readonly [string, Error, FailureClass]>([
    ["no key", named("LoadAPIKeyError"), "auth.invalid"],
    ["an unknown model", named("NoSuchModelError"), "model.not-found"],
    ["what the model cannot do", named("UnsupportedFunctionalityError"), "request.unsupported"],
    ["a prompt that it cannot send", named("InvalidPromptError"), "request.rejected"],
    ["a body that is none", named("EmptyResponseBodyError"), "gateway.not-a-stream"],
    [
      "a connection that is refused",
      apiError({ cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
      "network.refused",
    ],
    ["anything else", new RangeError("x"), "unknown"],
  ])("that does not begin for %s has that class", async (_title, error, expected) => {
    const { model } = fakeModel([]);
    const answer = await ask({ ...fakeModel([]), model: { ...model, doStream: () => Promise.reject(error) } });

    expect(answer.trace.attempts[0]?.class).toBe(expected);
  });

  test("is left alone when it never begins and ignores its signal", async () => {
    const { model } = fakeModel([]);
    const answer = await ask({
      ...fakeModel([]),
      model: { ...model, doStream: () => new Promise<never>(() => undefined) },
    });

    expect(answer.text).toBe("From backup.");
    expect(answer.trace.attempts[0]?.class).toBe("timeout.first-content");
  });

  test("is cancelled when it stalls, also where its first data is no content", async () => {
    const model = fakeModel([START, { type: "custom", kind: "fake.hello", providerMetadata: { fake: { a: 1 } } }], {
      open: true,
    });

    const answer = await ask(model);

    expect(answer.trace.attempts[0]?.class).toBe("timeout.first-content");
    expect(model.isCancelled()).toBe(true);
  });

  test("keeps data of the provider's own at its place in the answer", async () => {
    const model = fakeModel([
      START,
      { type: "custom", kind: "fake.hello", providerMetadata: { fake: { a: 1 } } },
      ...says("Hello"),
      { type: "custom", kind: "fake.bye" },
      finishes("stop", "stop"),
    ]);

    const { message } = await ask(model);

    expect(message.content).toMatchObject([
      { type: "opaque", kind: "fake.hello", data: { fake: { a: 1 } } },
      { type: "text", text: "Hello" },
      { type: "opaque", kind: "fake.bye", data: {} },
    ]);
  });

  test("silence while a tool of the vendor's runs is longer than other silence", async () => {
    const model = fakeModel([
      START,
      ...says("Let me look."),
      { type: "tool-call", toolCallId: "s", toolName: "web_search", input: "{}", providerExecuted: true },
      600,
      { type: "tool-result", toolCallId: "s", toolName: "web_search", result: {} },
      ...says("Found.", "u"),
      finishes("stop", "stop"),
    ]);

    const answer = await ask(model);

    expect(answer.text).toBe("Let me look.Found.");
    expect(answer.toolCalls).toEqual([]);
  });
});

describe("what the vendor says itself", () => {
  const text: readonly FakePart[] = [
    START,
    chunk({ content: "Hello" }),
    { type: "text-start", id: "t" },
    { type: "text-delta", id: "t", delta: "Hello" },
  ];

  test("ends an answer whose stream is reset behind it", async () => {
    const answer = await ask(fakeModel([...text, chunk({}, "length"), new TypeError("terminated")]));

    expect([answer.text, answer.finishReason, answer.rawFinishReason]).toEqual(["Hello", "length", "length"]);
  });

  test("ends an answer whose stream stays open behind it, after a second", async () => {
    const model = fakeModel([...text, chunk({}, "stop")], { open: true });
    const begunAt = performance.now();

    const answer = await ask(model);

    expect(answer.text).toBe("Hello");
    expect(performance.now() - begunAt).toBeLessThan(2_000);
    await expect.poll(() => model.isCancelled()).toBe(true);
  });

  test("does not end one that continues, whatever it says with every piece", async () => {
    const parts: readonly FakePart[] = [
      START,
      chunk({ content: "Hel" }, "stop"),
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: "Hel" },
      chunk({ content: "lo" }, "stop"),
      { type: "text-delta", id: "t", delta: "lo" },
    ];

    expect((await ask(fakeModel([...parts, finishes("stop", "stop")]))).text).toBe("Hello");
    expect(await classOf([...parts, new TypeError("terminated")])).toBe("stream.reset");
  });

  test("keeps what comes behind its last counts out of the answer", async () => {
    const late: readonly FakePart[] = [
      chunk({ content: "late" }),
      { type: "text-delta", id: "t", delta: "late" },
      { type: "text-start", id: "u" },
      { type: "text-delta", id: "u", delta: "later" },
      { type: "tool-input-start", id: "c", toolName: "look" },
      { type: "text-end", id: "t" },
    ];

    const answer = await ask(
      fakeModel([
        ...text,
        chunk({}, "stop", { prompt_tokens: 7, completion_tokens: 1 }),
        ...late,
        finishes("stop", "stop"),
      ]),
    );

    expect(answer.text).toBe("Hello");
    expect(answer.usage).toMatchObject({ inputTokens: 7, outputTokens: 2 });
  });

  test("counts for an answer that broke off, too", async () => {
    const counted = raw({
      type: "message_start",
      message: { usage: { input_tokens: 9, cache_read_input_tokens: 1, cache_creation_input_tokens: 0 } },
    });

    const answer = await ask(fakeModel([START, counted, ...says("Hello"), new TypeError("terminated")]));

    expect(answer.trace.attempts[0]).toMatchObject({
      class: "stream.reset",
      usage: { inputTokens: 10, cacheReadTokens: 1 },
    });
  });
});

describe("older versions of the specification", () => {
  const history: Request = {
    ...TOOLS,
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look." },
          { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } },
        ],
      },
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "look", input: {} }] },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c",
            content: [
              { type: "text", text: "See:" },
              { type: "image", source: { type: "base64", mediaType: "image/png", data: "BBBB" } },
            ],
          },
        ],
      },
    ],
    reasoning: { effort: "low" },
  };

  test.each([
    [
      "v4",
      { type: "data", data: "AAAA" },
      { type: "file", mediaType: "image/png", data: { type: "data", data: "BBBB" } },
      [],
    ],
    ["v3", "AAAA", { type: "file-data", mediaType: "image/png", data: "BBBB" }, ["reasoning"]],
    ["v2", "AAAA", { type: "media", mediaType: "image/png", data: "BBBB" }, ["reasoning"]],
  ] as const)("%s gets files and effort in its own form", async (version, data, inResult, losses) => {
    const model = fakeModel([START, ...says("Dark."), finishes("stop", "stop")], { version });

    const answer = await ask(model, history);

    expect(answer.text).toBe("Dark.");
    expect(answer.losses.map(({ what }) => what)).toEqual(losses);
    const [options] = model.calls;
    expect(options?.["reasoning"]).toBe(version === "v4" ? "low" : undefined);
    expect(options?.["prompt"]).toMatchObject([
      { role: "user", content: [{ type: "text" }, { type: "file", mediaType: "image/png", data }] },
      { role: "assistant", content: [{ type: "tool-call", toolName: "look", input: {} }] },
      { role: "tool", content: [{ output: { type: "content", value: [{ type: "text", text: "See:" }, inResult] } }] },
    ]);
  });

  test("v2 states counts side by side, and a finish reason in one word", async () => {
    const finish: FakePart = {
      type: "finish",
      finishReason: "length",
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5, reasoningTokens: 1, cachedInputTokens: 2 },
    };

    const answer = await ask(fakeModel([START, ...says("Hello"), finish], { version: "v2" }));

    expect(answer.finishReason).toBe("length");
    expect(answer.usage).toMatchObject({ inputTokens: 3, cacheReadTokens: 2, outputTokens: 2, reasoningTokens: 1 });
  });

  test("a warning of the provider's is a loss", async () => {
    const start: FakePart = {
      type: "stream-start",
      warnings: [
        { type: "unsupported", feature: "topK" },
        { type: "compatibility", feature: "schema", details: "as text" },
        { type: "unsupported-setting", setting: "seed" },
        { type: "other", message: "advice" },
      ],
    };

    const answer = await ask(fakeModel([start, ...says("Hello"), finishes("stop", "stop")]));

    expect(answer.losses).toEqual([
      { what: "topK", action: "dropped", reason: undefined },
      { what: "schema", action: "translated", reason: "as text" },
      { what: "seed", action: "dropped", reason: undefined },
    ]);
  });
});

describe("what is no model", () => {
  const { model } = fakeModel([]);

  test.each<readonly [string, unknown, unknown, RegExp]>([
    ["a name", "openai/gpt-6.1-terra", {}, /names are not looked up/],
    ["nothing", undefined, {}, /give a model object/],
    ["a model of the future", { ...model, specificationVersion: "v9" }, {}, /version .* not known/],
    ["a model of embeddings", { ...model, doStream: undefined }, {}, /give a model object/],
    ["a misspelt option", model, { vendr: "x" }, /unknown option `vendr` \(did you mean `vendor`\?\)/],
    ["a key", model, { apiKey: "k" }, /`apiKey` must be given to the AI SDK's provider/],
    ["a wrong capability", model, { capabilities: { images: "yes" } }, /`capabilities.images` must be/],
    ["options of another type", model, "x", /the options must be an object/],
  ])("%s is a problem that createChain reports", (_title, given, options, words) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong is the question
    const target = aiSdk(given as never, options as never);

    expect(target.problems.map(({ message }) => message).join()).toMatch(words);
    expect(() => createChain([target])).toThrow(words);
  });

  test("vendor, endpoint and scopes come from the provider, or from the options", () => {
    const plain = aiSdk(model);
    const own = aiSdk(model, { vendor: "mine", endpoint: "eu", credential: "key-2", quotaGroup: "team" });

    expect([plain.vendor, plain.model, plain.endpoint]).toEqual(["fake", "fake-1", "fake.chat"]);
    expect([own.vendor, own.endpoint]).toEqual(["mine", "eu"]);
    expect(JSON.stringify([plain.scopes, own.scopes])).not.toMatch(/fake|key-2|team/);
    expect(own.scopes.key).not.toBe(plain.scopes.key);
    expect(own.scopes.quota).not.toBe(own.scopes.key);
  });
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createChain, isUnderstudyError, type Answer, type Message, type Request } from "@understudy/core";
import { afterEach, describe, expect, test } from "vitest";
import { openai, type OpenAIChatTargetOptions } from "../index.ts";
import { dialectOf, DIALECTS } from "./dialects.ts";

interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  /** Chunks of a stream. */
  readonly chunks?: readonly object[];
}

interface Scripted extends AsyncDisposable {
  readonly url: string;
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
}

/** A server that answers in turn, the last reply for ever, and keeps what it was asked. */
async function start(...replies: readonly Reply[]): Promise<Scripted> {
  const bodies: Readonly<Record<string, unknown>>[] = [];
  const server: Server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      const { status = 200, json, chunks } = replies[Math.min(bodies.length, replies.length - 1)] ?? {};
      bodies.push(JSON.parse(text));
      response.writeHead(status, { "content-type": chunks === undefined ? "application/json" : "text/event-stream" });
      const events = chunks?.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
      response.end(events === undefined ? JSON.stringify(json) : `${events.join("")}data: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    bodies,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const delta = (fields: object, finish_reason: string | null = null) => ({
  id: "chat-1",
  model: "m",
  choices: [{ index: 0, delta: fields, finish_reason }],
});
const said = (text: string): Reply => ({ chunks: [delta({ content: text }), delta({}, "stop")] });
const SCHEMA = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
} as const;
const USER: Message = { role: "user", content: "Hi" };
const TOOLS = [{ name: "weather", inputSchema: { type: "object", properties: {} } }];

const chains: { [url: string]: ReturnType<typeof createChain> } = {};

afterEach(() => {
  for (const url of Object.keys(chains)) delete chains[url];
});

function ask(server: Scripted, dialect: string | undefined, request: Partial<Request> = {}): Promise<Answer> {
  const options: OpenAIChatTargetOptions = { baseURL: server.url, apiKey: "k", dialect };
  const chain = (chains[server.url] ??= createChain([openai.chat("m", options)]));
  return chain.generate({ messages: [USER], ...request });
}

const found = (url: string): string | undefined =>
  Object.entries(DIALECTS).find(([, dialect]) => dialect === dialectOf(undefined, url))?.[0];

const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

describe("dialects", () => {
  test("are found by their hosts, and named for a proxy", () => {
    expect(found("https://api.mistral.ai/v1")).toBe("mistral");
    expect(found("https://api.eu.mistral.ai/v1")).toBe("mistral");
    expect(found("https://api.groq.com/openai/v1")).toBe("groq");
    expect(found("https://api.moonshot.cn/v1")).toBe("moonshot");
    expect(found("https://generativelanguage.googleapis.com/v1beta/openai")).toBe("gemini");
    expect(found("https://eu.api.openai.com/v1")).toBe("openai");
    expect(found("http://localhost:11434/v1")).toBe("compatible");
    expect(found("https://mistral.ai.evil.test/v1")).toBe("compatible");
    expect(dialectOf("xai", "http://localhost/v1")).toBe(DIALECTS["xai"]);
  });

  test("that do not exist are told, with those that do", () => {
    const { problems } = openai.chat("m", { apiKey: "k", dialect: "mistrall" });

    expect(problems[0]?.message).toMatch(/`dialect` must be 'compatible' or .*'mistral' or/);
  });

  test("say which fields a server does not have, and which it calls otherwise", async () => {
    await using server = await start(said("Hello."));

    const answer = await ask(server, "mistral", { seed: 7, userId: "u1" });

    expect(server.bodies).toHaveLength(1);
    expect(server.bodies[0]).toMatchObject({ stream: true, random_seed: 7 });
    for (const field of ["stream_options", "seed", "user"]) expect(server.bodies[0]).not.toHaveProperty(field);
    expect(answer.losses).toMatchObject([{ what: "userId", action: "dropped" }]);
  });

  test("say where JSON with a schema is asked for in words", async () => {
    await using server = await start(said(`{"a":"x"}`));

    const answer = await ask(server, "deepseek", { output: { type: "json", schema: SCHEMA }, userId: "u1" });

    expect(server.bodies[0]).toMatchObject({ response_format: { type: "json_object" }, user_id: "u1" });
    expect(JSON.stringify(server.bodies[0])).toContain("It must fit this JSON Schema");
    expect(answer).toMatchObject({ output: { a: "x" }, losses: [{ what: "output.schema", action: "translated" }] });
  });

  test("give a server thinking back as it gave it: as parts of the content", async () => {
    await using server = await start({
      chunks: [
        delta({ role: "assistant", content: "" }),
        delta({ content: [thinking("Two ")] }),
        delta({ content: [{ ...thinking("and two."), signature: "sig" }] }),
        delta({ content: [{ type: "text", text: "Four." }] }),
        delta({ content: "" }, "stop"),
      ],
    });
    const first = await ask(server, "mistral");

    await ask(server, "mistral", { messages: [USER, first.message, USER] });

    expect(first.text).toBe("Four.");
    expect(server.bodies[1]?.["messages"]).toMatchObject([
      {},
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "Two and two." }], signature: "sig" },
          { type: "text", text: "Four." },
        ],
      },
      {},
    ]);
  });

  test("give a server its reasoning back in its own field", async () => {
    await using server = await start({
      chunks: [delta({ reasoning_content: "Hm." }), delta({ content: "x" }, "stop")],
    });
    const first = await ask(server, "moonshot");

    await ask(server, "moonshot", { messages: [USER, first.message, USER] });

    expect(server.bodies[1]?.["messages"]).toMatchObject([{}, { content: "x", reasoning_content: "Hm." }, {}]);
  });

  test("read usage wherever a server puts it, also when its reasoning is counted apart", async () => {
    const counts = {
      prompt_tokens: 10,
      completion_tokens: 2,
      total_tokens: 112,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    await using groq = await start({
      chunks: [delta({ content: "x" }, "stop"), { choices: [], x_groq: { id: "r", usage: counts } }],
    });
    await using inChoice = await start({
      chunks: [delta({ content: "x" }), { choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: counts }] }],
    });

    const usage = { inputTokens: 10, outputTokens: 102, reasoningTokens: 100 };
    expect(await ask(groq, "groq")).toMatchObject({ usage });
    expect(await ask(inChoice, undefined)).toMatchObject({ usage });
  });

  test("drop what a server says twice of its reasoning, and nothing of its text", async () => {
    const twice = [delta({ reasoning_content: "Hm" }), delta({ reasoning_content: "Hm" }), delta({ content: "ha" })];
    await using server = await start({ chunks: [...twice, delta({ content: "ha" }, "stop")] });

    const { message, text } = await ask(server, "xai");

    expect(message.content).toMatchObject([{ type: "reasoning", text: "Hm" }, {}]);
    expect(text).toBe("haha");
  });
});

const called = (call: object): Reply => ({
  chunks: [delta({ tool_calls: [{ index: 0, ...call }] }), delta({}, "stop")],
});

const answered = ({ message, toolCalls }: Answer): readonly Message[] => [
  USER,
  message,
  { role: "tool", content: toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "21" })) },
];

const whole = (spoken: object): Reply => ({
  json: { model: "m", choices: [{ index: 0, message: { content: null, audio: spoken }, finish_reason: "stop" }] },
});

describe("what a server made goes back to it as it came", () => {
  test.each(["functions.weather:0", "call/1+=", "x".repeat(70)])("also a tool-call id such as %s", async (id) => {
    const call = { id, type: "function", function: { name: "weather", arguments: "{}" } };
    await using server = await start(called(call), said("Done."));
    const first = await ask(server, undefined, { tools: TOOLS });

    await ask(server, undefined, { tools: TOOLS, messages: answered(first) });

    expect(server.bodies[1]?.["messages"]).toMatchObject([{}, { tool_calls: [{ id }] }, { tool_call_id: id }]);
  });

  test("with signatures that stand beside a call, and not to anybody else", async () => {
    const extra_content = { google: { thought_signature: "c2ln" } };
    const call = { id: "c1", type: "function", function: { name: "weather", arguments: "{}" }, extra_content };
    await using server = await start(called(call), said("Done."));
    await using other = await start(said("Done."));
    const first = await ask(server, undefined, { tools: TOOLS });

    await ask(server, undefined, { tools: TOOLS, messages: answered(first) });
    await ask(other, undefined, { tools: TOOLS, messages: answered(first) });

    const sent = { id: "c1", type: "function", function: { name: "weather", arguments: "{}" } };
    expect(server.bodies[1]?.["messages"]).toMatchObject([{}, { tool_calls: [{ ...sent, extra_content }] }, {}]);
    expect(other.bodies[0]?.["messages"]).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: null, tool_calls: [sent] },
      { role: "tool", tool_call_id: "c1", content: "21" },
    ]);
  });

  test("with the blocks of its reasoning, put together from their pieces", async () => {
    const piece = (fields: object) => delta({ reasoning_details: [fields] });
    await using server = await start({
      chunks: [
        piece({ type: "reasoning.text", index: 0, text: "Let ", format: "f" }),
        piece({ type: "reasoning.text", index: 0, text: "me see.", signature: null }),
        piece({ type: "reasoning.text", index: 0, signature: "sig" }),
        piece({ type: "reasoning.encrypted", index: 1, data: "AAAA", id: "r1" }),
        delta({ content: "x" }, "stop"),
      ],
    });
    const first = await ask(server, undefined);

    await ask(server, undefined, { messages: [USER, first.message, USER] });

    expect(server.bodies[1]?.["messages"]).toEqual([
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: "x",
        reasoning_details: [
          { type: "reasoning.text", index: 0, text: "Let me see.", format: "f", signature: "sig" },
          { type: "reasoning.encrypted", index: 1, data: "AAAA", id: "r1" },
        ],
      },
      { role: "user", content: "Hi" },
    ]);
  });

  test("as the id of what it spoke, and as its words once that is forgotten or elsewhere", async () => {
    const audio = { id: "audio_1", data: "UklGRg==", transcript: "Hello there.", expires_at: 4_000_000_000 };
    const old = { ...audio, id: "audio_0", expires_at: 1 };
    await using server = await start(whole(audio), said("x"), whole(old), said("x"));
    await using other = await start(said("x"));
    const vendorOptions = { openaiChat: { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } } };
    const first = await ask(server, undefined, { vendorOptions });

    await ask(server, undefined, { messages: [USER, first.message, USER] });
    const forgotten = await ask(server, undefined);
    await ask(server, undefined, { messages: [USER, forgotten.message, USER] });
    await ask(other, undefined, { messages: [USER, first.message, USER] });

    expect(first.text).toBe("Hello there.");
    expect(first.message.content).toMatchObject([
      { type: "text" },
      { type: "audio", source: { type: "base64", mediaType: "audio/mpeg", data: "UklGRg==" } },
    ]);
    const answers = [server.bodies[1], server.bodies[3], other.bodies[0]].map((body) => body?.["messages"]);
    expect(answers).toMatchObject([
      [{}, { role: "assistant", content: null, audio: { id: "audio_1" } }, {}],
      [{}, { role: "assistant", content: "Hello there." }, {}],
      [{}, { role: "assistant", content: "Hello there." }, {}],
    ]);
  });
});

const validation = (field: string) => [
  { type: "extra_forbidden", loc: ["body", field], msg: "Extra inputs are not permitted" },
];

describe("refusals of servers that nobody knows", () => {
  test.each<[string, unknown]>([
    ["a list of details", { detail: validation("stream_options") }],
    [
      "details inside the message",
      {
        object: "error",
        message: { detail: validation("stream_options") },
        type: "invalid_request_error",
        param: null,
        code: null,
      },
    ],
    [
      "a sentence",
      {
        error: {
          message: "Unrecognized request argument supplied: stream_options",
          type: "invalid_request_error",
          param: null,
        },
      },
    ],
    [
      "a list of errors",
      [
        {
          error: {
            code: 400,
            message: `Invalid JSON payload received. Unknown name "stream_options": Cannot find field.`,
            status: "INVALID_ARGUMENT",
          },
        },
      ],
    ],
    [
      "another sentence",
      { error: { message: "Extra inputs are not permitted, field: 'stream_options', value: {'include_usage': True}" } },
    ],
    [
      "a schema's words",
      {
        message: "Additional properties are not allowed ('stream_options' was unexpected)",
        type: "invalid_request_error",
      },
    ],
  ])("about a field are repaired once and remembered, told in %s", async (_form, json) => {
    await using server = await start({ status: 422, json }, said("Hello."));

    const first = await ask(server, undefined);
    await ask(server, undefined);

    expect(first.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without stream_options"]);
    expect(first.losses).toMatchObject([{ what: "stream_options", action: "dropped" }]);
    expect(server.bodies.map((body) => "stream_options" in body)).toEqual([true, false, false]);
  });

  test.each<[string, number, unknown]>([
    ["by its parameter", 400, { error: { message: "Not here.", param: "response_format", code: "unsupported_value" } }],
    [
      "by a sentence",
      400,
      {
        error: { message: "This model does not support response format `json_schema`.", type: "invalid_request_error" },
      },
    ],
    ["in another vendor's words", 400, { error: { message: "This response_format type is unavailable now" } }],
    ["by what else it takes", 400, { error: "'response_format.type' must be 'json_schema' or 'text'" }],
    ["as an unknown field", 422, { detail: validation("response_format") }],
  ])("about JSON with a schema put the schema into words, told %s", async (_form, status, json) => {
    await using server = await start({ status, json }, said(`{"a":"x"}`));

    const answer = await ask(server, undefined, { output: { type: "json", schema: SCHEMA } });

    expect(answer.output).toEqual({ a: "x" });
    expect(answer.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "with the schema in words"]);
    expect(answer.losses).toMatchObject([{ what: "output", action: "translated" }]);
    expect(server.bodies[1]).not.toHaveProperty("response_format");
  });

  test("about a field inside of a message or tool leave it out there", async () => {
    const inside = {
      type: "extra_forbidden",
      loc: ["body", "messages", 1, "assistant", "reasoning_details"],
      msg: "Extra inputs are not permitted",
    };
    const details = [{ type: "reasoning.text", index: 0, text: "Hm." }];
    await using server = await start(
      { chunks: [delta({ reasoning_details: details }), delta({ content: "x" }, "stop")] },
      { status: 422, json: { detail: [inside] } },
      said("Hello."),
    );
    const first = await ask(server, undefined);

    const second = await ask(server, undefined, { messages: [USER, first.message, USER] });

    expect(second.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without reasoning_details"]);
    expect(server.bodies[2]?.["messages"]).toMatchObject([{}, { role: "assistant", content: "x" }, {}]);
    expect(JSON.stringify(server.bodies[2])).not.toContain("reasoning_details");
  });

  test.each<[string, number, unknown, string]>([
    [
      "moderation",
      403,
      {
        error: {
          code: 403,
          message: "openai/gpt-4o requires moderation on OpenAI. Your input was flagged.",
          metadata: {},
        },
      },
      "policy.input-blocked",
    ],
    [
      "a key without rights",
      403,
      { error: { code: 403, message: "This key may not use this model." } },
      "auth.forbidden",
    ],
    [
      "a wrong key with status 400",
      400,
      { code: "Client specified an invalid argument", error: "Incorrect API key provided: no***. You can obtain one." },
      "auth.invalid",
    ],
    [
      "a team without credits",
      403,
      { code: "The caller does not have permission", error: "Your newly created team doesn't have any credits yet." },
      "billing.exhausted",
    ],
    [
      "a call that the model wrote wrong",
      400,
      {
        error: {
          message: "Failed to call a function.",
          type: "invalid_request_error",
          code: "tool_use_failed",
          failed_generation: "x",
        },
      },
      "output.malformed",
    ],
  ])("about %s are taken for what they are", async (_what, status, json, expected) => {
    await using server = await start({ status, json });

    const error = await ask(server, undefined).catch((thrown: unknown) => thrown);

    expect(isUnderstudyError(error) && error.attempts[0]?.class).toBe(expected);
  });
});

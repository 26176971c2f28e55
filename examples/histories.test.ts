import { anthropic } from "@understudy/anthropic";
import {
  createChain,
  type AssistantPart,
  type JsonObject,
  type Message,
  type ImagePart,
  type TextPart,
} from "@understudy/core";
import { isJsonObject, type Target } from "@understudy/core/adapter";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Vendor,
} from "@understudy/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

type Said = TextPart | ImagePart;
/** A part of a random history; what is the target's own gets its origin when the target is known. */
type Piece =
  | { readonly type: "text" | "reasoning"; readonly isOwn: boolean }
  | { readonly type: "call"; readonly id: string }
  | { readonly type: "hosted" };
type Turn =
  | { readonly role: "user"; readonly content: readonly Said[] }
  | { readonly role: "assistant"; readonly pieces: readonly Piece[] }
  | {
      readonly role: "tool";
      readonly results: readonly { readonly id: string; readonly content: readonly Said[] }[];
    };

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
const IMAGE = { type: "image", source: { type: "base64", mediaType: "image/png", data: PIXEL } } as const;
const LINKED = { type: "image", source: { type: "url", url: "https://example.com/a.png" } } as const;

const userParts = fc.array(fc.constantFrom<Said>({ type: "text", text: "And?" }, IMAGE, LINKED), {
  minLength: 1,
  maxLength: 2,
});
const ids = fc.constantFrom("call_1", "call_2", "call_3");
const pieces = fc.oneof(
  fc.record({ type: fc.constantFrom("text" as const, "reasoning" as const), isOwn: fc.boolean() }),
  ids.map((id): Piece => ({ type: "call", id })),
  fc.constant<Piece>({ type: "hosted" }),
);
/** What the user says, what the model does, and some of the results; calls may have stayed without one. */
const rounds = fc.record({
  said: fc.option(userParts, { nil: [] }),
  done: fc.array(pieces, { maxLength: 6 }),
  answered: fc.subarray(["call_1", "call_2", "call_3"]),
  content: userParts,
});
const turns = fc.array(rounds, { minLength: 1, maxLength: 5 }).map((some) =>
  some.flatMap(({ said, done, answered, content }): Turn[] => {
    const called = answered.filter((id) => done.some((piece) => piece.type === "call" && piece.id === id));
    return [
      { role: "user", content: said },
      { role: "assistant", pieces: done },
      { role: "tool", results: called.map((id) => ({ id, content })) },
    ];
  }),
);

interface Wire {
  readonly make: (fetch: typeof globalThis.fetch) => Target;
  /** Blocks of a tool that the vendor ran, as it sent them. */
  readonly hosted: readonly JsonObject[];
  /** What an own reasoning part has to carry to go back. */
  readonly signature: JsonObject;
  readonly check: (body: JsonObject, sent: readonly Message[]) => void;
}

function materialize(history: readonly Turn[], { vendor, model, endpoint }: Target, wire: Wire): Message[] {
  const origin = { vendor, model, endpoint };
  let count = 0;
  const messages = history.map((turn): Message => {
    if (turn.role === "user") return turn;
    if (turn.role === "tool") {
      const content = turn.results.map(
        ({ id, content: parts }) => ({ type: "tool-result", toolCallId: id, content: parts }) as const,
      );
      return { role: "tool", content };
    }
    const content = turn.pieces.flatMap((piece): AssistantPart[] => {
      count++;
      switch (piece.type) {
        case "text":
          return [{ type: "text", text: `text ${count}` }];
        case "reasoning":
          return piece.isOwn
            ? [{ type: "reasoning", text: `thought ${count}`, opaque: wire.signature, origin }]
            : [{ type: "reasoning", text: `foreign ${count}` }];
        case "call":
          return [{ type: "tool-call", toolCallId: piece.id, toolName: "look", input: { count } }];
        case "hosted":
          return wire.hosted.map((data) => ({ type: "opaque", kind: "hosted", data: marked(data, count), origin }));
        default:
          return piece satisfies never;
      }
    });
    return { role: "assistant", content };
  });
  return messages.filter(({ content }) => content.length > 0);
}

/** A block with ids of its own. */
function marked(data: JsonObject, count: number): JsonObject {
  const parsed: JsonObject = JSON.parse(JSON.stringify(data).replaceAll("#", String(count)));
  return parsed;
}

/** The body that the vendor would get. */
async function bodyOf(
  history: readonly Turn[],
  wire: Wire,
): Promise<{ body: JsonObject; messages: readonly Message[] } | undefined> {
  const bodies: JsonObject[] = [];
  const target = wire.make(async (_url, init) => {
    bodies.push(JSON.parse(typeof init?.body === "string" ? init.body : ""));
    return Response.json({}, { status: 401 });
  });
  const messages = materialize(history, target, wire);
  const request = { messages, tools: [{ name: "look", inputSchema: { type: "object", properties: {} } }] };
  await createChain([target])
    .generate(request)
    .catch(() => undefined);
  const [body] = bodies;
  return body === undefined ? undefined : { body, messages };
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value : [];
}

const countOf = (text: string, word: string): number => text.split(word).length - 1;

/** Nothing that is the vendor's own may be lost. */
function expectHosted(body: unknown, messages: readonly Message[], ...words: readonly string[]): void {
  for (const word of words) expect(countOf(JSON.stringify(body), word)).toBe(countOf(JSON.stringify(messages), word));
}

/**
 * "Every tool_use needs a tool_result in the immediately following message"; all results of a batch "in one user message,
 * before any text block"; reported: nothing behind a `tool_use` but another one.
 */
function checkAnthropic(body: JsonObject, sent: readonly Message[]): void {
  const messages = list(body["messages"]);
  for (const [index, message] of messages.entries()) {
    const blocks = list(message["content"]);
    const types = blocks.map(({ type }) => type);
    expect(blocks.length).toBeGreaterThan(0);
    expect(messages[index + 1]?.["role"]).not.toBe(message["role"]);
    if (message["role"] === "assistant") {
      const first = types.indexOf("tool_use");
      if (first !== -1) expect(new Set(types.slice(first))).toEqual(new Set(["tool_use"]));
      const asked = blocks.filter(({ type }) => type === "tool_use").map(({ id }) => id);
      const answered = list(messages[index + 1]?.["content"]).filter(({ type }) => type === "tool_result");
      expect(answered.map((block) => block["tool_use_id"])).toEqual(asked);
      for (const [place, { type, id }] of blocks.entries()) {
        if (type === "server_tool_use") expect(blocks[place + 1]).toMatchObject({ tool_use_id: id });
      }
    } else {
      expect(types.lastIndexOf("tool_result")).toBe(types.filter((type) => type === "tool_result").length - 1);
    }
  }
  const last = messages.at(-1);
  const isPaused = JSON.stringify(last).includes("server_tool_use");
  if (!isPaused) expect(last?.["role"]).toBe("user");
  expectHosted(body, sent, "srvtoolu_", '"thought ');
}

/**
 * "A turn with functionCall must directly follow a user turn or a functionResponse turn"; all results "into one following user
 * turn, one functionResponse per functionCall, same count, matching name and id"; "must not end with a model turn"; measured:
 * words and media of the user in a content of their own.
 */
function checkGemini(body: JsonObject, sent: readonly Message[]): void {
  const contents = list(body["contents"]);
  for (const [index, content] of contents.entries()) {
    const parts = list(content["parts"]);
    const calls = parts.filter((part) => "functionCall" in part);
    const responses = parts.filter((part) => "functionResponse" in part);
    const after = list(contents[index + 1]?.["parts"]);
    expect(parts.length).toBeGreaterThan(0);
    if (responses.length > 0) expect(responses.length).toBe(parts.length);
    if (calls.length > 0) expect(contents[index - 1]?.["role"]).toBe("user");
    const names = (some: readonly JsonObject[], field: string) =>
      some
        .flatMap((part) => list([part[field]]))
        .filter(Boolean)
        .map(({ id, name }) => ({ id, name }));
    expect(names(after, "functionResponse")).toEqual(names(parts, "functionCall"));
    if (content["role"] === "model") expect(contents[index + 1]?.["role"]).toBe("user");
  }
  expect(contents.at(-1)?.["role"]).toBe("user");
  expectHosted(body, sent, "codeExecutionResult", "executableCode", '"thought ');
}

/** "`tool` message only after an assistant message with matching `tool_calls`, all answered", before any other message. */
function checkChat(body: JsonObject): void {
  const messages = list(body["messages"]);
  let open: unknown[] = [];
  for (const message of messages) {
    if (message["role"] === "tool") expect(message["tool_call_id"]).toBe(open.shift());
    else {
      expect(open).toEqual([]);
      open = list(message["tool_calls"]).map(({ id }) => id);
    }
  }
  expect(open).toEqual([]);
}

/** "Unexpected role 'user' after role 'tool'"; "Expected last role User or Tool (or Assistant with prefix True)". */
function checkMistral(body: JsonObject): void {
  checkChat(body);
  const messages = list(body["messages"]);
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "user") expect(messages[index - 1]?.["role"]).not.toBe("tool");
  }
  const last = messages.at(-1);
  expect(last?.["role"] === "assistant" && last["prefix"] !== true).toBe(false);
}

/** "Expected toolResult blocks", "must start with a user message", "roles must alternate". */
function checkBedrock(body: JsonObject): void {
  const messages = list(body["messages"]);
  let open: unknown[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    expect(role).toBe(index % 2 === 0 ? "user" : "assistant");
    const blocks = list(content);
    expect(blocks.length).toBeGreaterThan(0);
    const results = blocks.flatMap(({ toolResult }) => (isJsonObject(toolResult) ? [toolResult["toolUseId"]] : []));
    expect(results).toEqual(open);
    open = blocks.flatMap(({ toolUse }) => (isJsonObject(toolUse) ? [toolUse["toolUseId"]] : []));
  }
  expect(open).toEqual([]);
  expect(messages.at(-1)?.["role"]).toBe("user");
}

/** "Every function_call in the input needs a function_call_output with the same call_id", and the other way round. */
function checkResponses(body: JsonObject, sent: readonly Message[]): void {
  let open: unknown[] = [];
  for (const item of list(body["input"])) {
    if (item["type"] === "function_call") open.push(item["call_id"]);
    else if (item["type"] === "function_call_output") {
      expect(open).toContain(item["call_id"]);
      open = open.filter((id) => id !== item["call_id"]);
    } else if (item["role"] === "user") expect(open).toEqual([]);
  }
  expect(open).toEqual([]);
  expectHosted(body, sent, "ws_");
}

const KEY = { apiKey: "simulated" };
const WIRES: Readonly<Record<string, Wire>> = {
  anthropic: {
    make: (fetch) => anthropic("claude-sonnet-5-5", { ...KEY, fetch }),
    hosted: [
      { type: "server_tool_use", id: "srvtoolu_#", name: "web_search", input: {} },
      { type: "web_search_tool_result", tool_use_id: "srvtoolu_#", content: [] },
    ],
    signature: { signature: "c2ln" },
    check: checkAnthropic,
  },
  gemini: {
    make: (fetch) => gemini("gemini-3.8-flash", { ...KEY, fetch }),
    hosted: [
      { executableCode: { language: "PYTHON", code: "print(#)" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "#" } },
    ],
    signature: {},
    check: checkGemini,
  },
  "openai responses": {
    make: (fetch) => openai("gpt-6.1-terra", { ...KEY, fetch }),
    hosted: [{ type: "web_search_call", id: "ws_#", status: "completed" }],
    signature: { id: "rs_1", encrypted_content: "c2ln" },
    check: checkResponses,
  },
  "openai chat": {
    make: (fetch) => openai.chat("gpt-5.1", { ...KEY, fetch }),
    hosted: [],
    signature: {},
    check: checkChat,
  },
  deepseek: {
    make: (fetch) => deepseek("deepseek-v4-pro", { ...KEY, fetch }),
    hosted: [],
    signature: {},
    check: checkChat,
  },
  mistral: {
    make: (fetch) => mistral("mistral-small-latest", { ...KEY, fetch }),
    hosted: [],
    signature: { signature: "c2ln" },
    check: checkMistral,
  },
  xai: {
    make: (fetch) => xai("grok-4.6", { ...KEY, fetch }),
    hosted: [{ type: "web_search_call", id: "ws_#", status: "completed" }],
    signature: { id: "rs_1", encrypted_content: "c2ln" },
    check: checkResponses,
  },
  bedrock: {
    make: (fetch) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", { ...KEY, region: "us-east-1", fetch }),
    hosted: [],
    signature: { signature: "c2ln" },
    check: checkBedrock,
  },
};

describe("a random history", () => {
  test.each(Object.entries(WIRES))("becomes a body that keeps the rules of order of %s", async (_, wire) => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(turns, async (history) => {
        const made = await bodyOf(history, wire);
        // Of a history of foreign reasoning alone nothing is left to be sent.
        if (made === undefined || !made.messages.some(({ role }) => role === "user")) return;
        sent++;
        wire.check(made.body, made.messages);
      }),
      { numRuns: 100 },
    );
    expect(sent).toBeGreaterThan(60);
  });
});

const look = { type: "tool-call", toolCallId: "call_1", toolName: "look", input: {} } as const;
const seen = { type: "tool-result", toolCallId: "call_1", content: "It rains." } as const;
const hello: Message = { role: "user", content: "Hi" };

const HARD: Readonly<Record<string, readonly Message[]>> = {
  "words behind a call of one turn": [
    hello,
    { role: "assistant", content: [look, { type: "text", text: "I look." }] },
    { role: "tool", content: [seen] },
  ],
  "words of the user behind a call that was interrupted": [
    hello,
    { role: "assistant", content: [{ type: "text", text: "I look." }, look] },
    { role: "user", content: "Never mind." },
  ],
  "words of the user behind a result": [
    hello,
    { role: "assistant", content: [look] },
    { role: "tool", content: [seen] },
    { role: "user", content: [{ type: "text", text: "And this?" }, IMAGE] },
  ],
  "an image behind a result": [
    hello,
    { role: "assistant", content: [look] },
    { role: "tool", content: [{ ...seen, content: [{ type: "text", text: "Here." }, LINKED] }] },
  ],
  "the model's own turn at the end": [hello, { role: "assistant", content: "So far" }],
};

const PLACE = { project: "my-project", location: "global", accessToken: () => "token" };

const VENDORS: readonly (readonly [string, () => Promise<Vendor>, (baseURL: string) => Target])[] = [
  ["anthropic", startAnthropic, (baseURL) => anthropic("claude-sonnet-5-5", { ...KEY, baseURL })],
  ["gemini", startGemini, (baseURL) => gemini("gemini-3.8-flash", { ...KEY, baseURL })],
  [
    "anthropic on Vertex",
    () => startAnthropic({ vertex: true }),
    (baseURL) => anthropic("claude-sonnet-5-5", { vertex: PLACE, baseURL }),
  ],
  [
    "gemini on Vertex",
    () => startGemini({ vertex: true }),
    (baseURL) => gemini("gemini-3.8-flash", { vertex: PLACE, baseURL }),
  ],
  ["openai responses", startOpenAI, (baseURL) => openai("gpt-6.1-terra", { ...KEY, baseURL })],
  ["openai chat", startOpenAIChat, (baseURL) => openai.chat("gpt-5.1", { ...KEY, baseURL })],
  ["deepseek", startDeepSeek, (baseURL) => deepseek("deepseek-v4-pro", { ...KEY, baseURL })],
  ["mistral", startMistral, (baseURL) => mistral("mistral-small-latest", { ...KEY, baseURL })],
  ["xai", startXAI, (baseURL) => xai("grok-4.6", { ...KEY, baseURL })],
  ["bedrock", startBedrock, (baseURL) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", { ...KEY, baseURL })],
  [
    "bedrock with Llama",
    startBedrock,
    (baseURL) => bedrock("us.meta.llama4-scout-17b-instruct-v1:0", { ...KEY, baseURL }),
  ],
];

describe.each(VENDORS)("%s", (_, start, make) => {
  test.each(Object.entries(HARD))("answers %s at the first request", async (__, messages) => {
    await using vendor = await start();
    vendor.answer({ text: "Take a coat." });
    const tools = [{ name: "look", inputSchema: { type: "object", properties: {} } }] as const;

    const { text } = await createChain([make(vendor.url)]).generate({ messages, tools });

    expect(text).toBe("Take a coat.");
    expect(vendor.requests).toHaveLength(1);
  });
});

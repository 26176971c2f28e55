import { anthropic } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import { createChain, type ChainOptions, type StreamEvent, type Target } from "@understudy/core";
import { foldEvents, readEvents } from "@understudy/core/client";
import { memoryAnswers, resumeResponse, toResponse } from "@understudy/core/web";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
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
import { xai } from "@understudy/xai";
import { describe, expect, test } from "vitest";

const apiKey = "sk-test-0123456789abcdef";
const QUESTION = "Why are there tides?";
const FIRST =
  "The tide comes in twice a day because the Moon pulls the oceans towards itself. On the side that faces the Moon the " +
  "water is drawn nearer, and on the far side it is left behind a little, so that two bulges travel around the";
const REST = " Earth. Between them the water is lower, and that is the ebb.";
const WORDS = "little, so that two bulges travel around the";
const ASKED =
  "Your answer was cut off. Go on with it exactly where it stops: begin with its last words, character for character, " +
  `and then continue. Write nothing else. Its last words are:\n\n${WORDS}`;

const text = (words: string, type = "text"): object => ({ type, text: words });

interface Wire {
  readonly start: () => Promise<Vendor>;
  readonly target: (url: string) => Target;
  /** What goes on: with the last words, where it was asked for them. */
  readonly says: string;
  /** The turns behind the question, as they arrive. */
  readonly field: string;
  readonly turns: readonly object[];
}

const chatTurns = [
  { role: "assistant", content: FIRST },
  { role: "user", content: ASKED },
];

/** Every wire, with what it is sent, written by hand. */
const WIRES: readonly (readonly [string, Wire])[] = [
  [
    "Messages, a model that takes no prefill",
    {
      start: startAnthropic,
      target: (baseURL) => anthropic("claude-sonnet-5", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "messages",
      turns: [
        { role: "assistant", content: [text(FIRST)] },
        { role: "user", content: [text(ASKED)] },
      ],
    },
  ],
  [
    "Messages, by prefill",
    {
      start: startAnthropic,
      target: (baseURL) => anthropic("claude-haiku-4-5", { baseURL, apiKey }),
      says: REST,
      field: "messages",
      turns: [{ role: "assistant", content: [text(FIRST)] }],
    },
  ],
  [
    "Responses",
    {
      start: startOpenAI,
      target: (baseURL) => openai("gpt-6.1-terra", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "input",
      turns: [
        { role: "assistant", content: [text(FIRST, "output_text")] },
        { role: "user", content: [text(ASKED, "input_text")] },
      ],
    },
  ],
  [
    "chat completions",
    {
      start: startOpenAIChat,
      target: (baseURL) => openai.chat("gpt-6.1-terra", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "messages",
      turns: chatTurns,
    },
  ],
  [
    "Gemini",
    {
      start: startGemini,
      target: (baseURL) => gemini("gemini-3.8-flash", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "contents",
      turns: [
        { role: "model", parts: [{ text: FIRST }] },
        { role: "user", parts: [{ text: ASKED }] },
      ],
    },
  ],
  [
    "DeepSeek, by prefix",
    {
      start: startDeepSeek,
      target: (url) => deepseek("deepseek-flash", { baseURL: `${url}/beta`, apiKey }),
      says: REST,
      field: "messages",
      turns: [{ role: "assistant", content: FIRST, prefix: true }],
    },
  ],
  [
    "DeepSeek, outside of the beta",
    {
      start: startDeepSeek,
      target: (baseURL) => deepseek("deepseek-flash", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "messages",
      turns: chatTurns,
    },
  ],
  [
    "Mistral, by prefix",
    {
      start: startMistral,
      target: (baseURL) => mistral("mistral-large-latest", { baseURL, apiKey }),
      says: REST,
      field: "messages",
      turns: [{ role: "assistant", content: FIRST, prefix: true }],
    },
  ],
  [
    "Mistral, which repeats the prefix",
    {
      start: startMistral,
      target: (baseURL) => mistral("mistral-large-latest", { baseURL, apiKey }),
      says: FIRST + REST,
      field: "messages",
      turns: [{ role: "assistant", content: FIRST, prefix: true }],
    },
  ],
  [
    "xAI",
    {
      start: startXAI,
      target: (baseURL) => xai("grok-4.5", { baseURL, apiKey }),
      says: WORDS + REST,
      field: "input",
      turns: [
        { role: "assistant", content: [text(FIRST, "output_text")] },
        { role: "user", content: [text(ASKED, "input_text")] },
      ],
    },
  ],
  [
    "Bedrock",
    {
      start: startBedrock,
      target: (baseURL) => bedrock("us.anthropic.claude-sonnet-5", { baseURL, apiKey, region: "us-east-1" }),
      says: WORDS + REST,
      field: "messages",
      turns: [
        { role: "assistant", content: [{ text: FIRST }] },
        { role: "user", content: [{ text: ASKED }] },
      ],
    },
  ],
];

/** A chain whose first vendor is cut off behind the beginning of its answer. */
async function broken(
  second: Target,
  options: ChainOptions = {},
): Promise<AsyncDisposable & ReturnType<typeof createChain>> {
  const first = await startOpenAIChat();
  first.script([{ answer: { text: [FIRST, REST] }, fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
  const target = openai.chat("gpt-5.6", { baseURL: first.url, apiKey });
  const chain = createChain([target, second], { holdMs: 0, afterRelease: "continue", ...options });
  return { ...chain, [Symbol.asyncDispose]: () => first.close() };
}

async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

function shownIn(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.delta : "")).join("");
}

function turnsIn(vendor: Vendor, field: string): unknown {
  const [asked] = vendor.requests;
  const turns: unknown = Reflect.get(Object(asked?.body), field);
  return Array.isArray(turns) ? turns.slice(1) : turns;
}

describe("an answer that is cut off goes on at every wire", () => {
  test.each(WIRES)("R15.2 %s", async (_, { start, target, says, field, turns }) => {
    await using vendor = await start();
    vendor.answer({ text: says });
    await using chain = await broken(target(vendor.url));

    const stream = await chain.stream(QUESTION);
    const events = await eventsOf(stream);
    const { text: whole, stitched } = await stream.result;

    expect(events.filter(({ type }) => type === "failover")).toMatchObject([
      { mode: "continue", keeps: { textChars: FIRST.length } },
    ]);
    expect(shownIn(events)).toBe(FIRST + REST);
    expect(whole).toBe(FIRST + REST);
    expect(stitched?.at).toEqual([FIRST.length]);
    expect(vendor.requests.map(({ refusal }) => refusal)).toEqual([undefined]);
    expect(turnsIn(vendor, field)).toMatchObject(turns);
    expect(turnsIn(vendor, field)).toHaveLength(turns.length);
  });

  test("R15.2 a model that is asked to think goes on by words, although it takes a prefill", async () => {
    await using vendor = await startAnthropic();
    vendor.answer({ text: WORDS + REST });
    await using chain = await broken(anthropic("claude-haiku-4-5", { baseURL: vendor.url, apiKey }));
    const vendorOptions = { anthropic: { thinking: { type: "enabled", budget_tokens: 2_000 } } };

    const stream = await chain.stream({ messages: [{ role: "user", content: QUESTION }], vendorOptions });
    const { text: whole } = await stream.result;

    expect(whole).toBe(FIRST + REST);
    expect(vendor.requests.map(({ refusal }) => refusal)).toEqual([undefined]);
    expect(turnsIn(vendor, "messages")).toMatchObject([{ role: "assistant" }, { content: [text(ASKED)] }]);
  });

  test("R15.5 a vendor that refuses the turn is asked again without it, and the first failure is not lost", async () => {
    await using vendor = await startMistral();
    vendor.script([{ fault: { type: "status", status: 400 } }, { answer: { text: "Tides are waves." } }]);
    await using chain = await broken(mistral("mistral-large-latest", { baseURL: vendor.url, apiKey }));

    const stream = await chain.stream(QUESTION);
    const events = await eventsOf(stream);
    const { text: whole, trace } = await stream.result;

    expect(whole).toBe("Tides are waves.");
    expect(events.filter(({ type }) => type === "failover")).toMatchObject([
      { mode: "restart", reason: "stream.reset", notContinued: "refused" },
    ]);
    expect(trace.attempts.map(({ class: failed, repair }) => [failed, repair])).toEqual([
      ["stream.reset", undefined],
      ["request.rejected", undefined],
      [undefined, "without continuing"],
    ]);
    expect(JSON.stringify(vendor.requests[1]?.body)).not.toContain("prefix");
  });

  test("DeepSeek's own host is asked at its beta endpoint for this alone", async () => {
    const paths: string[] = [];
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      paths.push(String(url instanceof Request ? url.url : url));
      return new Response("{}", { status: 500 });
    };
    await using chain = await broken(deepseek("deepseek-flash", { apiKey, fetch }), { maxAttempts: 3 });

    await expect(eventsOf(await chain.stream(QUESTION))).rejects.toMatchObject({ code: "all-failed" });
    await expect(
      createChain([deepseek("deepseek-flash", { apiKey, fetch })], { maxAttempts: 1 }).generate("Hi"),
    ).rejects.toMatchObject({ code: "server-error" });

    expect(paths[0]).toBe("https://api.deepseek.com/beta/chat/completions");
    expect(paths.at(-1)).toBe("https://api.deepseek.com/chat/completions");
  });
});

describe("who reads an answer that was joined", () => {
  test("R15.1 a browser that folds events shows one text, and one that lost its connection gets the rest of it", async () => {
    await using vendor = await startOpenAI();
    vendor.answer({ text: WORDS + REST });
    await using chain = await broken(openai("gpt-6.1-terra", { baseURL: vendor.url, apiKey }));
    const resumable = memoryAnswers();
    const fold = foldEvents();
    const shown: string[] = [];
    const resumed: string[] = [];
    const response = cutBehind(toResponse(await chain.stream(QUESTION), { resumable }), "failover");
    const resume = async (lastEventId: string): Promise<Response> => {
      resumed.push(lastEventId);
      return (await resumeResponse(lastEventId, { resumable })) ?? new Response(null, { status: 204 });
    };

    for await (const event of readEvents(response, { resume })) {
      shown.push(
        fold(event)
          .map((part) => part.text)
          .join("|"),
      );
    }

    expect(resumed).toHaveLength(1);
    expect(shown.at(-1)).toBe(FIRST + REST);
    expect(shown.every((one) => (FIRST + REST).startsWith(one))).toBe(true);
  });
});

/** The same response, whose connection is lost behind the first event of a type. */
function cutBehind(response: Response, type: string): Response {
  const decoder = new TextDecoder();
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        if (decoder.decode(chunk).includes(`"type":"${type}"`)) controller.error(new Error("The connection was lost."));
      },
    }),
  );
  return new Response(body, response);
}

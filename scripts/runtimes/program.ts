/**
 * What is run on every runtime: calls whose outcome has to be the same everywhere. Uses nothing but the packages and what
 * the web has, so that it also runs where there is no Node. The vendors are in another process; what they do next is
 * asked for over HTTP.
 */
import { anthropic } from "@understudy/anthropic";
import {
  createChain,
  isUnderstudyError,
  type AnswerStream,
  type CallOptions,
  type Message,
  type Target,
} from "@understudy/core";
import { toResponse } from "@understudy/core/web";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";

/** What a vendor plays: an answer and a fault of the simulators, the fault for so many requests (default 9). */
export interface Part {
  readonly answer?: object;
  readonly fault?: object;
  readonly times?: number;
}

/** One request, as its vendor saw it. */
export interface Seen {
  readonly body: unknown;
  readonly end: "sent whole" | "left by the client" | "still open";
}

export interface StageAddress {
  readonly control: string;
  /** Nobody listens there. */
  readonly refused: string;
  readonly vendors: Readonly<Record<string, string>>;
}

/** Results by scene; plain JSON. */
export type Report = Readonly<Record<string, unknown>>;

type VendorName = "anthropic" | "openai" | "chat" | "gemini" | "deepseek" | "mistral" | "xai" | "bedrock";
type Fetch = typeof globalThis.fetch;
type Setup = ReturnType<typeof setup>;

const VENDORS: readonly VendorName[] = [
  "anthropic",
  "openai",
  "chat",
  "gemini",
  "deepseek",
  "mistral",
  "xai",
  "bedrock",
];
const FACTORIES: Readonly<Record<VendorName, (options: Setup) => Target>> = {
  anthropic: (options) => anthropic("claude-sonnet-5-5", options),
  openai: (options) => openai("gpt-6.1-terra", options),
  chat: (options) => openai.chat("gpt-5.5", options),
  gemini: (options) => gemini("gemini-3.8-flash", options),
  deepseek: (options) => deepseek("deepseek-flash", options),
  mistral: (options) => mistral("mistral-small-latest", options),
  xai: (options) => xai("grok-4.6", options),
  bedrock: (options) => bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", options),
};
/** Short, for vendors that say nothing; all others answer in a few milliseconds. */
const SHORT_MS = 600;

/** A system may drop what it has not handed over when a connection breaks; this gives it time. */
const SLOWLY: Part = { answer: { deltaDelayMs: 25 } };

/** Moments at which an answer fails: before it is shown, and after. */
const FAILURES: Readonly<Record<string, object>> = {
  "status 503": { type: "status", status: 503 },
  "out of quota": { type: "error", error: "out-of-quota" },
  "wrong key": { type: "error", error: "bad-key" },
  "reset before headers": { type: "reset-before-headers" },
  "closed before headers": { type: "fin-before-headers" },
  "no headers": { type: "hang" },
  "not HTTP": { type: "not-http" },
  redirect: { type: "redirect", location: "https://elsewhere.example/" },
  "too many headers": { type: "header-flood" },
  "a web page": { type: "html" },
  "no body": { type: "empty" },
  "another JSON": { type: "json", content: "stranger" },
  "reset after headers": { type: "cut", at: "headers", how: "reset" },
  "reset in mid-answer": { type: "cut", at: { deltas: 2 }, how: "reset" },
  "closed in mid-answer": { type: "cut", at: { deltas: 2 }, how: "fin" },
  "ended in mid-answer": { type: "cut", at: { deltas: 2 }, how: "clean" },
  "ended before its evidence": { type: "cut", at: "content", how: "clean" },
  "cut in a character": { type: "cut-in-character", how: "fin" },
  "cut in a compressed body": { type: "gzip-cut" },
  "a broken chunk": { type: "bad-chunk-size", at: { deltas: 2 } },
  "a length that is too small": { type: "content-length", missing: 60 },
  "an error in the stream": { type: "in-band-error", at: { deltas: 2 } },
  "a broken event": { type: "malformed-event", at: { deltas: 2 } },
  "silence in mid-answer": { type: "silence", at: { deltas: 2 } },
};

export async function run(stage: StageAddress, fetch?: Fetch): Promise<Report> {
  const report: Record<string, unknown> = {};
  const scenes = Object.entries({ ...answers(stage, fetch), ...failures(stage, fetch), ...ends(stage, fetch) });
  for (const [name, scene] of scenes) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- the vendors play one scene at a time
      report[name] = await scene();
    } catch (error) {
      report[name] = `threw ${String(error)}`;
    }
  }
  return report;
}

type Scenes = Record<string, () => Promise<unknown>>;

function answers(stage: StageAddress, fetch: Fetch | undefined): Scenes {
  const scenes: Scenes = {};
  for (const vendor of VENDORS) {
    const chain = createChain([targetOf(stage, vendor, fetch)]);
    scenes[`${vendor} answers`] = async () => {
      await play(stage, {});
      const { text, finishReason, usage, tier } = await chain.generate("Why is the sky blue?");
      return { text, finishReason, output: usage?.outputTokens, tier };
    };
    scenes[`${vendor} streams`] = async () => {
      await play(stage, {});
      return told(await chain.stream("Why is the sky blue?"));
    };
    scenes[`${vendor} calls a tool`] = () => useTool(stage, vendor, fetch);
  }
  for (const vendor of ["anthropic", "openai"] as const) {
    scenes[`${vendor} without its SDK`] = async () => {
      await play(stage, {});
      return told(
        await createChain([targetOf(stage, vendor, fetch, { transport: "fetch" })]).stream("Why is the sky blue?"),
      );
    };
  }
  scenes["JSON by a schema"] = async () => {
    await play(stage, { gemini: { answer: { text: '{"minutes":20}' } } });
    const schema = { type: "object", properties: { minutes: { type: "integer" } }, required: ["minutes"] };
    const chain = createChain([targetOf(stage, "gemini", fetch)]);
    return (
      await chain.generate({ messages: [{ role: "user", content: "How long?" }], output: { type: "json", schema } })
    ).output;
  };
  return scenes;
}

function failures(stage: StageAddress, fetch: Fetch | undefined): Scenes {
  const scenes: Scenes = {};
  for (const vendor of ["anthropic", "chat"] as const) {
    for (const [name, fault] of Object.entries(FAILURES)) {
      scenes[`${vendor}: ${name}`] = async () => {
        await play(stage, { [vendor]: { fault, ...SLOWLY } });
        return told(await chainOf(stage, vendor, fetch).stream("Why is the sky blue?"));
      };
    }
  }
  scenes["nobody listens"] = async () => {
    await play(stage, {});
    const target = anthropic("claude-sonnet-5-5", { ...setup(stage.refused, fetch) });
    return told(await createChain([target, targetOf(stage, "gemini", fetch)]).stream("Why is the sky blue?"));
  };
  scenes["all fail"] = async () => {
    const fault = { type: "error", error: "bad-key" };
    await play(stage, { anthropic: { fault }, gemini: { fault } });
    return refusal(() => chainOf(stage, "anthropic", fetch).generate("Why is the sky blue?"));
  };
  return scenes;
}

/** How calls end before their answer does. */
function ends(stage: StageAddress, fetch: Fetch | undefined): Scenes {
  const endless = { anthropic: { answer: { text: Array.from({ length: 2_000 }, () => "word "), deltaDelayMs: 2 } } };
  const start = async (options?: CallOptions): Promise<AnswerStream> => {
    await play(stage, endless);
    return chainOf(stage, "anthropic", fetch, { holdMs: 0 }).stream("Why is the sky blue?", options);
  };
  return {
    "break leaves the vendor": async () => {
      for await (const event of await start()) if (event.type === "text-delta") break;
      return endsOf(await seen(stage));
    },
    "an abort before the answer": async () => {
      await play(stage, { anthropic: { fault: { type: "hang" } } });
      const controller = new AbortController();
      const { signal } = controller;
      const code = refusal(() => chainOf(stage, "anthropic", fetch).generate("Hello", { signal }));
      await arrived(stage);
      controller.abort();
      return { code: await code, ends: endsOf(await seen(stage)) };
    },
    "an abort in mid-answer": async () => {
      const controller = new AbortController();
      const stream = await start({ signal: controller.signal });
      const code = await refusal(async () => {
        for await (const event of stream) if (event.type === "text-delta") controller.abort();
      });
      return { code, ends: endsOf(await seen(stage)) };
    },
    "a deadline in mid-answer": async () => {
      const stream = await start({ deadlineMs: SHORT_MS });
      return { code: await refusal(() => stream.result), ends: endsOf(await seen(stage)) };
    },
    "a response of events": async () => {
      await play(stage, { anthropic: { fault: { type: "cut", at: { deltas: 2 }, how: "reset" }, ...SLOWLY } });
      const stream = await chainOf(stage, "anthropic", fetch, { holdMs: 0 }).stream("Hello");
      const response = toResponse(stream, { headers: { "x-own": "1" } });
      const types = [...(await response.text()).matchAll(/^data: {"type":"([\w-]+)"/gm)].map((match) => match[1]);
      return { status: response.status, headers: Object.fromEntries(response.headers), types: inOrder(types) };
    },
    "a response that nobody reads to its end": async () => {
      const reader = toResponse(await start()).body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return endsOf(await seen(stage));
    },
  };
}

async function useTool(stage: StageAddress, vendor: VendorName, fetch: Fetch | undefined): Promise<unknown> {
  const chain = createChain([targetOf(stage, vendor, fetch)]);
  const inputSchema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  const tools = [{ name: "weather", description: "The weather of a city", inputSchema }];
  const messages: Message[] = [{ role: "user", content: "The weather in Rome?" }];
  await play(stage, { [vendor]: { answer: { toolCalls: [{ name: "weather", input: { city: "Rome" } }] } } });
  const first = await chain.generate({ messages, tools });
  messages.push(first.message);
  for (const { toolCallId } of first.toolCalls) {
    messages.push({ role: "tool", content: [{ type: "tool-result", toolCallId, content: "12 degrees" }] });
  }
  await play(stage, { [vendor]: { answer: { text: "Take a coat." } } });
  const second = await chain.generate({ messages, tools });
  const [request] = (await seen(stage))[vendor] ?? [];
  return {
    calls: first.toolCalls.map(({ toolName, input }) => ({ toolName, input })),
    finish: first.finishReason,
    text: second.text,
    holdsResult: JSON.stringify(request?.body).includes("12 degrees"),
  };
}

/** What a stream told until its end. */
async function told(stream: AnswerStream): Promise<unknown> {
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  const { text, tier, trace } = await stream.result;
  return {
    text,
    tier,
    attempts: trace.attempts.map((attempt) => attempt.class ?? "answered"),
    events: inOrder(types),
  };
}

/** Each of a row of the same once: how an answer is cut into pieces is no matter. */
function inOrder(types: readonly (string | undefined)[]): readonly (string | undefined)[] {
  return types.filter((type, index) => type !== types[index - 1]);
}

async function refusal(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return "answered";
  } catch (error) {
    if (!isUnderstudyError(error)) return `threw ${String(error)}`;
    return { code: error.code, attempts: error.attempts.map((attempt) => attempt.class ?? "answered") };
  }
}

function endsOf(requests: Readonly<Record<string, readonly Seen[]>>): unknown {
  return Object.fromEntries(Object.entries(requests).map(([vendor, all]) => [vendor, all.map(({ end }) => end)]));
}

function chainOf(stage: StageAddress, vendor: VendorName, fetch: Fetch | undefined, options = {}) {
  const limits = { timeoutMs: SHORT_MS, silentReasoningMs: SHORT_MS, progressMs: SHORT_MS, livenessMs: SHORT_MS };
  const first = { target: targetOf(stage, vendor, fetch), ...limits };
  return createChain([first, targetOf(stage, "gemini", fetch)], { holdMs: 0, ...options });
}

function targetOf(stage: StageAddress, vendor: VendorName, fetch: Fetch | undefined, more = {}): Target {
  return FACTORIES[vendor]({ ...setup(stage.vendors[vendor] ?? "", fetch), ...more });
}

function setup(baseURL: string, fetch: Fetch | undefined) {
  return { apiKey: "simulated", baseURL, ...(fetch === undefined ? {} : { fetch }) };
}

async function play(stage: StageAddress, parts: Readonly<Partial<Record<VendorName, Part>>>): Promise<void> {
  await (await globalThis.fetch(stage.control, { method: "POST", body: JSON.stringify(parts) })).text();
}

async function seen(stage: StageAddress): Promise<Readonly<Record<string, readonly Seen[]>>> {
  const all: Readonly<Record<string, readonly Seen[]>> = JSON.parse(
    await (await globalThis.fetch(stage.control)).text(),
  );
  return all;
}

/** Until Anthropic's server has the request of this scene. */
async function arrived(stage: StageAddress): Promise<void> {
  await (await globalThis.fetch(`${stage.control}/arrived`)).text();
}

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain, type Target } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Fault, type ScriptedAnswer, type Vendor } from "@understudy/testing";
import { readUIMessageStream, streamText, tool, toUIMessageStream, type LanguageModel } from "ai";
import { z } from "zod";
import { aiSdk, guardedFetch, understudy, understudyCall } from "../src/index.ts";
import { retractDiscarded } from "../src/ui/index.ts";

/** One way in which the first vendor fails. */
export interface Scenario {
  readonly name: string;
  readonly fault: Fault;
  /** Default: two deltas of text. */
  readonly answer?: ScriptedAnswer;
  /** It had said something by then. */
  readonly isShown: boolean;
  readonly isStall?: true;
}

/** What was said by then. */
export const SAID = "The sky ";

const HALF = { deltas: 1 } as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: "status 503", fault: { type: "status", status: 503 }, isShown: false },
  { name: "an overload event first", fault: { type: "in-band-error", at: "preamble" }, isShown: false },
  { name: "an overload event after text", fault: { type: "in-band-error", at: HALF }, isShown: true },
  { name: "a clean cut before text", fault: { type: "cut", at: "preamble", how: "clean" }, isShown: false },
  { name: "a clean cut after text", fault: { type: "cut", at: HALF, how: "clean" }, isShown: true },
  { name: "a reset after text", fault: { type: "cut", at: HALF, how: "reset" }, isShown: true },
  { name: "a stall before text", fault: { type: "silence", at: "preamble" }, isShown: false, isStall: true },
  { name: "a stall after text", fault: { type: "silence", at: HALF }, isShown: true, isStall: true },
  {
    name: "a tool call, then a cut",
    fault: { type: "cut", at: "content", how: "clean" },
    answer: { text: [SAID], toolCalls: [{ name: "look", input: { at: "the sky" } }] },
    isShown: true,
  },
];

/** What the second vendor always says. */
export const BACKUP = "From backup.";
/** How long a vendor may be silent. */
export const PATIENCE_MS = 300;

/** A way in which an application asks two vendors. */
export interface Arrangement {
  readonly name: string;
  /** To be spread into `streamText`. */
  readonly call: (vendors: { readonly claude: Vendor; readonly gpt: Vendor }) => { readonly model: LanguageModel };
}

const KEY = "sk-test-0123456789abcdef";
const LIMITS = { timeoutMs: PATIENCE_MS, silentReasoningMs: PATIENCE_MS, progressMs: PATIENCE_MS };

type Vendors = Parameters<Arrangement["call"]>[0];

function chainOf(...targets: readonly Target[]): Chain {
  return createChain(
    targets.map((target) => ({ target, ...LIMITS })),
    { holdMs: 0 },
  );
}

function native({ claude, gpt }: Vendors): Chain {
  return chainOf(
    anthropic("claude-sonnet-5-5", { baseURL: claude.url, apiKey: KEY }),
    openai("gpt-6.1-terra", { baseURL: gpt.url, apiKey: KEY }),
  );
}

function throughAiSdk({ claude, gpt }: Vendors): Chain {
  const fetch = guardedFetch();
  return chainOf(
    aiSdk(createAnthropic({ baseURL: `${claude.url}/v1`, apiKey: KEY, fetch })("claude-sonnet-5-5")),
    aiSdk(createOpenAI({ baseURL: gpt.url, apiKey: KEY, fetch })("gpt-6.1-terra")),
  );
}

export const OURS: readonly Arrangement[] = [
  { name: "understudy", call: (vendors) => ({ model: understudy(native(vendors)) }) },
  { name: "understudyCall", call: (vendors) => understudyCall(native(vendors)) },
  { name: "understudy over aiSdk", call: (vendors) => ({ model: understudy(throughAiSdk(vendors)) }) },
  { name: "understudyCall over aiSdk", call: (vendors) => understudyCall(throughAiSdk(vendors)) },
];

/** What an application saw of a scenario, and what it cost. */
export interface Outcome {
  /** `undefined`: the AI SDK gave none. */
  readonly text: string | undefined;
  readonly finishReason: string | undefined;
  /** What a chat showed, from beginning to end. */
  readonly screens: readonly string[];
  /** How often each vendor was asked. */
  readonly requests: readonly [number, number];
  readonly toolRuns: number;
  readonly ms: number;
  /** It did not end by itself. */
  readonly hangs: boolean;
}

/** Plays one scenario in one arrangement, on vendors of its own. A call that never ends is aborted. */
export async function play({ fault, answer }: Scenario, { call }: Arrangement, patienceMs = 6_000): Promise<Outcome> {
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  try {
    claude.answer(answer ?? { text: [SAID, "is blue."] });
    claude.script([{ fault }, { fault }, { fault }]);
    gpt.answer({ text: BACKUP });
    let toolRuns = 0;
    const look = tool({ inputSchema: z.object({ at: z.string() }), execute: () => ++toolRuns });
    const begunAt = performance.now();
    const abortSignal = AbortSignal.timeout(patienceMs);
    const result = streamText({
      onError: () => undefined,
      ...call({ claude, gpt }),
      prompt: "Why is the sky blue?",
      tools: { look },
      abortSignal,
    });
    const [screens, text, finishReason] = await Promise.all([
      screensOf(toUIMessageStream({ stream: result.stream }).pipeThrough(retractDiscarded())),
      orNothing(result.text),
      orNothing(result.finishReason),
    ]);
    const requests = [claude.requests.length, gpt.requests.length] as const;
    const ms = performance.now() - begunAt;
    return { text, finishReason, screens, requests, toolRuns, ms, hangs: abortSignal.aborted };
  } finally {
    await Promise.all([claude.close(), gpt.close()]);
  }
}

async function screensOf(stream: Parameters<typeof readUIMessageStream>[0]["stream"]): Promise<string[]> {
  const screens: string[] = [];
  try {
    for await (const { parts } of readUIMessageStream({ stream, onError: () => undefined })) {
      screens.push(parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
    }
  } catch {
    // What was shown stays.
  }
  return screens;
}

async function orNothing<Value>(value: PromiseLike<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch {
    return undefined;
  }
}

/** Why an outcome is none that a user should see; empty for a good one. */
export function faultsOf({ text, screens, requests, toolRuns, hangs }: Outcome): readonly string[] {
  const shown = screens.at(-1) ?? "";
  return [
    ...(hangs ? ["hangs"] : []),
    ...(shown === BACKUP ? [] : [shown === "" ? "no answer" : `shows "${shown}"`]),
    ...(screens.some((screen) => !isPrefix(screen, SAID) && !isPrefix(screen, BACKUP)) ? ["glues two answers"] : []),
    ...(text === BACKUP || text?.endsWith(`\n\n${BACKUP}`) === true ? [] : ["its text is another"]),
    ...(requests[0] > 1 ? [`asks A ${requests[0]} times`] : []),
    ...(toolRuns > 0 ? ["runs a tool of a void answer"] : []),
  ];
}

function isPrefix(text: string, whole: string): boolean {
  return whole.startsWith(text);
}

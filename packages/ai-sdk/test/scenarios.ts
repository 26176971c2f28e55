import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain, type Target } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Fault, type ScriptedAnswer, type Vendor } from "@understudy/testing";
import { streamText, tool, type LanguageModel } from "ai";
import { z } from "zod";
import { aiSdk, guardedFetch, understudy, understudyCall } from "../src/index.ts";

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
    answer: { text: ["The sky "], toolCalls: [{ name: "look", input: { at: "the sky" } }] },
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
  readonly text: string;
  readonly finishReason: string;
  /** How often each vendor was asked. */
  readonly requests: readonly [number, number];
  readonly toolRuns: number;
  readonly ms: number;
}

/** Plays one scenario in one arrangement, on vendors of its own. A call that never ends is aborted. */
export async function play({ fault, answer }: Scenario, { call }: Arrangement, patienceMs = 6_000): Promise<Outcome> {
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  try {
    claude.answer(answer ?? { text: ["The sky ", "is blue."] });
    claude.script([{ fault }, { fault }, { fault }]);
    gpt.answer({ text: BACKUP });
    let toolRuns = 0;
    const look = tool({ inputSchema: z.object({ at: z.string() }), execute: () => ++toolRuns });
    const begunAt = performance.now();
    const result = streamText({
      ...call({ claude, gpt }),
      prompt: "Why is the sky blue?",
      tools: { look },
      abortSignal: AbortSignal.timeout(patienceMs),
    });
    const text = await result.text;
    const ms = performance.now() - begunAt;
    const finishReason = await result.finishReason;
    return { text, finishReason, requests: [claude.requests.length, gpt.requests.length], toolRuns, ms };
  } finally {
    await Promise.all([claude.close(), gpt.close()]);
  }
}

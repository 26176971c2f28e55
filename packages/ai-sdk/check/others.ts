import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createFallback } from "ai-fallback";
import { createRetryableModel, error } from "ai-retry/language-model";
import type { Arrangement } from "../test/scenarios.ts";
import { API_KEY } from "../test/set-up.ts";

type Vendors = Parameters<Arrangement["call"]>[0];

function claudeOf({ claude }: Vendors) {
  return createAnthropic({ baseURL: `${claude.url}/v1`, apiKey: API_KEY })("claude-sonnet-5-5");
}

function gptOf({ gpt }: Vendors) {
  return createOpenAI({ baseURL: gpt.url, apiKey: API_KEY })("gpt-6.1-terra");
}

/** What people use without a chain, each as its own pages show it. */
export const OTHERS: readonly Arrangement[] = [
  { name: "ai alone", call: (vendors) => ({ model: claudeOf(vendors) }) },
  { name: "ai, streamRetries: 1", call: (vendors) => ({ model: claudeOf(vendors), streamRetries: 1 }) },
  {
    name: "ai-fallback",
    call: (vendors) => ({ model: createFallback({ models: [claudeOf(vendors), gptOf(vendors)] }) }),
  },
  {
    name: "ai-retry",
    call: (vendors) => ({
      model: createRetryableModel({
        model: claudeOf(vendors),
        retries: [error.isRetryable(true).switch({ model: gptOf(vendors) })],
      }),
      maxRetries: 0,
    }),
  },
];

import { createAnthropic } from "@ai-sdk/anthropic";
import { createDeepSeek } from "@ai-sdk/deepseek";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Target } from "@understudy/core";
import {
  startAnthropic,
  startDeepSeek,
  startGemini,
  startOpenAI,
  startOpenAIChat,
  type SimulatorAccess,
  type SimulatorOptions,
  type Vendor,
} from "@understudy/testing";
import { aiSdk, guardedFetch, type AiSdkOptions } from "../src/index.ts";

/** A provider of the AI SDK's with a simulator of its vendor. */
export interface Provider {
  readonly name: string;
  readonly startVendor: (options?: SimulatorOptions) => Promise<Vendor>;
  readonly makeTarget: (access: SimulatorAccess, options?: AiSdkOptions) => Target;
}

export const PROVIDERS: readonly Provider[] = [
  {
    name: "@ai-sdk/anthropic",
    startVendor: startAnthropic,
    makeTarget: ({ baseURL, apiKey, headers = {}, fetch, streaming }, options) =>
      aiSdk(
        createAnthropic({ baseURL: `${baseURL}/v1`, apiKey, headers, fetch: guardedFetch(fetch) })("claude-sonnet-5-5"),
        { streaming, ...options },
      ),
  },
  {
    name: "@ai-sdk/openai",
    startVendor: startOpenAI,
    makeTarget: ({ baseURL, apiKey, headers = {}, fetch, streaming }, options) =>
      aiSdk(createOpenAI({ baseURL, apiKey, headers, fetch: guardedFetch(fetch) })("gpt-6.1-terra"), {
        streaming,
        ...options,
      }),
  },
  {
    name: "@ai-sdk/openai-compatible",
    startVendor: (options) => startOpenAIChat({ ...options, compatible: true }),
    makeTarget: ({ baseURL, apiKey, headers = {}, fetch, streaming }, options) =>
      aiSdk(
        createOpenAICompatible({
          name: "compatible",
          baseURL,
          apiKey,
          includeUsage: true,
          headers,
          fetch: guardedFetch(fetch),
        })("gpt-5.5"),
        { streaming, ...options },
      ),
  },
  {
    name: "@ai-sdk/deepseek",
    startVendor: startDeepSeek,
    makeTarget: ({ baseURL, apiKey, headers = {}, fetch, streaming }, options) =>
      aiSdk(createDeepSeek({ baseURL, apiKey, headers, fetch: guardedFetch(fetch) })("deepseek-flash"), {
        streaming,
        ...options,
      }),
  },
  {
    name: "@ai-sdk/google",
    startVendor: startGemini,
    makeTarget: ({ baseURL, apiKey, headers = {}, fetch, streaming }, options) =>
      aiSdk(
        createGoogleGenerativeAI({ baseURL: `${baseURL}/v1beta`, apiKey, headers, fetch: guardedFetch(fetch) })(
          "gemini-3.8-flash",
        ),
        { streaming, ...options },
      ),
  },
];

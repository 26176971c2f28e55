import { anthropic } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import type { Target } from "@understudy/core";
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

export type VendorName = "anthropic" | "openai" | "deepseek" | "gemini" | "mistral" | "xai" | "bedrock" | "chat";

interface Part {
  readonly model: string;
  /** Starts the vendor's simulator. */
  readonly start: () => Promise<Vendor>;
  /** The real adapter, on its simulator or, without options, on the real vendor. */
  readonly target: (options?: { readonly apiKey: string; readonly baseURL: string }) => Target;
  readonly keyVariable: string;
}

/** Everyone who can be put into the chain, by the name used with `--vendors`. */
export const CAST: Readonly<Record<VendorName, Part>> = {
  anthropic: {
    model: "claude-sonnet-5-5",
    start: startAnthropic,
    target: (options) => anthropic("claude-sonnet-5-5", options),
    keyVariable: "ANTHROPIC_API_KEY",
  },
  openai: {
    model: "gpt-6.1-terra",
    start: startOpenAI,
    target: (options) => openai("gpt-6.1-terra", options),
    keyVariable: "OPENAI_API_KEY",
  },
  deepseek: {
    model: "deepseek-flash",
    start: startDeepSeek,
    target: (options) => deepseek("deepseek-flash", options),
    keyVariable: "DEEPSEEK_API_KEY",
  },
  gemini: {
    model: "gemini-3.8-flash",
    start: startGemini,
    target: (options) => gemini("gemini-3.8-flash", options),
    keyVariable: "GEMINI_API_KEY",
  },
  mistral: {
    model: "mistral-medium-latest",
    start: startMistral,
    target: (options) => mistral("mistral-medium-latest", options),
    keyVariable: "MISTRAL_API_KEY",
  },
  xai: {
    model: "grok-4.6",
    start: startXAI,
    target: (options) => xai("grok-4.6", options),
    keyVariable: "XAI_API_KEY",
  },
  bedrock: {
    model: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    start: startBedrock,
    target: (options) => bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", { region: "eu-central-1", ...options }),
    keyVariable: "AWS_BEARER_TOKEN_BEDROCK",
  },
  chat: {
    model: "gpt-5.5",
    start: startOpenAIChat,
    target: (options) => openai.chat("gpt-5.5", options ?? { baseURL: "https://api.openai.com/v1" }),
    keyVariable: "OPENAI_API_KEY",
  },
};

export const VENDOR_NAMES: readonly VendorName[] = [
  "anthropic",
  "openai",
  "deepseek",
  "gemini",
  "mistral",
  "xai",
  "bedrock",
  "chat",
];

export function isVendorName(name: string): name is VendorName {
  return Object.hasOwn(CAST, name);
}

import { anthropic, type AnthropicClient } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import type { Target } from "@understudy/core/adapter";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai, type OpenAIClient } from "@understudy/openai";
import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  type Vendor,
} from "@understudy/testing";
import { anthropicExpected } from "./expected/anthropic.ts";
import { bedrockExpected } from "./expected/bedrock.ts";
import { chatExpected, deepSeekExpected, mistralExpected } from "./expected/chat.ts";
import type { ExpectedWire } from "./expected/reading.ts";
import { geminiExpected } from "./expected/gemini.ts";
import { responsesExpected } from "./expected/responses.ts";
import type { Recording } from "./recordings.ts";

/** How the recordings of one wire are put to its adapter. */
export interface AdaptedWire {
  readonly name: string;
  covers(recording: Recording): boolean;
  readonly expected: ExpectedWire;
  /** For recordings that do not say which model answered. */
  readonly usualModel: string;
  /** The model that takes over conversations of other vendors. */
  readonly newestModel: string;
  /** Headers of an answer that may hold the id of its request, best first. */
  readonly requestIdHeaders: readonly string[];
  /** A target that asks over HTTP. */
  target(model: string, baseURL: string): Target;
  /** A simulator of the vendor. */
  start(): Promise<Vendor>;
  /** A target whose every request is answered by `respond`, without a vendor's SDK in between. */
  inProcess(model: string, respond: () => Response): Target;
}

const apiKey = "replayed-key";

export const anthropicWire: AdaptedWire = {
  name: "anthropic",
  covers: (recording) => recording.vendor === "anthropic",
  expected: anthropicExpected,
  usualModel: "claude-sonnet-4-6",
  newestModel: "claude-sonnet-5-5",
  requestIdHeaders: ["request-id"],
  target: (model, baseURL) => anthropic(model, { apiKey, baseURL }),
  start: () => startAnthropic(),
  inProcess: (model, respond) => {
    const client: AnthropicClient = {
      baseURL: "https://in-process.invalid",
      withOptions: () => client,
      post: () => ({ asResponse: () => Promise.resolve(respond()) }),
    };
    return anthropic(model, { client });
  },
};

export const deepSeekWire: AdaptedWire = {
  name: "deepseek",
  covers: (recording) => recording.vendor === "deepseek",
  expected: deepSeekExpected,
  usualModel: "deepseek-flash",
  newestModel: "deepseek-flash",
  requestIdHeaders: ["x-ds-trace-id", "x-request-id"],
  target: (model, baseURL) => deepseek(model, { apiKey, baseURL }),
  start: () => startDeepSeek(),
  inProcess: (model, respond) => deepseek(model, { apiKey, fetch: () => Promise.resolve(respond()) }),
};

export const responsesWire: AdaptedWire = {
  name: "openai-responses",
  covers: (recording) => recording.vendor === "openai-responses" || isAzure(recording, "responses-"),
  expected: responsesExpected,
  usualModel: "gpt-5.6-terra",
  newestModel: "gpt-6.1-terra",
  requestIdHeaders: ["x-request-id", "apim-request-id"],
  target: (model, baseURL) => openai(model, { apiKey, baseURL }),
  start: () => startOpenAI(),
  inProcess: (model, respond) => openai(model, { client: openAIClient(respond) }),
};

export const chatWire: AdaptedWire = {
  name: "openai-chat",
  covers: (recording) => {
    if (recording.vendor === "openai-chat" || isAzure(recording, "chat-")) return true;
    return recording.vendor === "azure-openai" && recording.kind === "error";
  },
  expected: chatExpected,
  usualModel: "gpt-4.1",
  newestModel: "gpt-4.1",
  requestIdHeaders: ["x-request-id", "apim-request-id"],
  target: (model, baseURL) => openai.chat(model, { apiKey, baseURL }),
  start: () => startOpenAIChat(),
  inProcess: (model, respond) => openai.chat(model, { client: openAIClient(respond) }),
};

export const mistralWire: AdaptedWire = {
  name: "mistral",
  covers: (recording) => recording.vendor === "mistral",
  expected: mistralExpected,
  usualModel: "mistral-small-latest",
  newestModel: "mistral-small-latest",
  requestIdHeaders: ["mistral-correlation-id", "x-request-id"],
  target: (model, baseURL) => mistral(model, { apiKey, baseURL }),
  start: () => startMistral(),
  inProcess: (model, respond) => mistral(model, { apiKey, fetch: () => Promise.resolve(respond()) }),
};

/** The same recordings through the adapter for whoever speaks the format: what both read has to be the same. */
export const mistralChatWire: AdaptedWire = {
  ...mistralWire,
  name: "mistral-chat",
  requestIdHeaders: ["x-request-id", "mistral-correlation-id"],
  target: (model, baseURL) => openai.chat(model, { apiKey, baseURL, dialect: "mistral" }),
  inProcess: (model, respond) => openai.chat(model, { client: openAIClient(respond), dialect: "mistral" }),
};

export const geminiWire: AdaptedWire = {
  name: "gemini",
  covers: (recording) => recording.vendor === "gemini",
  expected: geminiExpected,
  usualModel: "gemini-2.5-flash",
  newestModel: "gemini-3.5-flash",
  requestIdHeaders: [],
  target: (model, baseURL) => gemini(model, { apiKey, baseURL }),
  start: () => startGemini(),
  inProcess: (model, respond) => gemini(model, { apiKey, fetch: () => Promise.resolve(respond()) }),
};

export const bedrockWire: AdaptedWire = {
  name: "bedrock",
  covers: (recording) => recording.vendor === "bedrock",
  expected: bedrockExpected,
  usualModel: "us.anthropic.claude-haiku-4-5-20251001-v1",
  newestModel: "us.anthropic.claude-sonnet-5-5-v1:0",
  requestIdHeaders: ["x-amzn-requestid"],
  target: (model, baseURL) => bedrock(model, { apiKey, baseURL }),
  start: () => startBedrock(),
  inProcess: (model, respond) =>
    bedrock(model, { apiKey, region: "us-east-1", fetch: () => Promise.resolve(respond()) }),
};

export const adaptedWires: readonly AdaptedWire[] = [
  anthropicWire,
  responsesWire,
  chatWire,
  deepSeekWire,
  mistralWire,
  geminiWire,
  bedrockWire,
];

function openAIClient(respond: () => Response): OpenAIClient {
  const client: OpenAIClient = {
    baseURL: "https://in-process.invalid",
    withOptions: () => client,
    post: () => ({ asResponse: () => Promise.resolve(respond()) }),
  };
  return client;
}

/** Another cloud's copy of a wire: its recordings say in their names which one it is. */
function isAzure(recording: Recording, prefix: string): boolean {
  return recording.file.startsWith(`azure-openai/${recording.kind}/${prefix}`);
}

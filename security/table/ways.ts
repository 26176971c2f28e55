import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenerativeAI } from "@google/generative-ai";
import { anthropic } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import type { Target } from "@understudy/core";
import type { TargetOptions, Transport } from "@understudy/core/adapter";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import OpenAI from "openai";
import { anthropicWire } from "../../hostile/src/wires/anthropic.ts";
import { bedrockWire } from "../../hostile/src/wires/bedrock.ts";
import { chatWire, deepseekWire, mistralWire } from "../../hostile/src/wires/chat.ts";
import { geminiWire } from "../../hostile/src/wires/gemini.ts";
import { responsesWire, xaiWire } from "../../hostile/src/wires/responses.ts";
import type { Wire } from "../../hostile/src/wires/wire.ts";

/** How a request leaves the process. */
export type Way = "fetch" | "node" | "sdk" | "client";

/** A vendor's target, made for one way, and the wire in which it is answered. */
export interface Subject {
  readonly way: Way;
  readonly wire: Wire;
  readonly make: (options: MakeOptions) => Target;
}

export interface MakeOptions extends TargetOptions {
  readonly apiKey: string | (() => string);
  readonly baseURL: string;
}

type Factory = (options: TargetOptions & { readonly transport?: Transport }) => Target;

const CLAUDE = "claude-sonnet-5-5";
const GPT = "gpt-6.1-terra";
const GEMINI = "gemini-3.5-flash";

/** Without an SDK. */
const PLAIN: readonly (readonly [Wire, Factory])[] = [
  [anthropicWire, (options) => anthropic(CLAUDE, { transport: "fetch", ...options })],
  [responsesWire, (options) => openai(GPT, { transport: "fetch", ...options })],
  [chatWire, (options) => openai.chat(GPT, { transport: "fetch", ...options })],
  [geminiWire, (options) => gemini(GEMINI, options)],
  [deepseekWire, (options) => deepseek("deepseek-flash", options)],
  [mistralWire, (options) => mistral("mistral-small-latest", options)],
  [xaiWire, (options) => xai("grok-4.6", options)],
  [bedrockWire, (options) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", options)],
];

const WITH_SDK: readonly (readonly [Wire, Factory])[] = [
  [anthropicWire, (options) => anthropic(CLAUDE, options)],
  [responsesWire, (options) => openai(GPT, options)],
  [chatWire, (options) => openai.chat(GPT, options)],
  [geminiWire, (options) => gemini(GEMINI, { transport: "sdk", ...options })],
];

/** A client of the application's own, with an SDK's usual settings: it retries, and follows what it is told to. */
const WITH_CLIENT: readonly (readonly [Wire, (options: MakeOptions) => Target])[] = [
  [
    anthropicWire,
    ({ apiKey, baseURL, headers, ...rest }) =>
      anthropic(CLAUDE, { ...rest, ...fixed(headers), client: new Anthropic({ ...credential(apiKey), baseURL }) }),
  ],
  [
    responsesWire,
    ({ apiKey, baseURL, headers, ...rest }) =>
      openai(GPT, { ...rest, ...fixed(headers), client: new OpenAI({ ...credential(apiKey), baseURL }) }),
  ],
  [
    chatWire,
    ({ apiKey, baseURL, headers, ...rest }) =>
      openai.chat(GPT, { ...rest, ...fixed(headers), client: new OpenAI({ ...credential(apiKey), baseURL }) }),
  ],
  [
    geminiWire,
    ({ apiKey, ...rest }) => gemini(GEMINI, { ...rest, client: new GoogleGenerativeAI(credential(apiKey).apiKey) }),
  ],
];

function credential(apiKey: string | (() => string)): { apiKey: string } {
  return { apiKey: typeof apiKey === "string" ? apiKey : apiKey() };
}

function fixed(headers: TargetOptions["headers"]): Pick<TargetOptions, "headers"> {
  return headers === undefined ? {} : { headers };
}

export const SUBJECTS: readonly Subject[] = [
  ...PLAIN.map(([wire, make]): Subject => ({ way: "fetch", wire, make })),
  ...PLAIN.map(([wire, make]): Subject => ({
    way: "node",
    wire,
    make: (options) => make({ ...options, transport: "node" }),
  })),
  ...WITH_SDK.map(([wire, make]): Subject => ({ way: "sdk", wire, make })),
  ...WITH_CLIENT.map(([wire, make]): Subject => ({ way: "client", wire, make })),
];

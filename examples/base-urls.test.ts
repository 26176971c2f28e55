import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type Target } from "@understudy/core";
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
import { describe, expect, test } from "vitest";

type Transport = "sdk" | "fetch";
type Make = (options: { readonly baseURL: string; readonly apiKey: string; readonly transport: Transport }) => Target;

interface Subject {
  readonly name: string;
  readonly start: () => Promise<Vendor>;
  readonly make: Make;
  /** A path behind the server's address, and what the error says of it. */
  readonly wrong: readonly (readonly [path: string, hint: string])[];
}

const SUBJECTS: readonly Subject[] = [
  {
    name: "anthropic",
    start: startAnthropic,
    make: (options) => anthropic("claude-sonnet-5-5", options),
    wrong: [
      ["/v1", "`baseURL` goes without its `/v1`, which is added"],
      ["/v1/messages", "`baseURL` goes without its `/v1/messages`, which is added"],
    ],
  },
  {
    name: "openai",
    start: startOpenAI,
    make: (options) => openai("gpt-6.1-terra", options),
    wrong: [
      ["", "`baseURL` may have to end in `/v1`"],
      ["/v1/v1", "`baseURL` ends in `/v1` twice"],
      ["/v1/responses", "`baseURL` goes without its `/responses`, which is added"],
    ],
  },
  {
    name: "openai.chat",
    start: startOpenAIChat,
    make: (options) => openai.chat("llama-4", options),
    wrong: [
      ["", "`baseURL` may have to end in `/v1`"],
      ["/v1/chat/completions", "`baseURL` goes without its `/chat/completions`, which is added"],
    ],
  },
  {
    name: "gemini",
    start: startGemini,
    make: (options) => gemini("gemini-3.8-flash", options),
    wrong: [["/v1beta/models", "`baseURL` goes without its `/models`, which is added"]],
  },
  {
    name: "deepseek",
    start: startDeepSeek,
    // It has no SDK of its own.
    make: ({ baseURL, apiKey }) => deepseek("deepseek-flash", { baseURL, apiKey }),
    wrong: [["/chat/completions", "`baseURL` goes without its `/chat/completions`, which is added"]],
  },
  {
    name: "mistral",
    start: startMistral,
    // It has no SDK of its own.
    make: ({ baseURL, apiKey }) => mistral("mistral-small-latest", { baseURL, apiKey }),
    wrong: [
      ["", "`baseURL` may have to end in `/v1`"],
      ["/v1/chat/completions", "`baseURL` goes without its `/chat/completions`, which is added"],
    ],
  },
  {
    name: "xai",
    start: startXAI,
    // It has no SDK of its own.
    make: ({ baseURL, apiKey }) => xai("grok-4.6", { baseURL, apiKey }),
    wrong: [
      ["", "`baseURL` may have to end in `/v1`"],
      ["/v1/responses", "`baseURL` goes without its `/responses`, which is added"],
    ],
  },
  {
    name: "bedrock",
    start: startBedrock,
    make: ({ baseURL, apiKey }) => bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", { baseURL, apiKey }),
    wrong: [["/model", "`baseURL` goes without its `/model`, which is added"]],
  },
];

const CASES = SUBJECTS.flatMap(({ wrong, ...subject }) =>
  wrong.flatMap(([path, hint]) =>
    (["sdk", "fetch"] as const).map((transport) => ({ ...subject, path, hint, transport })),
  ),
);

describe("the error of a base URL behind which nothing is found says what may be wrong with it", () => {
  test.each(CASES)("$name by $transport: …$path", async ({ start, make, path, hint, transport }) => {
    await using vendor = await start();
    const { origin } = new URL(vendor.url);
    const chain = createChain([make({ baseURL: origin + path, apiKey: "key", transport })]);

    const error: unknown = await chain.generate("Hi").catch((thrown: unknown) => thrown);

    if (!isUnderstudyError(error)) throw error;
    expect(error.code).toBe("config");
    expect(error.message).toContain("endpoint.not-found (404)");
    expect(error.message.endsWith(`: ${hint}.`)).toBe(true);
    expect(vendor.requests).toHaveLength(1);
  });
});

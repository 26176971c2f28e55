import { startOpenAIChat, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { openai } from "../index.ts";

testAdapter(
  { describe, test },
  {
    name: "openai.chat by fetch",
    startVendor: (options) => startOpenAIChat({ ...options, compatible: true }),
    makeTarget: ({ baseURL, apiKey }) =>
      openai.chat("llama-4", { baseURL, apiKey, transport: "fetch", capabilities: { contextWindow: 128_000 } }),
  },
);

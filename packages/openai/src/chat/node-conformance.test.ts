import { startOpenAIChat, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { openai } from "../index.ts";

testAdapter(
  { describe, test },
  {
    name: "openai.chat over node:http",
    startVendor: (options) => startOpenAIChat({ ...options, compatible: true }),
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      openai.chat("llama-4", {
        ...setup,
        transport: setup.fetch === undefined ? "node" : undefined,
        capabilities: { contextWindow: 128_000 },
      }),
    optionsKey: "openaiChat",
    exemptions: [{ cases: ["request.cache"], reason: "servers of this format are not asked for it" }],
  },
);

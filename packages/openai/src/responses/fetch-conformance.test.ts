import { startOpenAI, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { openai } from "../index.ts";

testAdapter(
  { describe, test },
  {
    name: "openai by fetch",
    startVendor: startOpenAI,
    makeTarget: ({ baseURL, apiKey }) => openai("gpt-6-astra", { baseURL, apiKey, transport: "fetch" }),
    exemptions: [
      { cases: ["in-band.evidence"], reason: "on this wire the evidence is the end, after which nothing is read" },
    ],
  },
);

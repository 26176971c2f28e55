import { startOpenAI, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { openai } from "../index.ts";

testAdapter(
  { describe, test },
  {
    name: "openai over node:http",
    startVendor: startOpenAI,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      openai("gpt-6-astra", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      { cases: ["in-band.evidence"], reason: "on this wire the evidence is the end, after which nothing is read" },
    ],
  },
);

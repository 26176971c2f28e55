import { startXAI, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { xai } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "xai over node:http",
    startVendor: startXAI,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) => xai("grok-4.6", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      { cases: ["in-band.evidence"], reason: "on this wire the evidence is the end, after which nothing is read" },
    ],
  },
);

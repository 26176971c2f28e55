import { nodeTransport } from "@understudy/core/node";
import { startXAI, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { xai } from "./index.ts";

const fetch = nodeTransport();

testAdapter(
  { describe, test },
  {
    name: "xai over node:http",
    startVendor: startXAI,
    makeTarget: (setup) => xai("grok-4.6", { fetch, ...setup }),
    exemptions: [
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      { cases: ["in-band.evidence"], reason: "on this wire the evidence is the end, after which nothing is read" },
    ],
  },
);

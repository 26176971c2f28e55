import { nodeTransport } from "@understudy/core/node";
import { startMistral, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { mistral } from "./index.ts";

const fetch = nodeTransport();

testAdapter(
  { describe, test },
  {
    name: "mistral over node:http",
    startVendor: startMistral,
    makeTarget: (setup) => mistral("mistral-large-4", { fetch, ...setup }),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

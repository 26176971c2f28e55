import { nodeTransport } from "@understudy/core/node";
import { startDeepSeek, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { deepseek } from "./index.ts";

const fetch = nodeTransport();

testAdapter(
  { describe, test },
  {
    name: "deepseek over node:http",
    startVendor: startDeepSeek,
    makeTarget: (setup) => deepseek("deepseek-flash", { fetch, ...setup }),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

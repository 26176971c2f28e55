import { startDeepSeek, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { deepseek } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "deepseek over node:http",
    startVendor: startDeepSeek,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      deepseek("deepseek-flash", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

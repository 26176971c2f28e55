import { startDeepSeek, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { deepseek } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "deepseek",
    startVendor: startDeepSeek,
    makeTarget: (setup) => deepseek("deepseek-flash", setup),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

import { startDeepSeek, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { deepseek } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "deepseek",
    startVendor: startDeepSeek,
    makeTarget: ({ baseURL, apiKey }) => deepseek("deepseek-flash", { baseURL, apiKey }),
  },
);

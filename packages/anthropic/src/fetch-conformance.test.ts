import { startAnthropic, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { anthropic } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "anthropic by fetch",
    startVendor: startAnthropic,
    makeTarget: ({ baseURL, apiKey }) => anthropic("claude-sonnet-5-5", { baseURL, apiKey, transport: "fetch" }),
  },
);

import { startAnthropic, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { anthropic } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "anthropic by fetch",
    startVendor: startAnthropic,
    makeTarget: (setup) => anthropic("claude-sonnet-5-5", { ...setup, transport: "fetch" }),
    exemptions: [
      {
        cases: ["event.no-evidence"],
        reason: "on this wire the terminal event alone is the vendor's word that the answer is complete",
      },
    ],
  },
);

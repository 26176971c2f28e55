import { startAnthropic, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { anthropic } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "anthropic over node:http",
    startVendor: startAnthropic,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      anthropic("claude-sonnet-5-5", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [
      {
        cases: ["event.no-evidence"],
        reason: "on this wire the terminal event alone is the vendor's word that the answer is complete",
      },
    ],
  },
);

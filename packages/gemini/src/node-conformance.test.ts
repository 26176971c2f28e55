import { startGemini, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "gemini over node:http",
    startVendor: startGemini,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      gemini("gemini-3.8-flash", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      {
        cases: ["event.late"],
        reason: "only the end of the body is terminal: what follows a finish reason is still part of the answer",
      },
    ],
  },
);

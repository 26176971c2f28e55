import { startMistral, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { mistral } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "mistral over node:http",
    startVendor: startMistral,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      mistral("mistral-large-4", { ...setup, transport: setup.fetch === undefined ? "node" : undefined }),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

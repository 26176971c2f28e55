import { startMistral, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { mistral } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "mistral",
    startVendor: startMistral,
    makeTarget: (setup) => mistral("mistral-large-4", setup),
    exemptions: [{ cases: ["request.cache"], reason: "the vendor caches without being asked" }],
  },
);

import { startBedrock, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { bedrock } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "bedrock over node:http",
    startVendor: startBedrock,
    // An own `fetch` and the word exclude each other.
    makeTarget: (setup) =>
      bedrock("us.anthropic.claude-sonnet-5-5-v1:0", {
        ...setup,
        transport: setup.fetch === undefined ? "node" : undefined,
      }),
  },
);

import { nodeTransport } from "@understudy/core/node";
import { startBedrock, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { bedrock } from "./index.ts";

const fetch = nodeTransport();

testAdapter(
  { describe, test },
  {
    name: "bedrock over node:http",
    startVendor: startBedrock,
    makeTarget: (setup) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", { fetch, ...setup }),
  },
);

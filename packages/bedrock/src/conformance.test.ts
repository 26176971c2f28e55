import { startBedrock, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { bedrock } from "./index.ts";

testAdapter(
  { describe, test },
  {
    name: "bedrock",
    startVendor: startBedrock,
    makeTarget: (setup) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", setup),
  },
);

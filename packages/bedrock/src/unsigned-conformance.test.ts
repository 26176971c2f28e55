import { startBedrock, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { bedrock } from "./index.ts";

const KIMI = "moonshot.kimi-k2-thinking";

testAdapter(
  { describe, test },
  {
    name: "bedrock with a model that shows unsigned reasoning",
    startVendor: startBedrock,
    makeTarget: (setup) => bedrock(KIMI, setup),
  },
);

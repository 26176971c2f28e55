import { describe, test } from "vitest";
import { startDeepSeek, testAdapter } from "@understudy/testing";
import { deepseek } from "./target.ts";

testAdapter(
  { describe, test },
  {
    name: "deepseek",
    startVendor: startDeepSeek,
    makeTarget: (setup) => deepseek("deepseek-flash", setup),
  },
);

import type { TierInput } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

const tiers: readonly TierInput[] = [
  { target: openai("gpt-6.1-terra"), timeoutMs: 60_000, silentReasoningMs: 60_000 },
  deepseek("deepseek-flash"),
];

export default tiers;

import type { TierInput } from "@understudy/core";
import { anthropic } from "@understudy/anthropic";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

const tiers: readonly TierInput[] = [
  { target: anthropic("claude-sonnet-5-5"), timeoutMs: 15_000 },
  openai("gpt-6.1-terra"),
  { target: deepseek("deepseek-flash"), degraded: true },
];

export default tiers;

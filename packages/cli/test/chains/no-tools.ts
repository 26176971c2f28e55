import type { Request, TierInput } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

export const request: Request = {
  messages: [{ role: "user", content: "What time is it?" }],
  tools: [{ name: "clock" }],
};

const tiers: readonly TierInput[] = [
  openai("gpt-6.1-terra"),
  deepseek("deepseek-flash", { capabilities: { tools: false } }),
];

export default tiers;

import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";
import type { TierInput } from "@understudy/core";

const tiers: readonly TierInput[] = [
  openai("gpt-6-luna", { apiKey: "any" }),
  deepseek("deepseek-flash", { apiKey: "any" }),
];

export default async (): Promise<{ tiers: readonly TierInput[] }> => ({ tiers });

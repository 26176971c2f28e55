import { anthropic } from "@understudy/anthropic";
import type { TierInput } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

/** The tests say where the vendors are. */
const env = (name: string): string => process.env[name] ?? "";

const tiers = (): readonly TierInput[] => [
  anthropic("claude-sonnet-5-5", { baseURL: env("CLAUDE"), apiKey: "any" }),
  openai("gpt-6.1-terra", { baseURL: env("GPT"), apiKey: env("GPT_KEY") }),
  deepseek("no-such-model", { baseURL: env("FLASH"), apiKey: "any" }),
  openai("gpt-6-luna"),
];

export default tiers;

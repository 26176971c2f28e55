import { anthropic } from "@understudy/anthropic";
import type { TierInput } from "@understudy/core";
import { openai } from "@understudy/openai";

/** The tests say where the vendors are. */
const env = (name: string): string => process.env[name] ?? "";

export default (): readonly TierInput[] => [
  anthropic("claude-sonnet-5-5", { baseURL: env("CLAUDE"), apiKey: "any" }),
  openai("gpt-6.1-terra", { baseURL: env("GPT"), apiKey: "any" }),
];

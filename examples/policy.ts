/** A policy function: when one vendor declines, the next is asked, unless something was shown already. */
import { anthropic } from "@understudy/anthropic";
import { createChain, defaultPolicy, type Policy } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";

const claude = await startAnthropic();
const gpt = await startOpenAI();
claude.answer({ refusal: "I cannot help with that." });
gpt.answer({ text: "Put salt on it." });

const targets = [
  anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
  openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
];

const askAnother: Policy = (failure, context) => {
  if (failure.class === "policy.refusal" && !context.released && context.hasNext) return "next";
  return defaultPolicy(failure, context);
};

const question = "How do I get a wine stain out?";
const byDefault = await createChain(targets).generate(question);
console.log(`default: ${byDefault.tier}, ${byDefault.finishReason}`);

const byPolicy = await createChain(targets, { policy: askAnother }).generate(question);
console.log(`policy: ${byPolicy.tier}, ${byPolicy.finishReason}: ${byPolicy.text}`);
await Promise.all([claude.close(), gpt.close()]);

/** Siblings: the same model with another key or at another endpoint, tried before the next tier is. */
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";

const claude = await startAnthropic();
const europe = await startAnthropic();
const gpt = await startOpenAI();
claude.script([{ fault: { type: "error", error: "rate-limited", retryAfterMs: 30_000 } }]);
claude.answer({ text: "From the other project." });
europe.answer({ text: "From Europe." });

const chain = createChain([
  {
    name: "claude",
    targets: [
      // Two keys of one organization share its limit: say so, and the second one is not tried in vain.
      anthropic("claude-sonnet-5-5", { apiKey: "key-one", baseURL: claude.url, quotaGroup: "team" }),
      anthropic("claude-sonnet-5-5", { apiKey: "key-two", baseURL: claude.url, quotaGroup: "team" }),
      anthropic("claude-sonnet-5-5", { apiKey: "key-three", baseURL: claude.url, quotaGroup: "batch" }),
      anthropic("claude-sonnet-5-5", { apiKey: "key-four", baseURL: europe.url }),
    ],
  },
  openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
]);

const first = await chain.generate("Why is the sky blue?");
console.log(`${first.tier}: ${first.text}`);
for (const skip of first.trace.skipped) console.log(`passed over: ${skip.reason} (${skip.detail ?? ""})`);

// The limit is remembered: the next call does not ask the first key again.
const second = await chain.generate("Why is the sky blue?");
console.log(`${second.tier}: ${second.text} after ${second.trace.attempts.length} attempt`);

// A whole host is down: the other endpoint has the same model.
chain.isolate({ endpoint: new URL(claude.url).host });
const third = await chain.generate("Why is the sky blue?");
console.log(`${third.tier}: ${third.text}`);
await Promise.all([claude.close(), europe.close(), gpt.close()]);

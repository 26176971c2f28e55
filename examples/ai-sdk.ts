/** The AI SDK in both directions: a chain as its model, and one of its models as a tier of the chain. */
import { createDeepSeek } from "@ai-sdk/deepseek";
import { aiSdk, guardedFetch, isFailoverNotice, understudyCall } from "@understudy/ai-sdk";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { startAnthropic, startDeepSeek } from "@understudy/testing";
import { streamText } from "ai";

const claude = await startAnthropic();
const deepSeek = await startDeepSeek();
claude.answer({ text: ["The sky is ", "blue."] });
claude.script([{ fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
deepSeek.answer({ text: ["Air scatters ", "blue light more than red."] });

const provider = createDeepSeek({ apiKey: "simulated", baseURL: deepSeek.url, fetch: guardedFetch() });
const chain = createChain(
  [anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }), aiSdk(provider("deepseek-flash"))],
  // So that the failure comes after text was shown.
  { holdMs: 0 },
);

const result = streamText({
  ...understudyCall(chain),
  prompt: "Why is the sky blue?",
  onError: ({ error }) => console.log(isFailoverNotice(error) ? "the answer begins again" : error),
});
for await (const delta of result.textStream) console.log(`shown: ${delta}`);
console.log(`kept: ${await result.text}`);
const { response } = await result.finalStep;
console.log(`answered: ${response.modelId}`);
await Promise.all([claude.close(), deepSeek.close()]);

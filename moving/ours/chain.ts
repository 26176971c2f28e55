import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";

type Ask = (question: string, write: (text: string) => void, clear: () => void) => Promise<void>;

export function createAsk(): Ask {
  const chain = createChain([
    { target: anthropic("claude-sonnet-5-5"), timeoutMs: 10_000, progressMs: 10_000 },
    { target: openai("gpt-6.1-terra"), timeoutMs: 10_000, progressMs: 10_000 },
  ]);
  return async (question, write, clear) => {
    const stream = await chain.stream(question);
    for await (const event of stream) {
      if (event.type === "text-delta") write(event.delta);
      if (event.type === "failover") clear();
    }
  };
}

import { understudyCall } from "@understudy/ai-sdk";
import { retractDiscarded } from "@understudy/ai-sdk/ui";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { streamText, toUIMessageStream, type UIMessageChunk } from "ai";

export function createChat(): (question: string) => ReadableStream<UIMessageChunk> {
  const chain = createChain([
    { target: anthropic("claude-sonnet-5-5"), timeoutMs: 10_000, progressMs: 10_000 },
    { target: openai("gpt-6.1-terra"), timeoutMs: 10_000, progressMs: 10_000 },
  ]);
  return (question) => {
    const result = streamText({ ...understudyCall(chain), prompt: question });
    return toUIMessageStream({ stream: result.stream }).pipeThrough(retractDiscarded());
  };
}

import { anthropic } from "@ai-sdk/anthropic";
import { openai } from "@ai-sdk/openai";
import { streamText, toUIMessageStream, type UIMessageChunk } from "ai";
import { createFallback } from "ai-fallback";

export function createChat(): (question: string) => ReadableStream<UIMessageChunk> {
  const model = createFallback({ models: [anthropic("claude-sonnet-5-5"), openai("gpt-6.1-terra")] });
  return (question) => {
    const result = streamText({ model, prompt: question });
    return toUIMessageStream({ stream: result.stream });
  };
}

import { anthropic } from "@ai-sdk/anthropic";
import { openai } from "@ai-sdk/openai";
import { streamText, toUIMessageStream, type UIMessageChunk } from "ai";
import { createRetryableModel } from "ai-retry/language-model";

export function createChat(): (question: string) => ReadableStream<UIMessageChunk> {
  const model = createRetryableModel({ model: anthropic("claude-sonnet-5-5"), retries: [openai("gpt-6.1-terra")] });
  return (question) => {
    const result = streamText({ model, prompt: question, maxRetries: 0 });
    return toUIMessageStream({ stream: result.stream });
  };
}

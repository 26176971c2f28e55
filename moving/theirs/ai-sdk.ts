import { anthropic } from "@ai-sdk/anthropic";
import { streamText, toUIMessageStream, type UIMessageChunk } from "ai";

export function createChat(): (question: string) => ReadableStream<UIMessageChunk> {
  return (question) => {
    const result = streamText({ model: anthropic("claude-sonnet-5-5"), prompt: question });
    return toUIMessageStream({ stream: result.stream });
  };
}

import { ChatAnthropic } from "@langchain/anthropic";
import { ChatOpenAI } from "@langchain/openai";

type Ask = (question: string, write: (text: string) => void) => Promise<void>;

export function createAsk(): Ask {
  const claude = new ChatAnthropic({ model: "claude-sonnet-5-5", maxRetries: 0 });
  const gpt = new ChatOpenAI({ model: "gpt-6.1-terra", useResponsesApi: true, maxRetries: 0 });
  const model = claude.withFallbacks([gpt]);
  return async (question, write) => {
    for await (const chunk of await model.stream(question)) write(chunk.text);
  };
}

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

type Ask = (question: string, write: (text: string) => void) => Promise<void>;

export function createAsk(): Ask {
  const anthropic = new Anthropic();
  const openai = new OpenAI();

  async function* claude(question: string): AsyncGenerator<string> {
    const messages = [{ role: "user" as const, content: question }];
    const request = { model: "claude-sonnet-5-5", max_tokens: 4096, messages, stream: true } as const;
    for await (const event of await anthropic.messages.create(request)) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") yield event.delta.text;
    }
  }

  async function* gpt(question: string): AsyncGenerator<string> {
    const request = { model: "gpt-6.1-terra", input: question, stream: true } as const;
    for await (const event of await openai.responses.create(request)) {
      if (event.type === "response.output_text.delta") yield event.delta;
    }
  }

  return async (question, write) => {
    let failure: unknown;
    for (const ask of [claude, gpt]) {
      try {
        for await (const text of ask(question)) write(text);
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

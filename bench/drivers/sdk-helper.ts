/** The vendors' SDKs by the helper that also builds the whole answer. @google/generative-ai has none. */
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { anthropicClient, openaiClient } from "./clients.ts";
import { prompt, type Driver, type StreamCall } from "./driver.ts";

const messages = [{ role: "user" as const, content: prompt }];

async function anthropic(baseURL: string): Promise<StreamCall> {
  const client = await anthropicClient(baseURL);
  const body = { model: wires.anthropic.model, max_tokens: 1_024, messages };
  return async (onText) => {
    const stream = client.messages.stream(body);
    for await (const event of stream) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") onText(event.delta.text);
    }
    await stream.finalMessage();
  };
}

async function responses(baseURL: string): Promise<StreamCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires["openai-responses"].model, input: prompt, store: false };
  return async (onText) => {
    const stream = client.responses.stream(body);
    for await (const event of stream) if (event.type === "response.output_text.delta") onText(event.delta);
    await stream.finalResponse();
  };
}

async function chat(wire: WireName, baseURL: string): Promise<StreamCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires[wire].model, messages };
  return async (onText) => {
    const stream = client.chat.completions.stream(body);
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta.content;
      if (text) onText(text);
    }
    await stream.finalChatCompletion();
  };
}

export const sdkHelper: Driver = {
  stream: async (wire, baseURL) => {
    if (wire === "anthropic") return anthropic(baseURL);
    if (wire === "openai-responses") return responses(baseURL);
    if (wire === "openai-chat") return chat(wire, baseURL);
    return undefined;
  },
};

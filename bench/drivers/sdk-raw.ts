/** The vendors' SDKs by their plainest stream: `for await` over the events of `create({ stream: true })`. */
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { anthropicClient, geminiModel, openaiClient } from "./clients.ts";
import { prompt, type Driver, type StreamCall } from "./driver.ts";

const messages = [{ role: "user" as const, content: prompt }];

async function anthropic(baseURL: string): Promise<StreamCall> {
  const client = await anthropicClient(baseURL);
  const body = { model: wires.anthropic.model, max_tokens: 1_024, messages, stream: true } as const;
  return async (onText) => {
    for await (const event of await client.messages.create(body)) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") onText(event.delta.text);
    }
  };
}

async function responses(wire: WireName, baseURL: string): Promise<StreamCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires[wire].model, input: prompt, store: false, stream: true } as const;
  return async (onText) => {
    for await (const event of await client.responses.create(body)) {
      if (event.type === "response.output_text.delta") onText(event.delta);
    }
  };
}

async function chat(wire: WireName, baseURL: string): Promise<StreamCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires[wire].model, messages, stream: true } as const;
  return async (onText) => {
    for await (const chunk of await client.chat.completions.create(body)) {
      const text = chunk.choices[0]?.delta.content;
      if (text) onText(text);
    }
  };
}

async function gemini(baseURL: string): Promise<StreamCall> {
  const model = await geminiModel(baseURL);
  return async (onText) => {
    const { stream, response } = await model.generateContentStream(prompt);
    for await (const chunk of stream) {
      const text = chunk.text();
      if (text) onText(text);
    }
    await response;
  };
}

export const sdkRaw: Driver = {
  stream: async (wire, baseURL) => {
    if (wire === "anthropic") return anthropic(baseURL);
    if (wire === "openai-responses" || wire === "xai") return responses(wire, baseURL);
    if (wire === "gemini") return gemini(baseURL);
    // AWS's client wants HTTP/2, which the server does not speak.
    if (wire === "bedrock") return undefined;
    return chat(wire, baseURL);
  },
};

/** The vendors' SDKs asked for a whole answer, in either form of body. */
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { anthropicClient, geminiModel, openaiClient } from "./clients.ts";
import { prompt, type AnswerCall, type Driver } from "./driver.ts";
import { sdkRaw } from "./sdk-raw.ts";

const messages = [{ role: "user" as const, content: prompt }];

async function anthropic(baseURL: string): Promise<AnswerCall> {
  const client = await anthropicClient(baseURL);
  const body = { model: wires.anthropic.model, max_tokens: 1_024, messages };
  return async () => {
    const [block] = (await client.messages.create(body)).content;
    return block?.type === "text" ? block.text : "";
  };
}

async function responses(wire: WireName, baseURL: string): Promise<AnswerCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires[wire].model, input: prompt, store: false };
  return async () => (await client.responses.create(body)).output_text;
}

async function chat(wire: WireName, baseURL: string): Promise<AnswerCall> {
  const client = await openaiClient(baseURL);
  const body = { model: wires[wire].model, messages };
  return async () => (await client.chat.completions.create(body)).choices[0]?.message.content ?? "";
}

async function gemini(baseURL: string): Promise<AnswerCall> {
  const model = await geminiModel(baseURL);
  return async () => (await model.generateContent(prompt)).response.text();
}

/** The answer in one piece. */
export const sdkWhole: Driver = {
  answer: async (wire, baseURL) => {
    if (wire === "anthropic") return anthropic(baseURL);
    if (wire === "openai-responses" || wire === "xai") return responses(wire, baseURL);
    if (wire === "gemini") return gemini(baseURL);
    if (wire === "bedrock") return undefined;
    return chat(wire, baseURL);
  },
};

/** The answer streamed, its text put together by the caller. */
export const sdkStreamed: Driver = {
  answer: async (wire, baseURL) => {
    const stream = await sdkRaw.stream?.(wire, baseURL);
    if (stream === undefined) return undefined;
    return async () => {
      let answer = "";
      await stream((text) => {
        answer += text;
      });
      return answer;
    };
  },
};

import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { prompt } from "./driver.ts";

/** A request as the vendor's documentation has it, by hand. */
export interface PlainRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

const messages = [{ role: "user", content: prompt }];

export function plainRequest(wire: WireName, baseURL: string, stream: boolean): PlainRequest {
  const { model } = wires[wire];
  const json = { "content-type": "application/json" };
  const bearer = { ...json, authorization: "Bearer bench" };
  switch (wire) {
    case "anthropic":
      return {
        url: `${baseURL}/v1/messages`,
        headers: { ...json, "x-api-key": "bench", "anthropic-version": "2023-06-01" },
        body: { model, max_tokens: 1_024, messages, stream },
      };
    case "openai-responses":
    case "xai":
      return { url: `${baseURL}/responses`, headers: bearer, body: { model, input: prompt, stream, store: false } };
    case "openai-chat":
    case "deepseek":
    case "mistral":
      return { url: `${baseURL}/chat/completions`, headers: bearer, body: { model, messages, stream } };
    case "gemini":
      return {
        url: `${baseURL}/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
        headers: { ...json, "x-goog-api-key": "bench" },
        body: { contents: [{ role: "user", parts: [{ text: prompt }] }] },
      };
    case "bedrock":
      return {
        url: `${baseURL}/model/${encodeURIComponent(model)}/${stream ? "converse-stream" : "converse"}`,
        headers: bearer,
        body: { messages: [{ role: "user", content: [{ text: prompt }] }] },
      };
    default:
      throw new Error(`No such wire: ${String(wire satisfies never)}`);
  }
}

import { ChatAnthropic } from "@langchain/anthropic";
import { ChatGoogleGenerativeAI } from "@langchain/google-genai";
import { ChatOpenAI } from "@langchain/openai";
import { prompt, type Driver } from "../../drivers/driver.ts";
import { wires } from "../../wires/index.ts";
import type { WireName } from "../../wires/wire.ts";

function modelOf(wire: WireName, baseURL: string) {
  const options = { model: wires[wire].model, apiKey: "bench", maxRetries: 0 };
  if (wire === "anthropic") return new ChatAnthropic({ ...options, anthropicApiUrl: baseURL });
  if (wire === "gemini") return new ChatGoogleGenerativeAI({ ...options, baseUrl: baseURL });
  return new ChatOpenAI({ ...options, useResponsesApi: wire === "openai-responses", configuration: { baseURL } });
}

export const driver: Driver = {
  stream: async (wire, baseURL) => {
    // Its package for Bedrock is not installed.
    if (wire === "bedrock") return undefined;
    const model = modelOf(wire, baseURL).withFallbacks([modelOf(wire, baseURL), modelOf(wire, baseURL)]);
    return async (onText) => {
      for await (const chunk of await model.stream(prompt)) {
        const { text } = chunk;
        if (text) onText(text);
      }
    };
  },
};

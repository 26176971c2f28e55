/** The AI SDK's models on the bench server. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { streamText, type LanguageModel } from "ai";
import { prompt, type Driver, type StreamCall } from "../../drivers/driver.ts";
import { wires } from "../../wires/index.ts";
import type { WireName } from "../../wires/wire.ts";

type Model = Extract<LanguageModel, { readonly specificationVersion: "v4" }>;

/** DeepSeek's wire is Chat Completions to this library. */
export function modelOf(wire: WireName, baseURL: string): Model {
  const { model } = wires[wire];
  const apiKey = "bench";
  if (wire === "anthropic") return createAnthropic({ apiKey, baseURL: `${baseURL}/v1` })(model);
  if (wire === "gemini") return createGoogle({ apiKey, baseURL: `${baseURL}/v1beta` })(model);
  const openai = createOpenAI({ apiKey, baseURL });
  return wire === "openai-responses" || wire === "xai" ? openai.responses(model) : openai.chat(model);
}

/** A call of `streamText` with whatever it is given beside the prompt. */
export function callOf(settings: () => { readonly model: Exclude<LanguageModel, string> }): StreamCall {
  return async (onText) => {
    const { stream } = streamText({ ...settings(), prompt, maxRetries: 0 });
    for await (const part of stream) {
      if (part.type === "text-delta") onText(part.text);
      else if (part.type === "error") throw part.error;
    }
  };
}

/** The driver of a model, or of a wrapper around models. */
export function driverOf(wrap: (open: () => Model) => Model): Driver {
  return {
    stream: async (wire, baseURL) => {
      // Its package for Bedrock is not installed.
      if (wire === "bedrock") return undefined;
      const model = wrap(() => modelOf(wire, baseURL));
      return callOf(() => ({ model }));
    },
  };
}

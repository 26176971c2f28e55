/** The vendors' clients as an application would make them, without retries and without a logger. */
import type Anthropic from "@anthropic-ai/sdk";
import type { GenerativeModel } from "@google/generative-ai";
import type OpenAI from "openai";
import { wires } from "../wires/index.ts";

const options = { apiKey: "bench", maxRetries: 0, logLevel: "off" } as const;

export async function openaiClient(baseURL: string): Promise<OpenAI> {
  const { default: Client } = await import("openai");
  return new Client({ ...options, baseURL });
}

export async function anthropicClient(baseURL: string): Promise<Anthropic> {
  const { default: Client } = await import("@anthropic-ai/sdk");
  return new Client({ ...options, baseURL });
}

export async function geminiModel(baseURL: string): Promise<GenerativeModel> {
  const { GoogleGenerativeAI } = await import("@google/generative-ai");
  return new GoogleGenerativeAI("bench").getGenerativeModel({ model: wires.gemini.model }, { baseUrl: baseURL });
}

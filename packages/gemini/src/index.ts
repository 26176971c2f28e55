export { gemini, type GeminiClient, type GeminiTargetOptions } from "./target.ts";
export type { GeminiNativeFields } from "./request.ts";
export { geminiModel, type GeminiLevel, type GeminiModel, type GeminiThinking } from "./models.ts";
export type { GoogleCloudOptions as VertexOptions, GoogleToken as VertexToken } from "@understudy/core/toolkit";

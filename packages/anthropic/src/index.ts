export { anthropic, type AnthropicClient, type AnthropicTargetOptions } from "./target.ts";
export type { AnthropicNativeFields } from "./request.ts";
export { anthropicModel, type AnthropicEffort, type AnthropicModel, type AnthropicThinking } from "./models.ts";
export type { GoogleCloudOptions as VertexOptions, GoogleToken as VertexToken } from "@understudy/core/toolkit";

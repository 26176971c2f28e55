export { openai, type OpenAI } from "./target.ts";
export type { OpenAIClient, OpenAITargetOptions } from "./endpoint.ts";
export type { OpenAINativeFields } from "./responses/request.ts";
export type { OpenAIChatTargetOptions } from "./chat/target.ts";
export type { OpenAIChatNativeFields } from "./chat/request.ts";
export { openAIModel, type OpenAIModel, type OpenAISupport } from "./models.ts";

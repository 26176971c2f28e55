export { openai, type OpenAI } from "./target.ts";
export type { OpenAIClient, OpenAITargetOptions } from "./endpoint.ts";
export type { OpenAIOptions } from "./responses/request.ts";
export type { OpenAIChatTargetOptions } from "./chat/target.ts";
export type { OpenAIChatOptions } from "./chat/request.ts";
export { openAIModel, type OpenAIModel, type OpenAISupport } from "./models.ts";

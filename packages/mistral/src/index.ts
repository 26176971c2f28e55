export { mistral, type MistralTargetOptions } from "./target.ts";
export type { MistralNativeFields } from "./request.ts";
export { mistralModel, type MistralEffort, type MistralModel } from "./models.ts";

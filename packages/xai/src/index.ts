export { xai, type XAITargetOptions } from "./target.ts";
export type { XAINativeFields } from "./request.ts";
export { xaiModel, type XAIEffort, type XAIModel } from "./models.ts";

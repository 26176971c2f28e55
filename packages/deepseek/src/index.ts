export { deepseek, type DeepSeekTargetOptions } from "./target.ts";
export type { DeepSeekNativeFields } from "./request.ts";
export { deepSeekModel, type DeepSeekEffort, type DeepSeekModel } from "./models.ts";

export { deepseek, type DeepSeekOptions } from "./target.ts";
export type { DeepSeekVendorOptions } from "./request.ts";

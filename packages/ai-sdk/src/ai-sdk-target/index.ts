export { aiSdk } from "./target.ts";
export type { AiSdkModel, AiSdkOptions } from "./options.ts";
export { guardedFetch } from "./guarded-fetch.ts";

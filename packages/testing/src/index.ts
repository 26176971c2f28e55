export { startAnthropic } from "./simulators/anthropic/wire.ts";
export { startOpenAI } from "./simulators/openai-responses/wire.ts";
export { startDeepSeek } from "./simulators/deepseek/wire.ts";
export type { AnswerSource, RequestRecord, Step, Vendor, VendorOptions } from "./simulators/vendor.ts";
export type { Answer, AnswerUsage, CitationAnswer, Finish, ToolCallAnswer } from "./simulators/answer.ts";
export type { Cut, Fault, Place } from "./faults/fault.ts";
export type { InBandForm, Reply, VendorErrorName } from "./simulators/wire.ts";
export type { JsonObject } from "./simulators/json.ts";
export type { SetTimer } from "./simulators/line.ts";

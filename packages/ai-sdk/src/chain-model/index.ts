export { understudy, type UnderstudyModelOptions } from "./model.ts";
export { understudyCall, type UnderstudyCall } from "./understudy-call.ts";
export { FAILOVER_KIND, isFailoverNotice, withoutDiscarded, type FailoverMetadata } from "../failover.ts";
export type { AnswerMetadata } from "./answer.ts";
export type { UnderstudyProviderOptions } from "./call-options.ts";

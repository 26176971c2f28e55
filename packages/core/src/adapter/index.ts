// The contract between the engine and an adapter: stable within a major version. Helpers are in `toolkit.ts`.
export type {
  AttemptContext,
  AttemptPlan,
  Capabilities,
  RequestRepair,
  StreamPart,
  Support,
  Target,
  TargetMessage,
  TargetOutput,
  TargetRequest,
  TargetProblem,
  TargetScopes,
  TargetTool,
  TargetToolResult,
  Transport,
} from "../model/target.ts";
export { isTargetFailure, TargetFailure, type Repair, type TargetFailureDetails } from "../model/target-failure.ts";
export {
  checkTargetOptions,
  readTargetOptions,
  type CheckedOptions,
  type ClientIdentity,
  type GivenOptions,
  type OptionRules,
  type PlainOptions,
  type TargetOptions,
} from "./options/target-options.ts";
export type { KnownModel } from "./options/model-table.ts";
export { type Rule, type Shape } from "../model/rules.ts";
export { makeTarget, type TargetSetup } from "./make-target.ts";
export type { Connection, NativeRequest, RequestContext } from "./transport/connection.ts";
export type { Connect, Over, TransportOptions } from "./transport/transports.ts";
export { FetchConnection, type FetchConnectionSetup } from "./transport/fetch-connection.ts";
export {
  SdkConnection,
  type SdkClient,
  type SdkConnectionSetup,
  type SdkPostOptions,
  type SdkSettings,
} from "./transport/sdk-connection.ts";
export {
  type AskContext,
  type AskCredential,
  type HeadersForm,
  type HeadersOption,
  type KeyOption,
} from "./transport/credential-functions.ts";
export { type AnswerLimits, type AnswerSource } from "./reading/read-answer.ts";
export type { FrameReader, Framing } from "./reading/framing.ts";
export type { WireEvent, WireReader } from "./reading/wire-reader.ts";
export { classifyFailures, type FailureClassifier } from "./failures/http-failure.ts";
export type { FailureRow, FailureTable, LimitHeaders } from "./failures/failure-table.ts";
export {
  asArray,
  asBoundedArray,
  asIndex,
  asJsonObject,
  asNumber,
  asObject,
  asPosition,
  asString,
  asText,
  parseEvent,
  type Foreign,
} from "./foreign.ts";
export type { Clock } from "../model/clock.ts";
export type { PartEvent } from "../model/events.ts";
export type { FailureClass, FailureScope } from "../model/failure.ts";
export type { FinishReason } from "../model/finish-reason.ts";
export { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
export type * from "../model/parts.ts";
export type { ReasoningEffort, ReasoningOptions, ToolChoice, VendorOptions } from "../model/request.ts";
export type { Loss, RateLimits } from "../model/trace.ts";
export type { Usage } from "../model/usage.ts";

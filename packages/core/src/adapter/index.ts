export type {
  AttemptContext,
  AttemptPlan,
  Capabilities,
  StreamPart,
  Support,
  Target,
  TargetMessage,
  TargetRequest,
  TargetScopes,
  TargetToolResult,
} from "../model/target.ts";
export { isTargetFailure, TargetFailure, type Repair, type TargetFailureDetails } from "../model/target-failure.ts";
export type { Clock } from "../model/clock.ts";
export type { PartEvent } from "../model/events.ts";
export type { FailureClass, FailureScope } from "../model/failure.ts";
export type { FinishReason } from "../model/finish-reason.ts";
export { isJsonObject, parseJson, type JsonObject, type JsonValue } from "../model/json.ts";
export type * from "../model/parts.ts";
export type {
  ReasoningEffort,
  ReasoningOptions,
  TargetOutput,
  TargetTool,
  ToolChoice,
  VendorOptions,
} from "../model/request.ts";
export type { Loss, RateLimits } from "../model/trace.ts";
export type { Usage } from "../model/usage.ts";

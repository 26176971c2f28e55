export { createChain } from "./engine/tier-chain.ts";
export type { Chain, ChainDescription, IsolateOptions, TargetSelector } from "./engine/chain.ts";
export type { Tier } from "./engine/tier.ts";
export type { Finding, FindingBase } from "./check/finding.ts";
export type { AnswerStream } from "./engine/stream/answer-stream.ts";
export {
  DEFAULTS,
  type AfterRelease,
  type CallOptions,
  type ChainOptions,
  type ContinueWith,
  type HedgeAfter,
  type Price,
  type RequestOverrides,
  type TierInput,
  type TierLimits,
} from "./engine/options.ts";
export {
  defaultPolicy,
  type Policy,
  type PolicyContext,
  type PolicyDecision,
  type PolicyFailure,
} from "./engine/policy.ts";
export type { CallEvent, EngineEvent } from "./engine/engine-events.ts";
export type { CallContent, ObservedAttempt, Observer, ObserverFactory, RequestSettings } from "./engine/observers.ts";
export type { HealthCause, HealthEvent, TargetHealth } from "./engine/health/health-events.ts";
export type { HealthCounts } from "./engine/health/health-window.ts";
export { isUnderstudyError, UnderstudyError, type PartialAnswer, type UnderstudyErrorDetails } from "./model/error.ts";
export { FAILURE_RULES } from "./model/failure-rules.ts";
export type { ErrorCode, FailureClass, FailureRule, FailureScope } from "./model/failure.ts";
export type { Answer, InvalidToolCall, Stitched } from "./model/answer.ts";
export type * from "./model/events.ts";
export type { FinishReason } from "./model/finish-reason.ts";
export type { JsonObject, JsonValue } from "./model/json.ts";
export type * from "./model/message.ts";
export type * from "./model/parts.ts";
export type {
  OutputFormat,
  ReasoningEffort,
  ReasoningOptions,
  Request,
  Tool,
  ToolChoice,
  VendorOptions,
} from "./model/request.ts";
export type { CheckedSchema, JsonSchemaObject, SchemaInput, StandardSchema, Validation } from "./model/schema.ts";
export type { Capabilities, ModelSize, Target, TargetProblem } from "./model/target.ts";
export type { Clock } from "./model/clock.ts";
export type {
  AttemptRecord,
  BreakerState,
  Loss,
  NotContinued,
  PinRecord,
  RateLimits,
  RepeatKind,
  SkipReason,
  SkipRecord,
  Trace,
  Venture,
} from "./model/trace.ts";
export type { Cost, Usage, UsageTotal } from "./model/usage.ts";

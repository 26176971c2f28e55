export type {
  AttemptContext,
  AttemptPlan,
  Capabilities,
  RequestRepair,
  StreamPart,
  Support,
  Target,
  TargetMessage,
  TargetRequest,
  TargetScopes,
  TargetToolResult,
} from "../model/target.ts";
export { isTargetFailure, TargetFailure, type Repair, type TargetFailureDetails } from "../model/target-failure.ts";
export {
  checkTargetOptions,
  isLoopback,
  readTargetOptions,
  type CheckedOptions,
  type ClientIdentity,
  type GivenOptions,
  type OptionRules,
  type PlainOptions,
  type TargetOptions,
} from "./target-options.ts";
export { oneOf, type Rule, type Shape } from "../model/rules.ts";
export { makeTarget, type TargetSetup } from "./make-target.ts";
export type { Connection, NativeRequest, RequestContext } from "./connection.ts";
export { FetchConnection, type FetchConnectionSetup } from "./fetch-connection.ts";
export {
  SDK_CLIENT,
  SdkConnection,
  sdkIdentity,
  transportProblems,
  type SdkClient,
  type SdkConnectionSetup,
  type SdkPostOptions,
  type SdkSettings,
} from "./sdk-connection.ts";
export { cappedFetch, type Fetch } from "./capped-fetch.ts";
export { FRESH_CONNECTION, freshInit, type FreshInit } from "./fresh-connection.ts";
export { loadOnce } from "./load-once.ts";
export {
  keyHeader,
  type AskContext,
  type AskCredential,
  type HeadersForm,
  type HeadersOption,
  type KeyOption,
} from "./credential-functions.ts";
export { joinHeader, mergeHeaders } from "./merge-headers.ts";
export { isHost } from "./vendor-host.ts";
export { modelPathProblems } from "./model-path.ts";
export { readAnswer, type AnswerLimits, type AnswerSource } from "./read-answer.ts";
export type { WireEvent, WireReader } from "./wire-reader.ts";
export { Evidence, type EvidenceSetup } from "./evidence.ts";
export { checkFinishValue } from "./finish-value.ts";
export { RunningTotals } from "./running-totals.ts";
export { classifyFailures, type FailureClassifier } from "./http-failure.ts";
export type { FailureRow, FailureTable, LimitHeaders } from "./failure-table.ts";
export { readAnyError, readErrorFields, type VendorError } from "./vendor-error.ts";
export { readRpcStatus, RPC_LIMITS, RPC_STATUSES } from "./rpc-status.ts";
export { BEDROCK_MANTLE, BEDROCK_RUNTIME, GOOGLE_CLOUD } from "./cloud-hosts.ts";
export { CLOUD_FAILURES, CLOUD_STATUSES, readCloudError } from "./cloud-failures.ts";
export { DAILY, OVERLOADED } from "./error-words.ts";
export { IN_BAND_WORDS } from "./in-band-words.ts";
export { CarriedResponse, networkFailure, type FailedResponse } from "./network-failure.ts";
export { unsupported } from "./unsupported.ts";
export { parseDuration, retryAfterMs, type WaitSources } from "./retry-after.ts";
export { redact } from "./redact.ts";
export { cleanId } from "../model/clean-text.ts";
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
export {
  OpenCall,
  OpenText,
  TextParts,
  type CallFields,
  type CallStart,
  type PartExtras,
  type TextPartsSetup,
} from "./open-parts.ts";
export { JsonPieces } from "./json-pieces.ts";
export { PartsByIndex } from "./parts-by-index.ts";
export { bytesOf, toCharacters } from "./utf8-offsets.ts";
export { VendorData } from "./vendor-data.ts";
export { readAnnotation } from "./read-annotation.ts";
export { placeTexts } from "./place-texts.ts";
export { noMedia, toChatMessages, type ChatMessageRules } from "./chat/chat-messages.ts";
export { toChatMedia } from "./chat/chat-files.ts";
export { callArguments } from "./chat/chat-answer.ts";
export { CHAT_REFUSALS, readChatError } from "./chat/chat-refusals.ts";
export { ChatReader, type ChatReaderSetup } from "./chat/chat-reader.ts";
export { StopCutter } from "./stop-cutter.ts";
export { parseToolInput, toolInputObject, toolInputText, type ToolInput } from "./tool-input.ts";
export {
  alsoNative,
  changeAnswers,
  forgetOpaque,
  forgetReasoning,
  FREE_TOOLS,
  GO_ON,
  leaveOut,
  leaveOutOnce,
  leaveUnset,
  OWN_REASONING,
  SCHEMA_IN_WORDS,
  STREAMING_REFUSED,
  SYSTEM_AS_MESSAGE,
  USER_TURN,
  WITHOUT_CACHE,
  WITHOUT_CITATIONS,
  WITHOUT_EARLIER_REASONING,
  WITHOUT_EFFORT,
  WITHOUT_REASONING,
  WITHOUT_SAMPLING,
  withOutputTokens,
  withoutStreaming,
} from "./repairs.ts";
export { looserSchemas, looserTools, SCHEMA, STRICT } from "./schema-repairs.ts";
export { OUTPUT_LIMIT_REFUSED, withinStated } from "./output-limit.ts";
export { samplingRefused } from "./sampling-refused.ts";
export { NO_ROUTE } from "./gateway-refusals.ts";
export { lacksReasoning } from "./lacks-reasoning.ts";
export { clampEffort } from "./reasoning-effort.ts";
export { planEffort, type EffortRules, type ReasoningPlan } from "./plan-effort.ts";
export { clampOutputTokens } from "./clamp-output-tokens.ts";
export { settleHostedTools, type HostedTools } from "./hosted-tools.ts";
export { inMessage, type ReportMessageLoss } from "./message-loss.ts";
export { takeSampling } from "./take-sampling.ts";
export { isBlankStop, takeFilledStops, takeStops } from "./take-stops.ts";
export { userTurnBehind } from "./user-turn-behind.ts";
export { takeUserId } from "./take-user-id.ts";
export { takeUnless } from "./take-unless.ts";
export { fileName, loseCitations, loseName, requireMediaType, toDataURL, toPlainText } from "./media-source.ts";
export { SchemaRoom, type SchemaRoomLimits } from "./schema-room.ts";
export { lowerSchema, type LoweredSchema, type SchemaObstacle, type SchemaRules } from "./lower-schema.ts";
export { legalPropertyNames, ownPropertyNames } from "./property-names.ts";
export { chooseTool, sentTools } from "./choose-tool.ts";
export { NameMap } from "./name-map.ts";
export {
  defined,
  dropNative,
  layOverFlatTools,
  layOverTools,
  mergeNative,
  pairs,
  toolNames,
  withoutInside,
  type MergeRules,
} from "./native-fields.ts";
export {
  addInstructions,
  addToPrompt,
  addToSystem,
  jsonInstruction,
  objectFormat,
  toolInWords,
  type FormatPlan,
} from "./json-instruction.ts";
export { ORGANIZATION, withoutForeignReasoning } from "./foreign-reasoning.ts";
export { targetScopes, type ScopeParts } from "./scope-id.ts";
export type { Clock } from "../model/clock.ts";
export { Count, MOST } from "../model/count.ts";
export type { PartEvent } from "../model/events.ts";
export type { FailureClass, FailureScope } from "../model/failure.ts";
export type { FinishReason } from "../model/finish-reason.ts";
export { parseBoundedJson } from "../model/json-structure.ts";
export { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
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

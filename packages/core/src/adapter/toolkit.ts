// What adapters share. Not part of the contract: may change in a minor version.
export { isLoopback } from "./options/target-options.ts";
export {
  ANYTHING,
  checkShape,
  duration,
  FLAG,
  FULL_TEXT,
  FUNCTION,
  LIST,
  listed,
  NUMBER,
  OBJECT,
  oneOf,
  required,
  TEXT,
  whole,
  type ShapeOf,
} from "../model/rules.ts";
export { SDK_CLIENT, sdkIdentity, sdkProblems } from "./transport/sdk-connection.ts";
export { cappedFetch, type Fetch } from "./transport/capped-fetch.ts";
export { FRESH_CONNECTION, freshInit, type FreshInit } from "./transport/fresh-connection.ts";
export { TRANSPORT } from "./transport/transports.ts";
export { lazyConnection } from "./transport/lazy-connection.ts";
export { loadOnce } from "./transport/load-once.ts";
export {
  checkCloudOptions,
  GOOGLE_CLOUD_PROJECT,
  type CloudCheckedOptions,
  type CloudTargetOptions,
  type GoogleCloudOptions,
  type GoogleToken,
} from "./options/google-cloud.ts";
export { googleConnection, type GoogleConnectionSetup } from "./transport/google-connection.ts";
export { refuseVendorFiles } from "./requests/vendor-files.ts";
export { askFor, keyHeader } from "./transport/credential-functions.ts";
export { identity } from "./transport/client-credential.ts";
export { joinHeader, mergeHeaders } from "./transport/merge-headers.ts";
export { isHost } from "./options/vendor-host.ts";
export { abilities, knownModels, plainCallIds, rowOf, sizeOf } from "./options/model-table.ts";
export { modelPathProblems } from "./options/model-path.ts";
export { readAnswer } from "./reading/read-answer.ts";
export { Evidence, type EvidenceSetup } from "./reading/evidence.ts";
export { checkFinishValue } from "./reading/finish-value.ts";
export { RunningTotals } from "./reading/running-totals.ts";
export { readAnyError, readErrorFields, type VendorError } from "./failures/vendor-error.ts";
export { readRpcStatus, RPC_LIMITS, RPC_STATUSES } from "./failures/rpc-status.ts";
export { BEDROCK_MANTLE, BEDROCK_RUNTIME, GOOGLE_CLOUD } from "./failures/cloud-hosts.ts";
export { CLOUD_FAILURES, CLOUD_STATUSES, readCloudError } from "./failures/cloud-failures.ts";
export { DAILY, OVERLOADED } from "./failures/error-words.ts";
export { IN_BAND_WORDS } from "./failures/in-band-words.ts";
export { CarriedResponse, networkFailure, type FailedResponse } from "./failures/network-failure.ts";
export { unsupported } from "./failures/unsupported.ts";
export { parseDuration, retryAfterMs, type WaitSources } from "./failures/retry-after.ts";
export { redact } from "./failures/redact.ts";
export { cleanId } from "../model/clean-text.ts";
export {
  OpenCall,
  OpenText,
  TextParts,
  type CallFields,
  type CallStart,
  type PartExtras,
  type TextPartsSetup,
} from "./parts/open-parts.ts";
export { JsonPieces } from "./reading/json-pieces.ts";
export { PartsByIndex } from "./parts/parts-by-index.ts";
export { bytesOf, toCharacters } from "./reading/utf8-offsets.ts";
export { VendorData } from "./parts/vendor-data.ts";
export { readAnnotation } from "./parts/read-annotation.ts";
export { placeTexts } from "./parts/place-texts.ts";
export { noMedia, toChatMessages, type ChatMessageRules } from "./chat/chat-messages.ts";
export { toChatMedia } from "./chat/chat-files.ts";
export { callArguments } from "./chat/chat-answer.ts";
export { CHAT_REFUSALS, readChatError } from "./chat/chat-refusals.ts";
export { ChatReader, type ChatReaderSetup } from "./chat/chat-reader.ts";
export { addToInput, toInputItems, toInputText, type InputRules } from "./responses/input-items.ts";
export { ResponsesReader, type ResponsesReaderSetup } from "./responses/responses-reader.ts";
export { StopCutter } from "./reading/stop-cutter.ts";
export { parseToolInput, toolInputObject, toolInputText, type ToolInput } from "./parts/tool-input.ts";
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
} from "./repairs/repairs.ts";
export { looserSchemas, looserTools, SCHEMA, STRICT } from "./repairs/schema-repairs.ts";
export { OUTPUT_LIMIT_REFUSED, withinStated } from "./failures/output-limit.ts";
export { samplingRefused } from "./failures/sampling-refused.ts";
export { NO_ROUTE } from "./failures/gateway-refusals.ts";
export { objectInput } from "./requests/object-input.ts";
export { reasoningBudget } from "./requests/reasoning-budget.ts";
export { clampEffort } from "./requests/reasoning-effort.ts";
export { planEffort, type EffortRules, type ReasoningPlan } from "./requests/plan-effort.ts";
export { clampOutputTokens } from "./requests/clamp-output-tokens.ts";
export { settleHostedTools, type HostedTools } from "./requests/hosted-tools.ts";
export { inMessage, type ReportMessageLoss } from "./requests/message-loss.ts";
export { takeSampling } from "./requests/take-sampling.ts";
export { isBlankStop, takeFilledStops, takeStops } from "./requests/take-stops.ts";
export { userTurnBehind } from "./requests/user-turn-behind.ts";
export { takeUserId } from "./requests/take-user-id.ts";
export { countMarks, markTurns } from "./requests/cache-places.ts";
export { takeTemperature, takeUnless } from "./requests/take-unless.ts";
export {
  fileAsText,
  fileName,
  loseCitations,
  loseName,
  requireMediaType,
  toDataURL,
  toPlainText,
} from "./parts/media-source.ts";
export { SchemaRoom, type SchemaRoomLimits } from "./schemas/schema-room.ts";
export { lowerSchema, type LoweredSchema, type SchemaObstacle, type SchemaRules } from "./schemas/lower-schema.ts";
export { NARROW_SCHEMA } from "./schemas/narrow-schema.ts";
export { legalPropertyNames, ownPropertyNames } from "./schemas/property-names.ts";
export { chooseTool, mustCall, sentTools } from "./requests/choose-tool.ts";
export { NameMap } from "./requests/name-map.ts";
export {
  defined,
  dropNative,
  filled,
  layOverFlatTools,
  layOverTools,
  mergeNative,
  pairs,
  actsAtVendor,
  toolNames,
  withoutInside,
  type MergeRules,
} from "./requests/native-fields.ts";
export {
  addInstructions,
  addToPrompt,
  addToSystem,
  jsonInstruction,
  objectFormat,
  toolInWords,
  type FormatPlan,
} from "./requests/json-instruction.ts";
export { ORGANIZATION, withoutForeignReasoning } from "./requests/foreign-reasoning.ts";
export { targetScopes, type ScopeParts } from "./options/target-scopes.ts";
export { Count, MOST } from "../model/count.ts";
export { parseBoundedJson } from "../model/json-structure.ts";

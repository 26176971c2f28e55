import {
  asObject,
  isJsonObject,
  type FailureRow,
  type FailureTable,
  type Foreign,
  type LimitHeaders,
  type RequestRepair,
} from "@understudy/core/adapter";
import {
  DAILY,
  forgetOpaque,
  forgetReasoning,
  leaveOut,
  leaveOutOnce,
  looserSchemas,
  NO_ROUTE,
  OUTPUT_LIMIT_REFUSED,
  OVERLOADED,
  readErrorFields,
  STREAMING_REFUSED,
  withoutStreaming,
  type VendorError,
} from "@understudy/core/toolkit";

const BILLING_CODES = [
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];
const POLICY_CODES = [
  "invalid_prompt",
  "content_filter",
  "content_policy_violation",
  "bio_policy",
  "misalignment_policy_violation",
  "image_content_policy_violation",
];
/** Each of the two APIs reads its own options. */
const OPTIONS_KEYS = ["openai", "openaiChat"];
const LIMITS: readonly LimitHeaders[] = [
  { class: "rate.requests", remaining: "remaining-requests", reset: "reset-requests" },
  { class: "rate.tokens", remaining: "remaining-tokens", reset: "reset-tokens" },
];
/** How a picture is refused, also inside of a failed answer. */
const MEDIA_CODES = [
  "invalid_image",
  "invalid_image_format",
  "invalid_base64_image",
  "invalid_image_url",
  "invalid_image_mode",
  "image_too_small",
  "image_parse_error",
  "empty_image_file",
  "failed_to_download_image",
  "image_file_not_found",
];
const LIMIT = "max_completion_tokens";
/** Fields without which it would be another request, and what is inside of them. All others can be left out when refused. */
const NEEDED =
  /^(?:(?:model|input|messages|instructions|tools|tool_choice|text\.format|response_format|max_(?:output_|completion_)?tokens)(?![^.[])|(?:text)?$)/;

const CODES: readonly FailureRow[] = [
  // Another key, of another project, may still work. Before the type, which says the same of every limit.
  { code: "project_spend_limit_exceeded", class: "billing.exhausted", scope: "key" },
  { code: BILLING_CODES, class: "billing.exhausted" },
  { type: "insufficient_quota", class: "billing.exhausted" },
  { status: 429, code: "slow_down", class: "rate.concurrency" },
  { code: ["server_is_overloaded", "slow_down"], class: "server.overloaded" },
  { type: "service_unavailable_error", class: "server.overloaded" },
  {
    text: /^This (?:model|endpoint)'s maximum context length is (?<window>\d[\d,]{0,15}) tokens/,
    class: "request.context-length",
  },
  { code: "context_length_exceeded", class: "request.context-length" },
  { code: POLICY_CODES, class: "policy.input-blocked" },
  { code: ["image_too_large", "image_file_too_large"], class: "request.too-large" },
  { code: MEDIA_CODES, class: "request.rejected" },
  { code: ["unsupported_image_media_type", "data_residency_mismatch"], class: "request.unsupported" },
  { code: ["model_not_found", "DeploymentNotFound"], class: "model.not-found" },
  ...NO_ROUTE,
  // Larger than the limit itself: waiting does not help.
  { status: 429, text: /^Request too large for\b/i, class: "request.too-large" },
  // Before the types: they say the same of every period.
  { status: 429, text: DAILY, class: "rate.daily" },
  { inBand: true, code: "rate_limit_exceeded", text: DAILY, class: "rate.daily" },
  { type: "tokens", class: "rate.tokens" },
  { type: "requests", class: "rate.requests" },
];

const unsupported = { status: [400, 422], class: "request.unsupported" } as const;
const WITHOUT_EARLIER_REASONING: RequestRepair = {
  description: "without earlier reasoning",
  loss: { what: "messages reasoning", action: "dropped" },
  once: true,
  // Ids go with it: they are refused without the reasoning that came before them.
  apply: (request) => forgetOpaque(forgetReasoning(request)),
};
const schemaRefused = { ...unsupported, repair: looserSchemas } as const;
const withoutReasoning = { class: "request.rejected", repair: WITHOUT_EARLIER_REASONING } as const;

const REFUSALS: readonly FailureRow[] = [
  { ...unsupported, param: "stream", repair: withoutStreaming },
  STREAMING_REFUSED,
  { ...schemaRefused, code: "invalid_json_schema", capability: "jsonOutput" },
  { ...schemaRefused, code: "invalid_function_parameters" },
  // Where a gateway lost the code.
  { ...schemaRefused, text: /^Invalid schema for response_format '[\w-]{1,64}'/, capability: "jsonOutput" },
  { ...schemaRefused, text: /^Invalid schema for function '[\w-]{1,128}'/ },
  OUTPUT_LIMIT_REFUSED,
  { ...unsupported, param: "reasoning.summary", repair: () => leaveOut("reasoning.summary") },
  // Servers that speak this format call the limit by one of two names.
  { ...unsupported, param: "max_tokens", repair: () => leaveOut("max_tokens") },
  { ...unsupported, code: "unknown_parameter", param: LIMIT, repair: () => leaveOut(LIMIT) },
  { ...withoutReasoning, code: "invalid_encrypted_content" },
  {
    ...withoutReasoning,
    text: /^(?:Item '[\w-]{1,100}' (?:of type '\w{1,40}' )?was provided without its required (?:following item|'reasoning' item)|Duplicate item found with id)/,
  },
  { ...unsupported, code: ["unsupported_parameter", "unsupported_value", "unknown_parameter"], repair: withoutParam },
  {
    ...unsupported,
    text: /^(?:Unsupported (?:parameter|value): '[\w.[\]]{1,100}'|Unrecognized request argument supplied: [\w.]{1,100}|(?:`?[\w.]{1,60}`? (?:is|are)|[A-Z]\w{1,30}(?: \w{1,30}){0,3}) not supported (?:with|by|for) th(?:is|e) (?:model|endpoint|API)\b|(?:This|The) model does not support\b)/i,
    repair: withoutParam,
  },
  { ...unsupported, code: "unsupported_file", capability: "files" },
];

const IN_BAND: readonly FailureRow[] = [
  { inBand: true, code: "rate_limit_exceeded", class: "rate.unknown" },
  { inBand: true, code: ["server_error", "vector_store_timeout"], class: "server.error" },
  { inBand: true, type: "server_error", class: "server.error" },
  { inBand: true, type: "invalid_request_error", class: "request.rejected" },
  { inBand: true, text: OVERLOADED, class: "server.overloaded" },
];

/** How this vendor fails, on either of its APIs. */
export const failureTable: FailureTable = {
  rows: [...CODES, ...REFUSALS, ...IN_BAND],
  readError,
  requestIdHeaders: ["x-request-id", "apim-request-id"],
  rateLimitPrefix: "x-ratelimit-",
  limits: LIMITS,
};

/**
 * `{ error: { message, type, param, code } }`; flat in a stream; its inside alone from the vendor's SDK; `{ error: "text" }`
 * from compatible servers.
 */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(body);
  const inner = outer["error"];
  if (typeof inner === "string" && inner !== "") return { message: inner };
  const error = isJsonObject(inner) ? inner : isBare(outer) ? outer : undefined;
  return error === undefined ? undefined : readErrorFields(error);
}

function isBare({ type, message, code }: Foreign): boolean {
  if (type === "error") return true;
  if (typeof message !== "string") return false;
  // Gateways put the status there; smaller numbers are a proxy's own.
  const isStatus = typeof code === "number" && code >= 400 && code <= 599;
  return typeof type === "string" || typeof code === "string" || isStatus;
}

/** What is inside of a field goes with all of it, but not with a format that stands beside it. */
function withoutParam({ param = "", code }: VendorError): RequestRepair | undefined {
  if (NEEDED.test(param)) return undefined;
  const field = param.replace(/^(text\.\w+|\w+).*/s, "$1");
  return code === "unsupported_value" ? leaveOutOnce(field, OPTIONS_KEYS) : leaveOut(field);
}

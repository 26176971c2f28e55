import {
  asObject,
  asString,
  cleanId,
  isJsonObject,
  type FailureRow,
  type FailureTable,
  type FiredLimit,
  type Foreign,
  type Repair,
  type TargetRequest,
  type VendorError,
} from "@understudy/core/adapter";

/** What a target learns from a refusal and keeps to from then on. */
export interface Refusals {
  readonly stopStreaming: () => void;
  readonly stopSummarizing: () => void;
}

const BILLING_CODES = [
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "billing_hard_limit_reached",
];
const POLICY_CODES = [
  "invalid_prompt",
  "content_filter",
  "content_policy_violation",
  "bio_policy",
  "misalignment_policy_violation",
  "image_content_policy_violation",
];
const TOO_LARGE_CODES = ["image_too_large", "image_file_too_large"];
/** Parameters without which the request still means nearly the same. */
const DISPENSABLE = new Set([
  "temperature",
  "top_p",
  "top_logprobs",
  "logprobs",
  "seed",
  "stop",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "reasoning",
  "reasoning_effort",
  "include",
  "text.verbosity",
  "verbosity",
  "parallel_tool_calls",
  "safety_identifier",
  "user",
  "metadata",
  "service_tier",
  "store",
  "stream_options",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
]);

/** How this vendor fails, on either of its APIs. `options`: the name of the API's native options in a request. */
export function failureTable(options: "openai" | "openaiChat", refusals: Refusals): FailureTable {
  return {
    rows: [...CODES, ...RATES, ...refused(options, refusals), ...TYPES],
    readError,
    requestIdHeaders: ["x-request-id", "apim-request-id", "x-amzn-requestid"],
    rateLimitPrefix: "x-ratelimit-",
    firedLimit,
  };
}

const CODES: readonly FailureRow[] = [
  { code: BILLING_CODES, class: "billing.exhausted" },
  { type: "insufficient_quota", class: "billing.exhausted" },
  // Another key, of another project, may still work.
  { code: "project_spend_limit_exceeded", class: "billing.exhausted", scope: "key" },
  { status: 429, code: "slow_down", class: "rate.concurrency" },
  { code: ["server_is_overloaded", "slow_down"], class: "server.overloaded" },
  {
    code: "context_length_exceeded",
    text: /length is (?<window>\d[\d,]{0,15}) tokens/,
    class: "request.context-length",
  },
  { code: "context_length_exceeded", class: "request.context-length" },
  { code: POLICY_CODES, class: "policy.input-blocked" },
  { code: TOO_LARGE_CODES, class: "request.too-large" },
  { code: "model_not_found", text: /deprecated|retired/i, class: "model.deprecated" },
  { code: ["model_not_found", "DeploymentNotFound"], class: "model.not-found" },
  { status: 404, param: "model", class: "model.not-found" },
];

const RATES: readonly FailureRow[] = [
  // Larger than the limit itself: waiting does not help.
  { status: 429, text: /^Request too large/i, class: "request.too-large" },
  { status: 429, text: /per day|\b[RT]PD\b/i, class: "rate.daily" },
  { status: 429, type: "tokens", class: "rate.tokens" },
  { status: 429, type: "requests", class: "rate.requests" },
  { inBand: true, code: "rate_limit_exceeded", text: /\bTPM\b|tokens per/i, class: "rate.tokens" },
  { inBand: true, code: "rate_limit_exceeded", text: /\bRPM\b|requests per/i, class: "rate.requests" },
  { inBand: true, code: ["rate_limit_exceeded", "429"], class: "rate.unknown" },
];

function refused(
  options: "openai" | "openaiChat",
  { stopStreaming, stopSummarizing }: Refusals,
): readonly FailureRow[] {
  const status = [400, 422];
  const unsupported = { status, class: "request.unsupported" } as const;
  const whole = (): Repair => {
    stopStreaming();
    return { description: "without streaming", apply: (request) => request };
  };
  const unseen = (): Repair => {
    stopSummarizing();
    return { description: "without showing reasoning", apply: (request) => request };
  };
  const without = ({ param = "" }: VendorError): Repair | undefined => dropField(options, param);
  return [
    { ...unsupported, param: "stream", repair: whole },
    { ...unsupported, text: /\bstream(?:ing|ed)?\b.{0,60}\b(?:not|disabled|cannot)\b/i, repair: whole },
    { ...unsupported, text: /must be verified to stream/i, repair: whole },
    { ...unsupported, param: ["reasoning.summary", "reasoning.generate_summary"], repair: unseen },
    { ...unsupported, param: ["max_tokens", "max_completion_tokens"], repair: renameLimit },
    {
      status,
      code: "invalid_encrypted_content",
      class: "request.rejected",
      repair: () => ({ description: "without earlier reasoning", apply: forgetReasoning }),
    },
    {
      status,
      text: /without its required (?:following item|'reasoning' item)/,
      class: "request.rejected",
      repair: () => ({ description: "without earlier reasoning", apply: forgetReasoning }),
    },
    { ...unsupported, code: ["unsupported_parameter", "unsupported_value", "unknown_parameter"], repair: without },
    { ...unsupported, param: "tools", capability: "tools" },
    {
      ...unsupported,
      code: ["invalid_json_schema"],
      capability: "jsonOutput",
    },
    {
      ...unsupported,
      text: /maximum context length is (?<window>\d[\d,]{0,15}) tokens/,
      class: "request.context-length",
    },
    { ...unsupported, text: /encrypted content is not supported/i, repair: () => dropField(options, "include") },
  ];
}

const TYPES: readonly FailureRow[] = [
  { type: "service_unavailable_error", class: "server.overloaded" },
  { inBand: true, code: ["server_error", "vector_store_timeout"], class: "server.error" },
  { inBand: true, type: "server_error", class: "server.error" },
  { inBand: true, code: "invalid_api_key", class: "auth.invalid" },
  { inBand: true, type: "invalid_request_error", class: "request.rejected" },
  { inBand: true, code: ["500", "502", "503", "504"], class: "server.error" },
  { inBand: true, text: /overloaded/i, class: "server.overloaded" },
];

/**
 * `{ error: { message, type, param, code } }`; flat in a stream; its inside alone from the vendor's SDK; `{ error: "text" }`
 * from compatible servers.
 */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(body);
  const inner = outer["error"];
  if (typeof inner === "string" && inner !== "") return { message: inner };
  const error = isJsonObject(inner) ? inner : isBare(outer) ? outer : undefined;
  if (error === undefined) return undefined;
  const type = asString(error["type"]);
  return {
    type: type === "error" ? undefined : type,
    code: cleanId(error["code"]),
    param: asString(error["param"]),
    message: asString(error["message"]),
  };
}

function isBare(body: Foreign): boolean {
  if (body["type"] === "error") return true;
  return typeof body["message"] === "string" && (typeof body["type"] === "string" || typeof body["code"] === "string");
}

function firedLimit(headers: Headers): FiredLimit | undefined {
  for (const [name, failureClass] of [
    ["requests", "rate.requests"],
    ["tokens", "rate.tokens"],
  ] as const) {
    if (headers.get(`x-ratelimit-remaining-${name}`) !== "0") continue;
    return { class: failureClass, reset: headers.get(`x-ratelimit-reset-${name}`) };
  }
  return undefined;
}

/** The field is named by the refusal; what is inside of it goes with all of it. */
function dropField(options: "openai" | "openaiChat", param: string): Repair | undefined {
  const [field = ""] = param.split(/[.[]/, 1);
  if (!DISPENSABLE.has(field) && !DISPENSABLE.has(param)) return undefined;
  return { description: `without ${field}`, apply: (request) => withField(request, options, { [field]: undefined }) };
}

/** The name of the output limit differs between servers that speak this format. */
function renameLimit({ param, message = "" }: VendorError): Repair | undefined {
  const other = param === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  if (param === undefined || message.includes("too large")) return undefined;
  return {
    description: `${other} instead of ${param}`,
    apply: (request) => withField(request, "openaiChat", { [param]: undefined, [other]: request.maxOutputTokens }),
  };
}

function withField(
  request: TargetRequest,
  options: "openai" | "openaiChat",
  fields: Readonly<Record<string, number | undefined>>,
): TargetRequest {
  const { vendorOptions } = request;
  return { ...request, vendorOptions: { ...vendorOptions, [options]: { ...vendorOptions?.[options], ...fields } } };
}

/** Ids go with it: they are refused without the reasoning that came before them. */
function forgetReasoning(request: TargetRequest): TargetRequest {
  const messages = request.messages.map((message) =>
    message.role === "assistant"
      ? {
          ...message,
          content: message.content
            .filter((part) => part.type !== "reasoning")
            .map((part) => (part.type === "opaque" ? part : { ...part, opaque: undefined })),
        }
      : message,
  );
  return { ...request, messages: messages.filter((message) => message.content.length > 0) };
}

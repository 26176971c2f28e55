import {
  asObject,
  asString,
  forgetReasoning,
  OVERLOADED,
  ownReasoning,
  repairWith,
  schemaInWords,
  stopReasoning,
  STREAMING_REFUSED,
  type FailureRow,
  type FailureTable,
  type LimitHeaders,
  type Repair,
  type TargetRequest,
  type VendorError,
} from "@understudy/core/adapter";

const SPEND_CODES = [
  "enforced_spend_limit_reached",
  "contract_spend_limit_reached",
  "linked_organization_spend_limit_reached",
  "linked_organization_billing_unavailable",
];
const TOO_LARGE_CODES = ["request_body_too_large_after_decoding", "image_dimensions_too_large"];
const ACCOUNT_CODES = ["organization_on_hold", "cmek_key_disabled"];
const LIMITS: readonly LimitHeaders[] = [
  { class: "rate.requests", remaining: "requests-remaining", reset: "requests-reset" },
  { class: "rate.tokens", remaining: "tokens-remaining", reset: "tokens-reset" },
  { class: "rate.tokens", remaining: "input-tokens-remaining", reset: "input-tokens-reset" },
  { class: "rate.tokens", remaining: "output-tokens-remaining", reset: "output-tokens-reset" },
];

/** `temperature` and `top_p` cannot both be specified; top_k: Extra inputs are not permitted. */
const SAMPLING =
  /^`?(temperature|top_[pk])`?(?::| and `?(temperature|top_[pk])`? (?:cannot|may not)\b| (?:is|may|must|cannot)\b)/;

const CODES: readonly FailureRow[] = [
  { code: SPEND_CODES, class: "billing.exhausted" },
  { code: "ramp_limit_exceeded", class: "rate.concurrency" },
  { code: TOO_LARGE_CODES, class: "request.too-large" },
  { code: ACCOUNT_CODES, class: "auth.forbidden", scope: "key" },
];

const refused = { status: 400, class: "request.rejected" } as const;
const unsupported = { status: 400, class: "request.unsupported" } as const;

/** What a 400 is about is told in its message only, often behind the place in the request: `messages.1.content.0: …`. */
const REFUSALS: readonly FailureRow[] = [
  { status: 400, text: /^Your credit balance is too low\b/, class: "billing.exhausted" },
  {
    status: 400,
    text: /^You(?:r (?:organization|workspace))? ha(?:ve|s) reached (?:your|its) specified (?:\w{1,20} ){0,2}(?:usage|spend(?:ing)?) limits?\b/,
    class: "billing.exhausted",
  },
  {
    status: 400,
    text: /^prompt is too long(?:: \d{1,12} tokens > (?<window>\d{1,12}) maximum|\.?$)/,
    class: "request.context-length",
  },
  {
    status: 400,
    text: /^input length and `max_tokens` exceed context limit: \d{1,12} \+ \d{1,12} > (?<window>\d{1,12})/,
    class: "request.context-length",
  },
  { status: 400, text: /^Input is too long for requested model\b/, class: "request.context-length" },
  {
    status: 400,
    text: /^(?:messages[.\w]{1,60}\.(?:image|document)(?:\.\w{1,30}){0,4}: )?(?:image exceeds \d{1,6} ?MB maximum|A maximum of \d{1,6} (?:PDF )?(?:pages|images) may be provided)/,
    class: "request.too-large",
  },
  {
    ...refused,
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:\.type)?: Expected `thinking` or `redacted_thinking`, but found `/,
    repair: repairWith("without reasoning", stopReasoning),
  },
  {
    ...refused,
    // Where the path itself says that it is about reasoning, any sentence may follow.
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:: Invalid `signature` in `\w{1,30}` block|: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified|(?:\.\w{1,30})?\.signature: )/,
    repair: repairWith("without earlier reasoning", forgetReasoning),
  },
  { ...unsupported, text: SAMPLING, repair: dropSampling },
  {
    ...unsupported,
    text: /^(?:This model does not support (?:the )?effort (?:parameter|level)\b|output_config\.effort: )/,
    repair: repairWith("without effort", dropEffort),
  },
  {
    ...unsupported,
    text: /^(?:"thinking\.type\.\w{1,30}" is not supported for this model|thinking(?:\.\w{1,30}){0,4}: |(?:[Aa]daptive |[Ee]xtended )?[Tt]hinking (?:is not supported|may not be enabled)\b|`max_tokens` must be greater than `thinking\.budget_tokens`)/,
    repair: repairWith("with the model's own thinking", ownReasoning),
  },
  {
    ...unsupported,
    text: /^(?:tool_choice(?:\.\w{1,30}){0,4}: |`tool_choice` (?:is|may|must|cannot)\b)/,
    repair: repairWith("without forcing a tool", freeTools),
  },
  {
    ...unsupported,
    text: /^(?:output_config\.format(?:\.[\w$-]{1,60}){0,20}: |output_format(?:\.[\w$-]{1,60}){0,20}: |Schemas? (?:is|are|contains?|has|have) (?:too|invalid|not supported)\b)/,
    capability: "jsonOutput",
    repair: repairWith("with the schema in words", schemaInWords),
  },
  {
    ...unsupported,
    text: /^(?:(?:[a-z]\w{0,30}\.[.\w]{0,120}\.)?cache_control(?:\.\w{1,30}){0,4}: |A maximum of \d{1,6} blocks with cache_control may be provided\b)/,
    repair: repairWith("without caching", dropCache),
  },
  { ...unsupported, text: /^This model does not support assistant message prefill\b/ },
  STREAMING_REFUSED,
];

const IN_BAND: readonly FailureRow[] = [
  { inBand: true, type: "overloaded_error", class: "server.overloaded" },
  { inBand: true, type: "serviceUnavailableException", class: "server.overloaded" },
  { inBand: true, type: ["rate_limit_error", "throttlingException"], class: "rate.unknown" },
  { inBand: true, type: "billing_error", class: "billing.exhausted" },
  { inBand: true, type: ["timeout_error", "modelTimeoutException"], class: "timeout.upstream" },
  { inBand: true, type: "authentication_error", class: "auth.invalid" },
  { inBand: true, type: "permission_error", class: "auth.forbidden" },
  { inBand: true, type: "not_found_error", class: "model.not-found" },
  { inBand: true, type: "request_too_large", class: "request.too-large" },
  { inBand: true, text: /^Your credit balance is too low\b/, class: "billing.exhausted" },
  { inBand: true, text: OVERLOADED, class: "server.overloaded" },
  { inBand: true, text: /^(?:Too many requests\b|Rate limit(?:ed\b| reached\b| exceeded\b))/i, class: "rate.unknown" },
  { inBand: true, type: ["invalid_request_error", "validationException"], class: "request.rejected" },
  {
    inBand: true,
    type: ["api_error", "internalServerException", "modelStreamErrorException"],
    class: "server.error",
  },
];

/** How this vendor fails. */
export const failureTable: FailureTable = {
  rows: [...CODES, ...REFUSALS, ...IN_BAND],
  readError,
  requestIdHeaders: ["request-id", "x-amzn-requestid", "apim-request-id"],
  rateLimitPrefix: "anthropic-ratelimit-",
  limits: LIMITS,
};

/** `{ type: "error", error: { type, message, details: { error_code } }, request_id }`. */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(body);
  const error = asObject(outer["error"]);
  const type = asString(error["type"]);
  if (type === undefined) return undefined;
  return {
    type,
    code: asString(asObject(error["details"])["error_code"]),
    message: asString(error["message"]),
    requestId: asString(outer["request_id"]),
  };
}

function dropSampling({ message = "" }: VendorError): Repair {
  const names = (SAMPLING.exec(message) ?? []).slice(1).filter((name) => name !== undefined);
  // Two that exclude each other are both named: then the first may stay.
  const dropped = names.length > 1 ? names.slice(1) : names;
  return {
    description: `without ${dropped.join(" and ")}`,
    apply: (request) => ({
      ...request,
      temperature: dropped.includes("temperature") ? undefined : request.temperature,
      topP: dropped.includes("top_p") ? undefined : request.topP,
      topK: dropped.includes("top_k") ? undefined : request.topK,
    }),
  };
}

function dropEffort(request: TargetRequest): TargetRequest {
  return { ...request, reasoning: { ...request.reasoning, effort: undefined } };
}

function freeTools(request: TargetRequest): TargetRequest {
  return { ...request, toolChoice: "auto" };
}

function dropCache(request: TargetRequest): TargetRequest {
  return { ...request, cache: false };
}

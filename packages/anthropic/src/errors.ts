import {
  asObject,
  asString,
  forgetReasoning,
  ownReasoning,
  repairWith,
  schemaInWords,
  stopReasoning,
  withoutStreaming,
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

/** How this vendor fails. `stopStreaming` makes the target ask for answers in one piece from then on. */
export function failureTable(stopStreaming: () => void): FailureTable {
  return {
    rows: [...CODES, ...refusals(stopStreaming), ...IN_BAND],
    readError,
    requestIdHeaders: ["request-id", "x-amzn-requestid", "apim-request-id"],
    rateLimitPrefix: "anthropic-ratelimit-",
    limits: LIMITS,
  };
}

const CODES: readonly FailureRow[] = [
  { code: SPEND_CODES, class: "billing.exhausted" },
  { code: "ramp_limit_exceeded", class: "rate.concurrency" },
  { code: TOO_LARGE_CODES, class: "request.too-large" },
  { code: ACCOUNT_CODES, class: "auth.forbidden", scope: "key" },
];

/** What a 400 is about is told in its message only. */
function refusals(stopStreaming: () => void): readonly FailureRow[] {
  const refused = { status: 400, class: "request.rejected" } as const;
  const unsupported = { status: 400, class: "request.unsupported" } as const;
  return [
    { status: 400, text: /credit balance|\b(?:usage|spend(?:ing)?) limits?\b/i, class: "billing.exhausted" },
    { status: 400, text: /prompt is too long(?:: \d+ tokens > (?<window>\d+))?/i, class: "request.context-length" },
    { status: 400, text: /exceeds? (?:the )?context (?:limit|window)/i, class: "request.context-length" },
    { status: 400, text: /exceeds \d+ ?MB|maximum of \d+ (?:PDF )?(?:pages|images)/i, class: "request.too-large" },
    { ...refused, text: /Expected `?(?:redacted_)?thinking/, repair: repairWith("without reasoning", stopReasoning) },
    {
      ...refused,
      text: /signature|`?thinking`? .{0,80}cannot be modified/i,
      repair: repairWith("without earlier reasoning", forgetReasoning),
    },
    { ...unsupported, text: /\b(?:temperature|top_p|top_k)\b/, repair: dropSampling },
    {
      ...unsupported,
      text: /\beffort (?:parameter|level)|^output_config\.effort/,
      repair: repairWith("without effort", dropEffort),
    },
    { ...unsupported, text: /\bthinking\b/, repair: repairWith("with the model's own thinking", ownReasoning) },
    { ...unsupported, text: /tool_choice|[Tt]ool choice/, repair: repairWith("without forcing a tool", freeTools) },
    {
      ...unsupported,
      text: /^(?!tools\.).*(?:output_config\.format|\bschemas?\b.{0,60}(?:too|invalid|not supported))/i,
      capability: "jsonOutput",
      repair: repairWith("with the schema in words", schemaInWords),
    },
    { ...unsupported, text: /cache_control/, repair: repairWith("without caching", dropCache) },
    { ...unsupported, text: /does not support assistant message prefill/ },
    {
      ...unsupported,
      text: /\bstream(?:ing|ed)?\b.{0,60}\b(?:not|disabled|cannot)\b/i,
      repair: withoutStreaming(stopStreaming),
    },
  ];
}

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
  { inBand: true, text: /credit balance/i, class: "billing.exhausted" },
  { inBand: true, text: /overloaded/i, class: "server.overloaded" },
  { inBand: true, text: /too many requests|rate limit/i, class: "rate.unknown" },
  { inBand: true, type: ["invalid_request_error", "validationException"], class: "request.rejected" },
  {
    inBand: true,
    type: ["api_error", "internalServerException", "modelStreamErrorException"],
    class: "server.error",
  },
];

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
  const names = ["temperature", "top_p", "top_k"].filter((name) => message.includes(name));
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

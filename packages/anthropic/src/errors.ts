import {
  asObject,
  asString,
  CLOUD_FAILURES,
  forgetReasoning,
  FREE_TOOLS,
  leaveOut,
  leaveUnset,
  OVERLOADED,
  OWN_REASONING,
  readCloudError,
  STREAMING_REFUSED,
  WITHOUT_CACHE,
  WITHOUT_CITATIONS,
  WITHOUT_EFFORT,
  WITHOUT_REASONING,
  withOutputTokens,
  type FailureRow,
  type FailureTable,
  type LimitHeaders,
  type RequestRepair,
  type TargetRequest,
  type VendorError,
} from "@understudy/core/adapter";
import { FORMAT } from "./request.ts";
import { WITHOUT_SERVER_TOOLS } from "./server-tools.ts";

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

const SAMPLERS: Readonly<Record<string, "temperature" | "topP" | "topK">> = { top_p: "topP", top_k: "topK" };
/** `temperature` and `top_p` cannot both be specified; top_k: Extra inputs are not permitted. */
const SAMPLING =
  /^`?(temperature|top_[pk])`?(?::| and `?(temperature|top_[pk])`? (?:cannot|may not)\b| (?:is|may|must|cannot)\b)/;

/** Anthropic's sentence, and Bedrock's. */
const OUTPUT_LIMIT =
  /^(?:max_tokens: \d{1,12} > (\d{1,9}), which is the maximum\b|The maximum tokens you requested exceeds the model limit of (\d{1,9})\b)/;
const WINDOW_WITH_OUTPUT =
  /^input length and `max_tokens` exceed context limit: (\d{1,12}) \+ \d{1,12} > (?<window>\d{1,12})/;
const SERVER_TOOLS =
  /^(?:(?:messages\.\d{1,6}(?:\.content\.\d{1,6})?: )?`\w{1,60}` tool use with id `?[\w-]{1,80}`? was found without a corresponding `\w{1,60}` block|messages\.\d{1,6}\.content\.\d{1,6}(?:\.\w{1,60}_tool_(?:use|result)|\.container_upload|\.text\.citations)(?:\.\w{1,60}){0,9}: |messages\.\d{1,6}\.content\.\d{1,6}: unexpected `tool_use_id` found in `\w{1,60}_tool_result` blocks\b|container_id is required when there are pending tool uses\b)/;
/** Less is hardly an answer. */
const LEAST_OUTPUT = 1_024;

const CODES: readonly FailureRow[] = [
  { code: SPEND_CODES, class: "billing.exhausted" },
  { status: 429, text: /^This request would exceed your organization's spend limit\b/, class: "billing.exhausted" },
  { code: "ramp_limit_exceeded", class: "rate.concurrency" },
  { code: TOO_LARGE_CODES, class: "request.too-large" },
  { code: ACCOUNT_CODES, class: "auth.forbidden", scope: "key" },
];

const WITHOUT_EARLIER_REASONING: RequestRepair = {
  description: "without earlier reasoning",
  loss: { what: "messages reasoning", action: "dropped" },
  once: true,
  apply: forgetReasoning,
};

/** Told behind whatever system the caller has. */
const SCHEMA_IN_WORDS: RequestRepair = {
  description: "with the schema in words",
  apply: (request) => {
    const { output, without = [] } = request;
    return output.type === "text" || without.includes(FORMAT) ? request : { ...request, without: [...without, FORMAT] };
  },
};
/** It belongs to one conversation. */
const WITHOUT_CONTAINER: RequestRepair = { ...leaveOut("container"), once: true };

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
    text: WINDOW_WITH_OUTPUT,
    class: "request.context-length",
    repair: withOutputThatFits,
  },
  {
    status: 400,
    text: /^Input (?:is too long for requested model\b|Tokens Exceeded: Number of input tokens exceeds maximum length\b)/,
    class: "request.context-length",
  },
  { ...unsupported, text: OUTPUT_LIMIT, repair: withOutputLimit },
  {
    status: 400,
    text: /^(?:messages[.\w]{1,60}\.(?:image|document)(?:\.\w{1,30}){0,4}: )?(?:image exceeds \d{1,6} ?MB maximum|A maximum of \d{1,6} (?:PDF )?(?:pages|images) may be provided)/,
    class: "request.too-large",
  },
  {
    ...refused,
    // A tool of the vendor's that waits for its result, one in another version's form, or what was cited of one.
    text: SERVER_TOOLS,
    repair: WITHOUT_SERVER_TOOLS,
  },
  { ...refused, text: /^container(?:\.\w{1,30}){0,2}: /, repair: WITHOUT_CONTAINER },
  { ...refused, text: /^metadata(?:\.user_id)?: /, repair: leaveOut("metadata") },
  {
    ...unsupported,
    text: /^(?:citations: |[Cc]itations must be enabled on all or none\b|messages[.\w]{1,60}\.document\.citations(?:\.\w{1,30}){0,2}: )/,
    repair: WITHOUT_CITATIONS,
  },
  {
    ...refused,
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:\.type)?: Expected `thinking` or `redacted_thinking`, but found `/,
    repair: WITHOUT_REASONING,
  },
  {
    ...refused,
    // Where the path itself says that it is about reasoning, any sentence may follow.
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:: Invalid `signature` in `\w{1,30}` block|: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified|(?:\.\w{1,30})?\.signature: )/,
    repair: WITHOUT_EARLIER_REASONING,
  },
  { ...unsupported, text: SAMPLING, repair: dropSampling },
  {
    ...unsupported,
    text: /^(?:This model does not support (?:the )?effort (?:parameter|level)\b|output_config\.effort: )/,
    repair: WITHOUT_EFFORT,
  },
  {
    ...unsupported,
    text: /^(?:"thinking\.type\.\w{1,30}" is not supported for this model|thinking(?:\.\w{1,30}){0,4}: |(?:[Aa]daptive |[Ee]xtended )?[Tt]hinking (?:is not supported|may not be enabled)\b|`max_tokens` must be greater than `thinking\.budget_tokens`)/,
    repair: OWN_REASONING,
  },
  {
    ...unsupported,
    text: /^(?:tool_choice(?:\.\w{1,30}){0,4}: |`tool_choice` (?:is|may|must|cannot)\b)/,
    repair: FREE_TOOLS,
  },
  {
    ...unsupported,
    text: /^(?:output_config\.format(?:\.[\w$-]{1,60}){0,20}: |output_format(?:\.[\w$-]{1,60}){0,20}: |Schemas? (?:is|are|contains?|has|have) (?:too|invalid|not supported)\b|The compiled grammar is too large\b)/,
    capability: "jsonOutput",
    repair: SCHEMA_IN_WORDS,
  },
  {
    ...unsupported,
    text: /^(?:(?:[a-z]\w{0,30}\.[.\w]{0,120}\.)?cache_control(?:\.\w{1,30}){0,4}: |A maximum of \d{1,6} blocks with cache_control may be provided\b)/,
    repair: WITHOUT_CACHE,
  },
  { ...unsupported, text: /^This model does not support assistant message prefill\b/ },
  STREAMING_REFUSED,
];

const IN_BAND: readonly FailureRow[] = [
  { inBand: true, type: "overloaded_error", class: "server.overloaded" },
  { inBand: true, type: "serviceUnavailableException", class: "server.overloaded" },
  {
    inBand: true,
    type: ["rate_limit_error", "throttlingException", "serviceQuotaExceededException"],
    class: "rate.unknown",
  },
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
  rows: [...CODES, ...REFUSALS, ...CLOUD_FAILURES, ...IN_BAND],
  readError,
  requestIdHeaders: ["request-id", "x-amzn-requestid", "apim-request-id"],
  rateLimitPrefix: "anthropic-ratelimit-",
  limits: LIMITS,
};

/** `{ type: "error", error: { type, message, details: { error_code } }, request_id }`, or an error of a cloud's own. */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(body);
  const error = asObject(outer["error"]);
  const type = asString(error["type"]);
  if (type === undefined) return readCloudError(body);
  return {
    type,
    code: asString(asObject(error["details"])["error_code"]),
    message: asString(error["message"]),
    requestId: asString(outer["request_id"]),
  };
}

/** The limit that the vendor states. */
function withOutputLimit({ message = "" }: VendorError): RequestRepair | undefined {
  const [, own, bedrock] = OUTPUT_LIMIT.exec(message) ?? [];
  return withMaxOutput(Number(own ?? bedrock));
}

/** What the prompt leaves of the window. Another prompt leaves another. */
function withOutputThatFits({ message = "" }: VendorError): RequestRepair | undefined {
  const [, input, window] = WINDOW_WITH_OUTPUT.exec(message) ?? [];
  const room = Number(window) - Number(input);
  return room >= LEAST_OUTPUT ? { ...withMaxOutput(room), once: true } : undefined;
}

/** One is always sent: the adapter's own, where the request has none. */
function withMaxOutput(limit: number): RequestRepair {
  const apply = (request: TargetRequest): TargetRequest =>
    (request.maxOutputTokens ?? Infinity) <= limit ? request : { ...request, maxOutputTokens: limit };
  return { ...withOutputTokens(limit), apply };
}

function dropSampling({ message = "" }: VendorError): RequestRepair {
  const names = (SAMPLING.exec(message) ?? []).slice(1).filter((name) => name !== undefined);
  // Two that exclude each other are both named: then the first may stay.
  const dropped = names.length > 1 ? names.slice(1) : names;
  return leaveUnset(
    dropped.map((name) => SAMPLERS[name] ?? "temperature"),
    dropped.join(" and "),
  );
}

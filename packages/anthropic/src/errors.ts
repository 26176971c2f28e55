import {
  asObject,
  asString,
  forgetReasoning,
  leaveOut,
  OVERLOADED,
  OWN_REASONING,
  readAnyError,
  STREAMING_REFUSED,
  WITHOUT_REASONING,
  type FailureRow,
  type FailureTable,
  type LimitHeaders,
  type RequestRepair,
  type TargetMessage,
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

/** `temperature` and `top_p` cannot both be specified; top_k: Extra inputs are not permitted. */
const SAMPLING =
  /^`?(temperature|top_[pk])`?(?::| and `?(temperature|top_[pk])`? (?:cannot|may not)\b| (?:is|may|must|cannot)\b)/;

/** What Bedrock puts before an error of the model's own. */
const AMAZON_PREFIX = /^The model returned the following errors: /;
/** Anthropic's sentence, and Bedrock's. */
const OUTPUT_LIMIT =
  /^(?:max_tokens: \d{1,12} > (\d{1,9}), which is the maximum\b|The maximum tokens you requested exceeds the model limit of (\d{1,9})\b)/;
const WINDOW_WITH_OUTPUT =
  /^input length and `max_tokens` exceed context limit: (\d{1,12}) \+ \d{1,12} > (?<window>\d{1,12})/;
const SERVER_TOOLS =
  /^(?:(?:messages\.\d{1,6}(?:\.content\.\d{1,6})?: )?`\w{1,60}` tool use with id `?[\w-]{1,80}`? was found without a corresponding `\w{1,60}` block|messages\.\d{1,6}\.content\.\d{1,6}(?:\.\w{1,60}_tool_(?:use|result)|\.container_upload|\.text\.citations)(?:\.\w{1,60}){0,9}: |container_id is required when there are pending tool uses\b)/;
/** Less is no answer. */
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
const WITHOUT_EFFORT: RequestRepair = {
  description: "without effort",
  loss: { what: "reasoning effort", action: "dropped" },
  apply: (request) => {
    const { reasoning } = request;
    return reasoning.effort === undefined ? request : { ...request, reasoning: { ...reasoning, effort: undefined } };
  },
};
const FREE_TOOLS: RequestRepair = {
  description: "without forcing a tool",
  loss: { what: "toolChoice", action: "downgraded" },
  apply: (request) =>
    typeof request.toolChoice === "string" && request.toolChoice !== "required"
      ? request
      : { ...request, toolChoice: "auto" },
};
const WITHOUT_CACHE: RequestRepair = {
  description: "without caching",
  loss: { what: "cache", action: "dropped" },
  apply: (request) => (request.cache === true ? { ...request, cache: false } : request),
};

/** Told behind whatever system the caller has. */
const SCHEMA_IN_WORDS: RequestRepair = {
  description: "with the schema in words",
  apply: (request) => {
    const { output, without = [] } = request;
    return output.type === "text" || without.includes(FORMAT) ? request : { ...request, without: [...without, FORMAT] };
  },
};
const WITHOUT_CITATIONS: RequestRepair = {
  description: "without citations",
  loss: { what: "messages citations", action: "dropped" },
  apply: (request) => {
    let isChanged = false;
    const messages = request.messages.map((message): TargetMessage => {
      if (message.role !== "user") return message;
      const content = message.content.map((part) => {
        if (part.type !== "file" || part.citations !== true) return part;
        isChanged = true;
        return { ...part, citations: false };
      });
      return { ...message, content };
    });
    return isChanged ? { ...request, messages } : request;
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
    text: /^(?:output_config\.format(?:\.[\w$-]{1,60}){0,20}: |output_format(?:\.[\w$-]{1,60}){0,20}: |Schemas? (?:is|are|contains?|has|have) (?:too|invalid|not supported)\b)/,
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

/** What the clouds say in their own words, and a status of Bedrock's. */
const CLOUDS: readonly FailureRow[] = [
  {
    status: 400,
    text: /^(?:The number of requests exceeds the service quota|Your (?:account|requests?) (?:has exceeded|exceeds?) (?:the |your )?(?:service )?quota)\b/,
    class: "rate.unknown",
  },
  {
    status: 400,
    text: /^(?:Invocation of model ID \S{1,200} with on-demand throughput isn.t supported|Publisher [Mm]odel `?[^`\s]{1,200}`? (?:is not servable|is not supported) in (?:region|location)|The model is not (?:available|servable) in (?:this )?(?:region|location))\b/,
    class: "model.not-found",
  },
  { status: 400, type: "FAILED_PRECONDITION", class: "auth.forbidden" },
  {
    status: 403,
    text: /^(?:User: [\w:/@.+=,-]{1,200} is not authorized to perform|You don.t have access to the model\b|Your account is not authorized to invoke\b)/,
    class: "auth.forbidden",
  },
  { status: 424, class: "server.error" },
];

/** How this vendor fails. */
export const failureTable: FailureTable = {
  rows: [...CODES, ...REFUSALS, ...CLOUDS, ...IN_BAND],
  readError,
  requestIdHeaders: ["request-id", "x-amzn-requestid", "apim-request-id"],
  rateLimitPrefix: "anthropic-ratelimit-",
  limits: LIMITS,
};

/**
 * `{ type: "error", error: { type, message, details: { error_code } }, request_id }`. The clouds put errors of their own
 * around it or in its place: Google `{ error: { code, status, message } }`, Microsoft `{ error: { code, message } }`, and
 * Amazon `{ message }`, of which only what it says of the model is known to be no gateway's.
 */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  const error = asObject(outer["error"]);
  const type = asString(error["type"]);
  if (type !== undefined) {
    return {
      type,
      code: asString(asObject(error["details"])["error_code"]),
      message: asString(error["message"]),
      requestId: asString(outer["request_id"]),
    };
  }
  const ofModel = asString(outer["message"])?.split(AMAZON_PREFIX)[1];
  if (ofModel !== undefined) return readAnyError(ofModel);
  const isCloud = asString(error["message"]) !== undefined && (error["code"] ?? error["status"]) !== undefined;
  return isCloud ? readAnyError(body) : undefined;
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

function withMaxOutput(limit: number): RequestRepair {
  return {
    description: `with at most ${limit} tokens of output`,
    loss: { what: "maxOutputTokens", action: "downgraded" },
    apply: (request) => {
      const { maxOutputTokens } = request;
      const isLess = maxOutputTokens !== undefined && maxOutputTokens <= limit;
      return isLess ? request : { ...request, maxOutputTokens: limit };
    },
  };
}

function dropSampling({ message = "" }: VendorError): RequestRepair {
  const names = (SAMPLING.exec(message) ?? []).slice(1).filter((name) => name !== undefined);
  // Two that exclude each other are both named: then the first may stay.
  const dropped = names.length > 1 ? names.slice(1) : names;
  const what = dropped.join(" and ");
  return {
    description: `without ${what}`,
    loss: { what, action: "dropped" },
    apply: (request) => {
      const { temperature, topP, topK } = request;
      const kept = {
        temperature: dropped.includes("temperature") ? undefined : temperature,
        topP: dropped.includes("top_p") ? undefined : topP,
        topK: dropped.includes("top_k") ? undefined : topK,
      };
      const isSame = kept.temperature === temperature && kept.topP === topP && kept.topK === topK;
      return isSame ? request : { ...request, ...kept };
    },
  };
}

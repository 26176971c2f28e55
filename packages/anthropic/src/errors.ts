import {
  asObject,
  asString,
  type FailureRow,
  type FailureTable,
  type LimitHeaders,
  type RequestRepair,
} from "@understudy/core/adapter";
import {
  alsoNative,
  CLOUD_FAILURES,
  CLOUD_STATUSES,
  FREE_TOOLS,
  IN_BAND_WORDS,
  leaveOut,
  looserTools,
  OWN_REASONING,
  readCloudError,
  samplingRefused,
  STREAMING_REFUSED,
  USER_TURN,
  WITHOUT_CACHE,
  WITHOUT_CITATIONS,
  WITHOUT_EARLIER_REASONING,
  WITHOUT_EFFORT,
  WITHOUT_REASONING,
  withinStated,
  type VendorError,
} from "@understudy/core/toolkit";
import { FORMAT } from "./request.ts";
import { WITHOUT_SERVER_TOOLS } from "./server-tools.ts";

const SPEND_CODES = /_spend_limit_reached$|^linked_organization_billing_unavailable$/;
const TOO_LARGE_CODES = ["request_body_too_large_after_decoding", "image_dimensions_too_large"];
const ACCOUNT_CODES = ["organization_on_hold", "cmek_key_disabled"];
/** The key with which a customer encrypts cannot be reached. Nobody else has this trouble. */
const CUSTOMER_KEY_CODES = /^cmek_/;
/** Something that the request names is missing, not the path. */
const NAMED_CODE = /^(?:user_profile|thread|compaction|tool)_\w/;
const LIMITS: readonly LimitHeaders[] =
  "requests tokens input-tokens output-tokens fast-input-tokens fast-output-tokens".split(" ").map((name) => ({
    class: name === "requests" ? "rate.requests" : "rate.tokens",
    remaining: `${name}-remaining`,
    reset: `${name}-reset`,
  }));
/** Errors inside a stream have no status. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
  ...CLOUD_STATUSES,
};

/** Anthropic's sentence, and Bedrock's. */
const OUTPUT_LIMIT =
  /^(?:max_tokens: \d{1,12} > |The maximum tokens you requested exceeds the model limit of )(?<limit>\d{1,9})(?:, which is the maximum|\.)/;
const WINDOW_WITH_OUTPUT =
  /^input length and `max_tokens` exceed context limit: (?<input>\d{1,12}) \+ \d{1,12} > (?<window>\d{1,12})/;
const SERVER_TOOLS =
  /^(?:(?:messages\.\d{1,6}(?:\.content\.\d{1,6})?: )?`\w{1,60}` tool use with id `?[\w-]{1,80}`? was found without a corresponding `\w{1,60}` block|messages\.\d{1,6}\.content\.\d{1,6}(?:\.\w{1,60}_tool_(?:use|result)|\.container_upload|\.text\.citations)(?:\.\w{1,60}){0,9}: |messages\.\d{1,6}\.content\.\d{1,6}: unexpected `tool_use_id` found in `\w{1,60}_tool_result` blocks\b|container_id is required when there are pending tool uses\b)/;
/** This limit does not pass: asking again fails until someone pays or raises it, whatever the status. */
const SPENT =
  /^(?:Your credit balance is too low\b|This request would exceed (?:your|the) (?:organization|workspace|account)(?:['’]s)? (?:\w{1,20} ){0,2}spend(?:ing)? (?:limit|cap)\b|You(?:r (?:organization|workspace|account))? ha(?:ve|s) reached (?:your|its) (?:\w{1,20} ){0,3}(?:usage|spend(?:ing)?) (?:limit|cap)s?\b)/;

const CODES: readonly FailureRow[] = [
  { code: SPEND_CODES, class: "billing.exhausted" },
  { text: SPENT, class: "billing.exhausted" },
  { code: ACCOUNT_CODES, class: "auth.forbidden", scope: "key" },
  { code: CUSTOMER_KEY_CODES, class: "server.error", scope: "key" },
  { status: 404, code: NAMED_CODE, class: "request.rejected" },
  { code: "ramp_limit_exceeded", class: "rate.concurrency" },
  { code: TOO_LARGE_CODES, class: "request.too-large" },
];

/** A repair that also takes back what the caller asked for natively. */
const natively = (repair: RequestRepair, ...fields: string[]): RequestRepair => alsoNative(repair, "anthropic", fields);

/** Told behind whatever system the caller has. */
const SCHEMA_IN_WORDS: RequestRepair = {
  description: "with the schema in words",
  apply: (request) => {
    const { output, without = [], vendorOptions } = request;
    const { output_config, output_format } = asObject(vendorOptions?.anthropic);
    const hasFormat = output.type === "json" || (asObject(output_config)["format"] ?? output_format) !== undefined;
    return hasFormat && !without.includes(FORMAT) ? { ...request, without: [...without, FORMAT] } : request;
  },
};
/** Undefined without a strict tool. */
const withLooseTools = looserTools("anthropic");
/** It belongs to one conversation. */
const WITHOUT_CONTAINER: RequestRepair = { ...leaveOut("container"), once: true };

const refused = { status: 400, class: "request.rejected" } as const;
const unsupported = { status: 400, class: "request.unsupported" } as const;

/** What a 400 is about stands only in its message, often behind the place in the request: `messages.1.content.0: …`. */
const REFUSALS: readonly FailureRow[] = [
  {
    status: 400,
    text: /^prompt is too long(?:: \d{1,12} tokens > (?<window>\d{1,12}) maximum|\.?$)/,
    class: "request.context-length",
  },
  {
    status: 400,
    text: WINDOW_WITH_OUTPUT,
    class: "request.context-length",
    repair: withinStated(WINDOW_WITH_OUTPUT, "anthropic"),
  },
  { ...unsupported, text: OUTPUT_LIMIT, repair: withinStated(OUTPUT_LIMIT, "anthropic") },
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
    repair: natively(WITHOUT_REASONING, "thinking"),
  },
  {
    ...refused,
    // Where the path itself says that it is about reasoning, any sentence may follow.
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:: Invalid `signature` in `\w{1,30}` block|: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified|(?:\.\w{1,30})?\.signature: )/,
    repair: WITHOUT_EARLIER_REASONING,
  },
  samplingRefused("anthropic"),
  {
    ...unsupported,
    text: /^(?:This model does not support (?:the )?effort (?:parameter|level)\b|output_config\.effort: )/,
    repair: natively(WITHOUT_EFFORT, "output_config.effort"),
  },
  {
    ...unsupported,
    text: /^(?:"thinking\.type\.\w{1,30}" is not supported for this model|thinking(?:\.\w{1,30}){0,4}: |(?:[Aa]daptive |[Ee]xtended )?[Tt]hinking (?:is not supported|may not be enabled)\b|`max_tokens` must be greater than `thinking\.budget_tokens`)/,
    repair: natively(OWN_REASONING, "thinking"),
  },
  {
    ...unsupported,
    text: /^(?:tool_choice(?:\.\w{1,30}){0,4}: |`tool_choice` (?:is|may|must|cannot)\b)/,
    repair: natively(FREE_TOOLS, "tool_choice"),
  },
  {
    ...unsupported,
    text: /^output_(?:config\.)?format(?:\.[\w$-]{1,60}){0,20}: /,
    capability: "jsonOutput",
    repair: SCHEMA_IN_WORDS,
  },
  {
    ...unsupported,
    // Of all schemas that are enforced.
    text: /^(?:Schemas? (?:is|are|contains?|has|have) (?:too|invalid|not supported)\b|The compiled grammar is too large\b)/,
    capability: "jsonOutput",
    repair: (error, request) => withLooseTools(error, request) ?? SCHEMA_IN_WORDS,
  },
  {
    ...unsupported,
    text: /^(?:(?:[a-z]\w{0,30}\.[.\w]{0,120}\.)?cache_control(?:\.\w{1,30}){0,4}: |A maximum of \d{1,6} blocks with cache_control may be provided\b)/,
    repair: natively(WITHOUT_CACHE, "cache_control"),
  },
  {
    ...unsupported,
    text: /^(?:This model does not support assistant message prefill|Prefilling assistant messages is not supported)\b/,
    // It belongs to one conversation.
    repair: { ...USER_TURN, once: true },
  },
  {
    ...refused,
    text: /^(?:Too many strict tools\b|tools\.\d{1,6}(?:\.\w{1,60}){0,9}: )/,
    repair: withLooseTools,
  },
  STREAMING_REFUSED,
];

/** How this vendor fails. */
export const failureTable: FailureTable = {
  rows: [...CODES, ...REFUSALS, ...CLOUD_FAILURES, ...IN_BAND_WORDS],
  readError,
  requestIdHeaders: ["request-id", "x-amzn-requestid", "apim-request-id"],
  rateLimitPrefix: /^anthropic-(?:ratelimit-|(?=(?:fast|priority)-))/,
  limits: LIMITS,
  statuses: STATUSES,
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

import {
  asNumber,
  asObject,
  asString,
  type FailureRow,
  type FailureTable,
  type RequestRepair,
} from "@understudy/core/adapter";
import {
  alsoNative,
  CLOUD_FAILURES,
  CLOUD_STATUSES,
  FREE_TOOLS,
  IN_BAND_WORDS,
  leaveOut,
  leaveUnset,
  looserSchemas,
  looserTools,
  readAnyError,
  samplingRefused,
  SYSTEM_AS_MESSAGE,
  USER_TURN,
  WITHOUT_CACHE,
  WITHOUT_CITATIONS,
  WITHOUT_EARLIER_REASONING,
  WITHOUT_EFFORT,
  withOutputTokens,
  withoutStreaming,
  OWN_REASONING,
  type VendorError,
} from "@understudy/core/toolkit";

/** What stands before the words of a model's own server. */
const OF_MODEL = /^The model returned the following errors: /;
/** A field of Converse that this model has not. */
const FIELD = /^This model doesn['’]t support the (?<field>[\w.]{1,80}) field\b/;
/** A field of the model's own that it refuses, by its path. */
const EXTRA =
  /^Malformed input request: #(?:\/[\w.-]{0,60}){0,9}: extraneous key \[(?<field>[\w.-]{1,60})\] is not permitted\b/;
const OUTPUT_LIMIT = /^The maximum tokens you requested exceeds? the model limit of (?<limit>\d{1,9})\b/;

const natively = (repair: RequestRepair, ...fields: string[]): RequestRepair => alsoNative(repair, "bedrock", fields);
const freeTools = natively(FREE_TOOLS, "toolConfig.toolChoice");
const withLooseTools = looserTools("bedrock");

/** Where a model's own server and Converse have different names for one setting. */
const SAMPLER_PATHS: Readonly<Record<string, string>> = {
  temperature: "inferenceConfig.temperature",
  top_p: "inferenceConfig.topP",
  top_k: "additionalModelRequestFields.top_k",
};

const withoutTemperature = natively(leaveUnset(["temperature"], "temperature"), "inferenceConfig.temperature");
const withoutEffort = natively(WITHOUT_EFFORT, "outputConfig.effort");

/** By the end of a field's path, which a model says it does not have. */
const BY_FIELD: readonly (readonly [RegExp, RequestRepair])[] = [
  [/^toolConfig\.toolChoice\b/, freeTools],
  [/\btemperature$/, withoutTemperature],
  [/\btopP$/, natively(leaveUnset(["topP"], "topP"), "inferenceConfig.topP")],
  [/\btop_?[kK]$/, leaveUnset(["topK"], "topK")],
  [/^system$/, SYSTEM_AS_MESSAGE],
  [/cachePoint$/, WITHOUT_CACHE],
  [/citations/, WITHOUT_CITATIONS],
  [/reasoningContent/, WITHOUT_EARLIER_REASONING],
  [/effort$/, withoutEffort],
  [/^(?:thinking|reasoningConfig)$/, OWN_REASONING],
];

/** The name of the error is not always told. */
const refused = { status: 400, class: "request.rejected" } as const;
const unsupported = { status: 400, class: "request.unsupported" } as const;

const CREDENTIALS = [
  "UnrecognizedClientException",
  "ExpiredTokenException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
];
const THROTTLED = "ThrottlingException";

const NAMED: readonly FailureRow[] = [
  { type: CREDENTIALS, class: "auth.invalid" },
  {
    status: [401, 403],
    text: /^Authentication failed: Please make sure your API Key is valid\b/,
    class: "auth.invalid",
  },
  { text: /^(?:Model access is denied due to )?INVALID_PAYMENT_INSTRUMENT\b/, class: "billing.exhausted" },
  { type: "AccessDeniedException", class: "auth.forbidden" },
  { type: THROTTLED, text: /^Too many tokens per day\b/, class: "rate.daily" },
  { type: THROTTLED, text: /^Too many tokens\b/, class: "rate.tokens" },
  { type: THROTTLED, text: /^Too many concurrent requests\b/, class: "rate.concurrency" },
  { type: THROTTLED, text: /^Too many requests\b/, class: "rate.requests" },
  { type: THROTTLED, class: "rate.unknown" },
  // It holds until somebody raises it.
  { type: "ServiceQuotaExceededException", class: "rate.daily" },
  { type: "ModelNotReadyException", class: "server.overloaded" },
  { type: "ServiceUnavailableException", class: "server.overloaded" },
  { type: "ModelTimeoutException", class: "timeout.upstream" },
  { status: 404, text: /^This model version has reached the end of its life\b/, class: "model.deprecated" },
  { type: "ResourceNotFoundException", class: "model.not-found" },
  { status: 424, code: ["400", "422"], class: "request.rejected" },
  { status: 424, code: "429", class: "rate.unknown" },
  { status: 424, code: "503", class: "server.overloaded" },
];

/** What a ValidationException is about stands only in its message. */
const REFUSALS: readonly FailureRow[] = [
  { status: 400, text: /^The provided model identifier is invalid\b/, class: "model.not-found" },
  {
    status: 400,
    text: /^(?:Input (?:is too long|Tokens Exceeded)\b|prompt is too long(?:: \d{1,12} tokens > (?<window>\d{1,12}) maximum|\.?$))/,
    class: "request.context-length",
  },
  {
    ...unsupported,
    text: /^(?:The model is unsupported for streaming\b|This model doesn['’]t support (?:tool use in streaming mode|streaming)\b)/,
    repair: withoutStreaming(),
  },
  { ...unsupported, text: OUTPUT_LIMIT, repair: withinLimit },
  { ...unsupported, text: /^This model doesn['’]t support tool use\b/, capability: "tools" },
  { ...unsupported, text: /^This model doesn['’]t support system messages\b/, repair: SYSTEM_AS_MESSAGE },
  { ...unsupported, text: /^This model doesn['’]t support (?:the )?image/, capability: "images" },
  { ...unsupported, text: /^This model doesn['’]t support (?:the )?document/, capability: "files" },
  { ...unsupported, text: /^This model doesn['’]t support (?:the )?s3Uri field\b/, capability: "files" },
  { ...unsupported, text: FIELD, repair: (error) => withoutField(FIELD, error) },
  { ...unsupported, text: EXTRA, repair: (error) => withoutField(EXTRA, error) },
  {
    ...unsupported,
    text: /^(?:`tool_choice` |tool_choice(?:\.\w{1,30}){0,4}: |Thinking may not be enabled when tool_choice forces\b)/,
    repair: freeTools,
  },
  {
    ...unsupported,
    text: /^(?:output_(?:config\.)?format|outputConfig\.textFormat)(?:\.[\w$-]{1,60}){0,20}: /,
    capability: "jsonOutput",
    repair: looserSchemas,
  },
  {
    ...unsupported,
    text: /^(?:This model does(?:n['’]t| not) support (?:the )?effort\b|output_config\.effort: )/,
    repair: withoutEffort,
  },
  {
    ...unsupported,
    text: /^(?:"thinking\.type\.\w{1,30}" is not supported|thinking(?:\.\w{1,30}){0,4}: |`max_tokens` must be greater than `thinking\.budget_tokens`)/,
    repair: natively(OWN_REASONING, "additionalModelRequestFields.thinking"),
  },
  {
    ...refused,
    text: /^messages\.\d{1,6}\.content\.\d{1,6}(?:: Invalid `signature` in `\w{1,30}` block|: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified|(?:\.\w{1,30})?\.signature: )/,
    repair: WITHOUT_EARLIER_REASONING,
  },
  samplingRefused("bedrock", (name) => SAMPLER_PATHS[name] ?? name),
  {
    ...unsupported,
    text: /^(?:This model does not support assistant message prefill|Prefilling assistant messages is not supported)\b/,
    repair: { ...USER_TURN, once: true },
  },
  { ...refused, text: /^tools\.\d{1,6}\./, repair: withLooseTools },
];

/** Sent as it was, with another signature. */
const signedAnew: RequestRepair = {
  description: "with a new signature",
  apply: (request) => ({ ...request }),
  once: true,
};
/** The connection has seen by then how wrong this machine's clock is. */
const OF_CLOCK: FailureRow = {
  type: "InvalidSignatureException",
  text: /^Signature (?:expired|not yet current)\b/,
  class: "auth.invalid",
  repair: signedAnew,
};
/** They may have expired, or been replaced, since they were asked for. */
const OF_PROVIDER: FailureRow = {
  type: ["ExpiredTokenException", "UnrecognizedClientException"],
  class: "auth.invalid",
  repair: signedAnew,
};

/** How signed requests fail: what another signature may mend is sent once more. `isAsked`: a function makes the credentials. */
export function failuresOfSigned(isAsked: boolean): FailureTable {
  return { ...failureTable, rows: [OF_CLOCK, ...(isAsked ? [OF_PROVIDER] : []), ...failureTable.rows] };
}

/** How this vendor fails: https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html */
export const failureTable: FailureTable = {
  rows: [...NAMED, ...REFUSALS, ...CLOUD_FAILURES, ...IN_BAND_WORDS],
  readError,
  requestIdHeaders: ["x-amzn-requestid"],
  statuses: Object.fromEntries(
    Object.entries(CLOUD_STATUSES).map(([name, status]) => [name.replace(/^[a-z]/, upper), status]),
  ),
};

/** `{ message }`, with the name of the error as `__type`: the connection puts it there, the vendor says it in a header. */
function readError(body: unknown): VendorError | undefined {
  const outer = asObject(body);
  const type = asString(outer["__type"])
    ?.split("#")
    .at(-1)
    ?.replace(/^[a-z]/, upper);
  const message = asString(outer["message"]) ?? asString(outer["Message"]);
  if (type === undefined) return OF_MODEL.test(message ?? "") ? { message: message?.replace(OF_MODEL, "") } : undefined;
  const original = asNumber(outer["originalStatusCode"]);
  const ofModel = message?.replace(OF_MODEL, "");
  const inner = ofModel !== message && /^\s*\{/.test(ofModel ?? "") ? readAnyError(ofModel)?.message : undefined;
  return { type, code: original === undefined ? undefined : String(original), message: inner ?? ofModel };
}

/** Inside a stream the same names begin with a small letter. */
function upper(letter: string): string {
  return letter.toUpperCase();
}

function withoutField(sentence: RegExp, { message = "" }: VendorError): RequestRepair | undefined {
  const field = sentence.exec(message)?.groups?.["field"] ?? "";
  const known = BY_FIELD.find(([pattern]) => pattern.test(field))?.[1];
  if (known !== undefined) return known;
  return field === "" ? undefined : leaveOut(field.split(".").slice(0, 2).join("."));
}

function withinLimit({ message = "" }: VendorError): RequestRepair | undefined {
  const limit = Number(OUTPUT_LIMIT.exec(message)?.groups?.["limit"]);
  return limit > 0 ? natively(withOutputTokens(limit), "inferenceConfig.maxTokens") : undefined;
}

import {
  asObject,
  asString,
  classifyFailures,
  isJsonObject,
  isTargetFailure,
  TargetFailure,
  type FailureClass,
  type FailureClassifier,
  type FailureRow,
  type FailureTable,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  CLOUD_FAILURES,
  CLOUD_STATUSES,
  DAILY,
  IN_BAND_WORDS,
  networkFailure,
  NO_ROUTE,
  readErrorFields,
  readRpcStatus,
  RPC_LIMITS,
  RPC_STATUSES,
  type VendorError,
} from "@understudy/core/toolkit";

/** The sentences end with the window. */
const WINDOW =
  /^(?:This (?:model|endpoint)'s maximum context length is|prompt is too long: \d{1,12} tokens >|input length and `max_tokens` exceed context limit: \d{1,12} \+ \d{1,12} >|The input token count(?: \(\d{1,15}\))? exceeds the maximum number of tokens allowed) \(?(?<window>\d[\d,]{0,15})/;

/** What vendors call the same thing, whichever of them is behind the model. Codes first, then types, then words. */
const ROWS: readonly FailureRow[] = [
  {
    code: /^(?:insufficient_quota|credit_balance_exhausted|BILLING_DISABLED|\w{1,40}_spend_limit_exceeded)$/,
    class: "billing.exhausted",
  },
  { type: "insufficient_quota", class: "billing.exhausted" },
  { code: "context_length_exceeded", class: "request.context-length" },
  { code: ["model_not_found", "DeploymentNotFound"], class: "model.not-found" },
  { code: ["server_is_overloaded", "slow_down"], class: "server.overloaded" },
  { code: ["API_KEY_INVALID", "API_KEY_EXPIRED", "invalid_api_key"], class: "auth.invalid" },
  { type: "service_unavailable_error", class: "server.overloaded" },
  ...NO_ROUTE,
  { status: 429, text: DAILY, class: "rate.daily" },
  { text: /^API key (?:not valid|expired)\b/i, class: "auth.invalid" },
  {
    text: /^(?:Insufficient Balance\b|Your credit balance is too low\b|Your prepayment credits are depleted\b)/i,
    class: "billing.exhausted",
  },
  { text: WINDOW, class: "request.context-length" },
  { status: 400, text: /^The supported API model names are\b/, class: "model.not-found" },
  { text: /^Your current concurrency is \d{1,9}, which exceeds your concurrency limit\b/, class: "rate.concurrency" },
  ...CLOUD_FAILURES,
  // Before the types, which say less.
  ...IN_BAND_WORDS,
  { inBand: true, code: "rate_limit_exceeded", class: "rate.unknown" },
  { inBand: true, type: ["server_error", "api_error"], class: "server.error" },
  ...RPC_LIMITS,
  ...RPC_STATUSES,
];

/** What goes with a type of error where the stream states no status. */
const STATUSES: Readonly<Record<string, number>> = {
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
  ...CLOUD_STATUSES,
};

const TABLE: FailureTable = {
  rows: ROWS,
  readError,
  requestIdHeaders: ["x-request-id", "request-id", "x-amzn-requestid", "x-ds-trace-id"],
  rateLimitPrefix: /^(?:anthropic-|x-)?ratelimit-/,
  statuses: STATUSES,
};

function readError(body: unknown): VendorError | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  const { error, type, code, message } = outer;
  // In a stream of some vendors it is the event itself.
  const isBare = typeof message === "string" && (type === "error" || code !== undefined);
  if (!isJsonObject(error)) return isBare ? readErrorFields(outer) : undefined;
  return error["details"] === undefined && error["status"] === undefined ? readErrorFields(error) : readRpcStatus(body);
}

/** Statuses that a provider names for an error inside a stream, and that it did not guess. */
const TELLING: readonly unknown[] = [401, 402, 403, 404, 408, 413, 429, 503, 529];
/** The provider's own words for what went wrong, by their markers: its classes may be installed several times. */
const NAMED: readonly (readonly [name: string, failure: FailureClass])[] = [
  ["LoadAPIKeyError", "auth.invalid"],
  ["LoadSettingError", "auth.invalid"],
  ["NoSuchModelError", "model.not-found"],
  ["UnsupportedFunctionalityError", "request.unsupported"],
  ["InvalidPromptError", "request.rejected"],
  ["InvalidArgumentError", "request.rejected"],
];
const NOT_A_STREAM = ["JSONParseError", "TypeValidationError", "EmptyResponseBodyError"];

/** Where the attempt stood: before its stream, in one of which nothing has come, or in the answer. */
export type Phase = "before" | "empty" | "in-stream";

/** Gives whatever a provider throws, or says in a stream, its class. */
export class ProviderFailures {
  readonly #wallNow: () => number;
  readonly #classifier: FailureClassifier;

  constructor(wallNow: () => number, request: TargetRequest) {
    this.#wallNow = wallNow;
    this.#classifier = classifyFailures(TABLE, [], wallNow, request);
  }

  get classifier(): FailureClassifier {
    return this.#classifier;
  }

  /** What `doGenerate`, `doStream` or the stream itself threw. */
  thrown(error: unknown, phase: Phase): TargetFailure {
    const own = this.#classifier.thrown(error, this.#wallNow());
    const fields = asObject(error);
    const status = fields["statusCode"];
    if (typeof status === "number" && (status < 200 || status > 299)) {
      const headers = new Headers(stringsOf(fields["responseHeaders"]));
      return this.#classifier.http({ status, headers, body: fields["responseBody"], wallNow: this.#wallNow() });
    }
    if (isTargetFailure(error)) return error;
    // With a status, the headers were in.
    const isBody = phase !== "before" || status !== undefined;
    if (own !== undefined) return isBody ? networkFailure(error, "body") : own;
    const named = NAMED.find(([name]) => isNamed(error, name))?.[1];
    if (named !== undefined) return new TargetFailure(named);
    if (isNamed(error, "InvalidResponseDataError")) {
      if (!/finish reason/i.test(asString(fields["message"]) ?? "")) return new TargetFailure("stream.malformed");
      return new TargetFailure(phase === "in-stream" ? "stream.truncated" : "gateway.not-a-stream");
    }
    const { cause } = fields;
    if (NOT_A_STREAM.some((name) => isNamed(error, name) || isNamed(cause, name))) {
      return new TargetFailure(phase === "in-stream" ? "stream.malformed" : "gateway.not-a-stream");
    }
    if (isNamed(error, "APICallError") && cause !== undefined) {
      return networkFailure(cause, isBody ? "body" : "headers");
    }
    return phase === "before"
      ? new TargetFailure("unknown", { vendorCode: error instanceof Error ? error.name : typeof error })
      : new TargetFailure("stream.malformed");
  }

  /** What stood in an `error` part. The request had been taken, so it cannot be what is wrong. */
  inStream(error: unknown, phase: Phase): TargetFailure {
    if (isTargetFailure(error) || error instanceof Error) {
      // An event that the provider did not expect, such as a gateway's error.
      const unexpected = isNamed(error, "TypeValidationError") ? Reflect.get(error, "value") : undefined;
      return this.#classifier.inBand(unexpected) ?? this.thrown(error, phase);
    }
    const { data, statusCode, ...fields } = asObject(typeof error === "string" ? { message: error } : error);
    const { type, code, message } = fields;
    const bodies: readonly unknown[] = [
      data,
      { error: { type, code, message } },
      ...(TELLING.includes(statusCode) ? [{ error: { type, message, code: statusCode } }] : []),
    ];
    for (const body of bodies) {
      const failure = this.#classifier.inBand(body);
      if (failure === undefined || failure.class === "unknown" || failure.class === "request.rejected") continue;
      // A provider's 503 stands for any kind of trouble with the load.
      return failure.class === "server.gateway" && statusCode === 503
        ? new TargetFailure("server.overloaded", failure.details)
        : failure;
    }
    return new TargetFailure("server.error", { vendorCode: asString(code) ?? asString(type) });
  }
}

/** What cannot be JSON of an answer is a sign of life: an empty line, a word, a comment in the wrong place. */
export function isHeartbeat(error: unknown): boolean {
  const text = isNamed(error, "JSONParseError") ? asString(Reflect.get(Object(error), "text")) : undefined;
  return text !== undefined && !/^\s*[{[]/.test(text);
}

function isNamed(error: unknown, name: string): boolean {
  return typeof error === "object" && error !== null && Symbol.for(`vercel.ai.error.AI_${name}`) in error;
}

function stringsOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asObject(headers)).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

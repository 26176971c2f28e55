import type { FailureClass, FailureScope } from "../model/failure.ts";
import { isJsonObject, parseJson } from "../model/json.ts";
import type { Capabilities, StreamPart } from "../model/target.ts";
import { isTargetFailure, TargetFailure, type Repair } from "../model/target-failure.ts";
import type { RateLimits } from "../model/trace.ts";
import { asNumber, asString, type Foreign } from "./foreign.ts";
import { isNetworkError, networkFailure } from "./network-failure.ts";
import { cleanId, redact } from "./redact.ts";
import { retryAfterMs } from "./retry-after.ts";
import { statusClass } from "./status-class.ts";

/** What a vendor's error object says, under names that all vendors share. */
export interface VendorError {
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  /** The request's parameter that is at fault. */
  readonly param?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  /** Stated in the body. */
  readonly retryAfterMs?: number | undefined;
}

/** From an error object whose fields have these very names. */
export function readErrorFields(error: Foreign): VendorError {
  return {
    type: asString(error["type"]),
    code: cleanId(error["code"]),
    param: asString(error["param"]),
    message: asString(error["message"]),
  };
}

/**
 * One line of a vendor's table of failures: every condition that is given has to hold. Rows are read from the top and
 * the first that fits wins, so put codes before types and types before texts.
 */
export interface FailureRow {
  readonly status?: number | readonly number[] | undefined;
  /** Only errors inside a stream or a body with status 200, which have no status of their own. */
  readonly inBand?: true | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly code?: string | readonly string[] | undefined;
  readonly param?: string | readonly string[] | undefined;
  /**
   * The last resort: wordings change. Searched in the first 2 KiB of the message. A group named `window` is the context
   * window in tokens.
   */
  readonly text?: RegExp | undefined;
  readonly class: FailureClass;
  readonly scope?: FailureScope | undefined;
  /** For `request.unsupported`: what the next tier has to have. */
  readonly capability?: keyof Capabilities | undefined;
  /** One further attempt with a changed request; undefined when this error does not say what to change. */
  readonly repair?: ((error: VendorError) => Repair | undefined) | undefined;
}

/** What an adapter knows about its vendor's failures. Pure data but for its reader. */
export interface FailureTable {
  readonly rows: readonly FailureRow[];
  /** The vendor's error in a parsed body; undefined when the body is none of this vendor's. */
  readonly readError: (body: unknown) => VendorError | undefined;
  /** Response headers that hold the request's id, best first. */
  readonly requestIdHeaders: readonly string[];
  /** How the names of rate-limit headers begin. */
  readonly rateLimitPrefix?: string | undefined;
  /** What a 429 may be about: the first limit of which nothing remains. */
  readonly limits?: readonly LimitHeaders[] | undefined;
}

/** Of one limit, the names of its headers without the prefix. */
export interface LimitHeaders {
  readonly class: "rate.requests" | "rate.tokens" | "rate.daily" | "rate.concurrency";
  readonly remaining: string;
  /** When it is full again. */
  readonly reset: string;
}

export interface FailedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Text, or parsed already. */
  readonly body: unknown;
  readonly wallNow: number;
}

export interface FailureClassifier {
  /** A response whose status is no success. */
  http(response: FailedResponse): TargetFailure;
  /** The error in an event or in a body with status 200; undefined when it holds none. */
  inBand(body: unknown): TargetFailure | undefined;
  /**
   * Anything thrown while asking: a vendor SDK's error for a status, a fetch that failed, a failure of ours. Undefined
   * for everything else, which is the adapter's own mistake or its SDK's.
   */
  thrown(error: unknown, wallNow: number): TargetFailure | undefined;
  /** What the headers say, for the start of the stream. */
  responsePart(headers: Headers): Extract<StreamPart, { readonly type: "response" }>;
}

const TEXT_CHARS = 2_048;
const LONGEST_RATE_WAIT_MS = 600_000;

/**
 * Classifies a target's failures: the vendor's own table first, then the status. `secrets` never appear in what is kept.
 */
export function classifyFailures(table: FailureTable, secrets: readonly string[]): FailureClassifier {
  return {
    http: (response) => httpFailure(table, secrets, response),
    inBand: (body) => {
      const error = table.readError(body);
      if (error === undefined) return undefined;
      const row = matchRow(table.rows, error, undefined);
      return failure(row?.class ?? "unknown", error, secrets, { row });
    },
    thrown: (error, wallNow) => {
      if (isTargetFailure(error)) return error;
      const response = sdkResponse(error, wallNow);
      if (response !== undefined) return httpFailure(table, secrets, response);
      return isNetworkError(error) ? networkFailure(error, "headers") : undefined;
    },
    responsePart: (headers) => ({
      type: "response",
      requestId: requestIdOf(table, headers),
      rateLimits: rateLimitsOf(table, headers),
    }),
  };
}

function httpFailure(table: FailureTable, secrets: readonly string[], response: FailedResponse): TargetFailure {
  const { status, headers, wallNow } = response;
  const body = parsed(response.body);
  const own = table.readError(body);
  const error: VendorError = own ?? { message: asString(body) };
  const row = matchRow(table.rows, error, status);
  const fired = status === 429 ? firedLimit(table, headers) : undefined;
  const wait = retryAfterMs({
    headers,
    wallNow,
    reset: fired?.reset,
    bodyMs: error.retryAfterMs,
    text: error.message,
  });
  let failureClass = row?.class ?? fired?.class ?? statusClass(status, own !== undefined, error.message);
  if (failureClass.startsWith("rate.") && (wait ?? 0) > LONGEST_RATE_WAIT_MS) failureClass = "rate.daily";
  return failure(failureClass, error, secrets, {
    row,
    status,
    retryAfterMs: wait,
    requestId: requestIdOf(table, headers),
    repeatForbidden: headers.get("x-should-retry") === "false",
    rateLimits: rateLimitsOf(table, headers),
  });
}

interface FailureContext {
  readonly row: FailureRow | undefined;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly repeatForbidden?: boolean | undefined;
  readonly rateLimits?: RateLimits | undefined;
}

function failure(
  failureClass: FailureClass,
  error: VendorError,
  secrets: readonly string[],
  { row, ...context }: FailureContext,
): TargetFailure {
  const { message } = error;
  const window = message === undefined ? undefined : row?.text?.exec(message.slice(0, TEXT_CHARS))?.groups?.["window"];
  return new TargetFailure(failureClass, {
    ...context,
    scope: row?.scope,
    capability: row?.capability,
    repair: row?.repair?.(error),
    contextWindow: window === undefined ? undefined : Number(window.replaceAll(",", "")),
    vendorCode: cleanId(error.code ?? error.type),
    vendorMessage: message === undefined ? undefined : redact(message, secrets),
    requestId: context.requestId ?? cleanId(error.requestId),
    retryAfterMs: context.retryAfterMs ?? error.retryAfterMs,
  });
}

function matchRow(rows: readonly FailureRow[], error: VendorError, status: number | undefined): FailureRow | undefined {
  const text = error.message?.slice(0, TEXT_CHARS) ?? "";
  return rows.find(
    (row) =>
      isOneOf(row.status, status) &&
      (row.inBand === undefined || status === undefined) &&
      isOneOf(row.type, error.type) &&
      isOneOf(row.code, error.code) &&
      isOneOf(row.param, error.param) &&
      (row.text === undefined || row.text.test(text)),
  );
}

function isOneOf<Value>(wanted: Value | readonly Value[] | undefined, value: Value | undefined): boolean {
  if (wanted === undefined) return true;
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}

/** JSON whatever the content type says, else the text. */
function parsed(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}

/** Both vendors' SDKs throw errors with status, headers and the body, or the text after the status in the message. */
function sdkResponse(error: unknown, wallNow: number): FailedResponse | undefined {
  if (!isJsonObject(error)) return undefined;
  const status = asNumber(error["status"]);
  const { headers } = error;
  if (status === undefined || !(headers instanceof Headers)) return undefined;
  const text = asString(error["message"])?.replace(/^\d{3} (?:status code \(no body\)$)?/, "");
  return { status, headers, body: error["error"] ?? text, wallNow };
}

function requestIdOf(table: FailureTable, headers: Headers): string | undefined {
  return table.requestIdHeaders.map((name) => cleanId(headers.get(name))).find((id) => id !== undefined);
}

function firedLimit(
  { rateLimitPrefix = "", limits }: FailureTable,
  headers: Headers,
): { readonly class: FailureClass; readonly reset: string | null } | undefined {
  const fired = limits?.find(({ remaining }) => headers.get(rateLimitPrefix + remaining) === "0");
  return fired && { class: fired.class, reset: headers.get(rateLimitPrefix + fired.reset) };
}

function rateLimitsOf({ rateLimitPrefix: prefix }: FailureTable, headers: Headers): RateLimits | undefined {
  if (prefix === undefined) return undefined;
  const found: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name.startsWith(prefix)) found.push([name.slice(prefix.length), cleanId(value) ?? ""]);
  }
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

import type { FailureClass } from "../../model/failure.ts";
import { cleanId, cleanModel } from "../../model/clean-text.ts";
import { isJsonObject } from "../../model/json.ts";
import type { StreamPart, TargetRequest } from "../../model/target.ts";
import { isTargetFailure, TargetFailure, type Repair } from "../../model/target-failure.ts";
import type { RateLimits } from "../../model/trace.ts";
import { matchRow, windowOf, type FailureRow, type FailureTable } from "./failure-table.ts";
import { asNumber, asObject, asString, type Foreign } from "../foreign.ts";
import { carriedResponse, isNetworkError, networkFailure, type FailedResponse } from "./network-failure.ts";
import { redact } from "./redact.ts";
import { retryAfterMs } from "./retry-after.ts";
import { statusClass } from "./status-class.ts";
import { parsedBody, readAnyError, statedStatus, type VendorError } from "./vendor-error.ts";

type EndPart = Extract<StreamPart, { readonly type: "end" }>;

/** Makes a `TargetFailure` of what went wrong, wherever it shows. */
export interface FailureClassifier {
  /** A response whose status is not 2xx. */
  http(response: FailedResponse): TargetFailure;
  /**
   * The error in an event or in a body with status 200; undefined when it holds none. A number from 400 to 599 where
   * vendors put a status counts as that status, and a stated wait as that of a 429.
   */
  inBand(body: unknown): TargetFailure | undefined;
  /**
   * Throws the error that an event or a body with status 200 is: by its name, its `error`, or, unless it `isAnswer`, by
   * a status that it states. Gateways send errors without the frame that a wire has for them.
   */
  check(body: Foreign, isAnswer: boolean, eventName?: string): void;
  /**
   * Anything thrown while asking: a vendor SDK's error for a status, a fetch that failed, a failure of ours. Undefined
   * for everything else, which is the adapter's own mistake or its SDK's.
   */
  thrown(error: unknown, wallNow: number): TargetFailure | undefined;
  /** What the headers say, for the start of the stream. */
  responsePart(headers: Headers): Extract<StreamPart, { readonly type: "response" }>;
  /** The end of an answer with what the vendor named made safe to keep. */
  endPart(part: EndPart): EndPart;
}

const LONGEST_RATE_WAIT_MS = 600_000;
const MOST_LIMITS = 32;
/** Limits of servers that name no kind. */
const COMMON_LIMITS: readonly string[] = ["x-ratelimit-", "ratelimit-", "x-rate-limit-"];

/**
 * Classifies a target's failures: the vendor's own table first, then the status. `secrets` never appear in what is kept;
 * they are looked up when they are needed. Without `wallNow`, moments stated inside a stream are passed over. `request` is
 * the one that fails, repaired as it was sent: a further repair may depend on it. `pathHint` explains a path that is not found.
 */
export function classifyFailures(
  table: FailureTable,
  secrets: readonly string[],
  wallNow: () => number = () => Number.NaN,
  request?: TargetRequest,
  pathHint?: () => string | undefined,
): FailureClassifier {
  const http = ({ body, ...response }: FailedResponse): TargetFailure =>
    classify(table, secrets, { ...response, body: parsedBody(body), isInBand: false, request, pathHint });
  const inBand = (body: unknown): TargetFailure | undefined => {
    const status = statedStatus(body);
    if (status === undefined && table.readError(body) === undefined && !hasError(body)) return undefined;
    return classify(table, secrets, {
      status,
      headers: noHeaders(),
      body,
      wallNow: wallNow(),
      isInBand: true,
      request,
    });
  };
  return {
    http,
    inBand,
    check: (body, isAnswer, eventName) => {
      const { error } = body;
      const isError = eventName === "error" || (error !== undefined && error !== null);
      const failure = isError || !isAnswer ? inBand(body) : undefined;
      if (failure !== undefined || isError) throw failure ?? new TargetFailure("unknown");
    },
    thrown: (error, now) => {
      if (isTargetFailure(error)) return error;
      const response = carriedResponse(error) ?? sdkResponse(error, now);
      if (response !== undefined) return http(response);
      return isNetworkError(error) ? networkFailure(error, "headers") : undefined;
    },
    responsePart: (headers) => ({
      type: "response",
      requestId: requestIdOf(table, headers, secrets),
      rateLimits: rateLimitsOf(table, headers, secrets),
    }),
    endPart: (part) => ({
      ...part,
      rawFinishReason: cleanId(part.rawFinishReason, secrets),
      model: cleanModel(part.model, secrets),
      responseId: cleanModel(part.responseId, secrets),
    }),
  };
}

interface Facts extends Omit<FailedResponse, "status"> {
  readonly status: number | undefined;
  readonly isInBand: boolean;
  readonly request: TargetRequest | undefined;
  readonly pathHint?: (() => string | undefined) | undefined;
}

function classify(table: FailureTable, secrets: readonly string[], facts: Facts): TargetFailure {
  const { status, headers, body, isInBand, wallNow } = facts;
  const own = table.readError(body);
  const error = cleaned(own, readAnyError(body), secrets);
  const counted = status ?? ofType(table, error);
  const row = matchRow(table.rows, error, { stated: status, status: counted });
  const fired = status === 429 ? firedLimit(table, headers) : undefined;
  const isVendors = own !== undefined || isInBand;
  const byStatus = counted === undefined ? "unknown" : statusClass({ status: counted, isVendors, isInBand, error });
  let failureClass = row?.class ?? (byStatus === "rate.unknown" ? fired?.class : undefined) ?? byStatus;
  const isLimited = failureClass.startsWith("rate.");
  const wait = retryAfterMs({
    headers,
    wallNow,
    reset: fired?.reset,
    bodyMs: error.retryAfterMs,
    body,
    // What is said of a request may quote it.
    text: isLimited || failureClass.startsWith("server.") ? error.message : undefined,
  });
  if (isLimited && (wait ?? 0) > LONGEST_RATE_WAIT_MS) failureClass = "rate.daily";
  return new TargetFailure(failureClass, {
    // The endpoint has answered: what is behind it is at fault.
    scope: row?.scope ?? (isInBand && failureClass === "server.gateway" ? "target" : undefined),
    capability: row?.capability,
    explanation: explanationOf(failureClass, error, facts.pathHint),
    repair: repairOf(row, error, facts.request),
    contextWindow: windowOf(row, error),
    // What stands inside a stream is not the status of the response.
    status: isInBand ? undefined : status,
    vendorCode: error.code ?? error.type ?? (isInBand ? cleanId(status) : undefined),
    vendorMessage: error.message === undefined ? undefined : redact(error.message, secrets),
    requestId: requestIdOf(table, headers, secrets) ?? cleanId(error.requestId, secrets),
    retryAfterMs: wait,
    repeatForbidden: headers.get("x-should-retry") === "false",
    rateLimits: rateLimitsOf(table, headers, secrets),
  });
}

function explanationOf(
  failureClass: FailureClass,
  { param }: VendorError,
  pathHint: (() => string | undefined) | undefined,
): string | undefined {
  if (failureClass === "endpoint.not-found") return pathHint?.();
  return failureClass.startsWith("request.") && param !== undefined ? `at ${param}` : undefined;
}

function ofType({ statuses = {} }: FailureTable, { type = "" }: VendorError): number | undefined {
  return Object.hasOwn(statuses, type) ? statuses[type] : undefined;
}

/** The target carries it out, as it does for later requests. */
function repairOf(
  row: FailureRow | undefined,
  error: VendorError,
  request: TargetRequest | undefined,
): Repair | undefined {
  const { repair } = row ?? {};
  const own = typeof repair === "function" ? repair(error, request) : repair;
  if (own === undefined) return undefined;
  return {
    description: own.description,
    apply: (asked) => ({ ...asked, repairs: [...(asked.repairs ?? []), own] }),
  };
}

/** The adapter's reading first. Everything but the message is fit to be kept from here on, and to be named in a repair. */
function cleaned(
  own: VendorError | undefined,
  other: VendorError | undefined,
  secrets: readonly string[],
): VendorError {
  const isPacked = /^\s*[{[]/.test(own?.message ?? "");
  return {
    type: cleanId(own === undefined ? other?.type : own.type, secrets),
    code: cleanId(own === undefined ? other?.code : own.code, secrets),
    param: cleanId(own?.param ?? other?.param, secrets),
    message: isPacked ? other?.message : (own?.message ?? other?.message),
    requestId: own?.requestId,
    retryAfterMs: own?.retryAfterMs,
  };
}

function hasError(body: unknown): boolean {
  const { error } = asObject(Array.isArray(body) ? body[0] : body);
  return (typeof error === "string" && error !== "") || isJsonObject(error);
}

/** Both vendors' SDKs throw errors with status, headers and the body, or the text after the status in the message. */
function sdkResponse(error: unknown, wallNow: number): FailedResponse | undefined {
  const fields = asObject(error);
  const status = asNumber(fields["status"]);
  if (status === undefined) return undefined;
  const { headers } = fields;
  const text = asString(fields["message"])?.replace(/^\d{3} (?:status code \(no body\)$)?/, "");
  return {
    status,
    headers: headers instanceof Headers ? headers : noHeaders(),
    body: fields["error"] ?? text,
    wallNow,
  };
}

/** Made only where a failure has none: the first one loads all of `fetch`, more than the rest of an adapter costs to import. */
function noHeaders(): Headers {
  return new Headers();
}

function requestIdOf(table: FailureTable, headers: Headers, secrets: readonly string[]): string | undefined {
  return table.requestIdHeaders.map((name) => cleanId(headers.get(name), secrets)).find((id) => id !== undefined);
}

function firedLimit(
  table: FailureTable,
  headers: Headers,
): { readonly class?: FailureClass; readonly reset: string | null } | undefined {
  const own = new Map(limitHeaders(table, headers));
  const fired = table.limits?.find(({ remaining }) => own.get(remaining) === "0");
  if (fired !== undefined) return { class: fired.class, reset: own.get(fired.reset) ?? null };
  const prefix = COMMON_LIMITS.find(
    (one) => headers.has(`${one}reset`) && (headers.get(`${one}remaining`) ?? "0") === "0",
  );
  return prefix === undefined ? undefined : { reset: headers.get(`${prefix}reset`) };
}

/** The limits by their names without the prefix. */
function limitHeaders({ rateLimitPrefix: prefix }: FailureTable, headers: Headers): [string, string][] {
  if (prefix === undefined) return [];
  const begins = (name: string): boolean =>
    typeof prefix === "string" ? name.startsWith(prefix) : name.search(prefix) === 0;
  return [...headers]
    .filter(([name]) => begins(name))
    .map(([name, value]): [string, string] => [name.replace(prefix, ""), value]);
}

function rateLimitsOf(table: FailureTable, headers: Headers, secrets: readonly string[]): RateLimits | undefined {
  const found: [string, string][] = [];
  for (const [name, value] of limitHeaders(table, headers)) {
    const limit = cleanId(name, secrets);
    const kept = cleanId(value, secrets);
    if (limit !== undefined && kept !== undefined) found.push([limit, kept]);
  }
  return found.length === 0 ? undefined : Object.fromEntries(found.slice(0, MOST_LIMITS));
}

import type { FailureClass } from "../../model/failure.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import { proxyRefusal } from "./proxy-refusal.ts";

/** Nothing of a response came. What else is no HTTP did come. */
const REFUSED_STREAM = "ERR_HTTP2_STREAM_ERROR";

/** By the `code`, or where that is missing the name, of an error or one of its causes. */
const CLASSES: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>([
  ["ENOTFOUND", "network.dns"],
  ["EAI_AGAIN", "network.dns"],
  ["EAI_FAIL", "network.dns"],
  ["EAI_NODATA", "network.dns"],
  ["ECONNREFUSED", "network.refused"],
  ["EHOSTUNREACH", "network.refused"],
  ["ENETUNREACH", "network.refused"],
  ["EHOSTDOWN", "network.refused"],
  ["ENETDOWN", "network.refused"],
  ["UND_ERR_CONNECT_TIMEOUT", "network.connect-timeout"],
  ["ConnectTimeoutError", "network.connect-timeout"],
  ["ETIMEDOUT", "network.connect-timeout"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "network.tls"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "network.tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "network.tls"],
  ["UNABLE_TO_GET_ISSUER_CERT", "network.tls"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "network.tls"],
  ["HOSTNAME_MISMATCH", "network.tls"],
  ["EPROTO", "network.tls"],
  ["ECONNRESET", "network.reset"],
  ["ECONNABORTED", "network.reset"],
  ["EPIPE", "network.reset"],
  ["UND_ERR_SOCKET", "network.reset"],
  ["UND_ERR_CLOSED", "network.reset"],
  ["UND_ERR_DESTROYED", "network.reset"],
  ["UND_ERR_HEADERS_OVERFLOW", "network.protocol"],
  ["HTTPParserError", "network.protocol"],
  [REFUSED_STREAM, "network.protocol"],
  ["UND_ERR_HEADERS_TIMEOUT", "timeout.first-content"],
  ["APIConnectionTimeoutError", "timeout.first-content"],
  ["UND_ERR_BODY_TIMEOUT", "timeout.liveness"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "stream.truncated"],
  ["Z_BUF_ERROR", "stream.truncated"],
  ["Z_DATA_ERROR", "stream.malformed"],
  ["EMFILE", "local.resource"],
  ["ENFILE", "local.resource"],
  ["ENOMEM", "local.resource"],
  ["ENOBUFS", "local.resource"],
  ["EADDRNOTAVAIL", "local.resource"],
]);

const PREFIXES: readonly (readonly [string, FailureClass])[] = [
  ["CERT_", "network.tls"],
  ["ERR_TLS_", "network.tls"],
  ["ERR_SSL_", "network.tls"],
  ["HPE_", "network.protocol"],
];

/** The fetch of Deno gives no code, but always the same words behind its request's URL. Here with Node's name for each. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["dns error", "ENOTFOUND"],
  ["tcp connect error: Connection refused", "ECONNREFUSED"],
  ["invalid peer certificate", "ERR_TLS_CERT"],
  ["received corrupt message", "EPROTO"],
  ["invalid HTTP", "HPE_INVALID"],
  ["message head is too large", "HPE_HEADER_OVERFLOW"],
]);
const IN_WORDS = new RegExp(`: client error \\(\\w{1,20}\\): (${[...WORDS.keys()].join("|")})\\b`);

const MAX_DEPTH = 8;

/**
 * The class of anything that a fetch of ours threw and that has no HTTP status. What is not recognised is a reset: a
 * failure of our own fetch that we did not cause is the network's, whatever a runtime calls it.
 *
 * `phase`: `headers` while waiting for them, `body` afterwards.
 */
export function networkFailure(error: unknown, phase: "headers" | "body"): TargetFailure {
  const found = recognise(error);
  if (isTargetFailure(found)) return found;
  let failureClass = found?.class ?? "network.reset";
  const isUnreadable = failureClass === "network.protocol" && found?.code !== REFUSED_STREAM;
  const beforeResponse = phase === "headers" && !isUnreadable;
  if (phase === "body" && (failureClass === "network.reset" || failureClass === "network.connect-timeout")) {
    failureClass = "stream.reset";
  }
  return new TargetFailure(failureClass, { vendorCode: found?.code, beforeResponse });
}

/** Whether an error of unknown making comes from the network, and not from a mistake in code. */
export function isNetworkError(error: unknown): boolean {
  if (recognise(error) !== undefined) return true;
  return error instanceof TypeError && /^(?:fetch failed|terminated|failed to fetch|load failed)/i.test(error.message);
}

function recognise(error: unknown): TargetFailure | { class: FailureClass; code: string } | undefined {
  let found: { class: FailureClass; code: string } | undefined;
  for (const link of causes(error)) {
    if (isTargetFailure(link)) return link;
    const refusal = proxyRefusal(link);
    if (refusal !== undefined) return refusal;
    for (const code of namesOf(link)) {
      const failureClass = classOf(code);
      // The innermost cause knows best.
      if (failureClass !== undefined) found = { class: failureClass, code };
    }
  }
  return found;
}

/**
 * Carries a classified failure through a vendor's SDK. Without `cause` and without words: some SDKs turn every error
 * that speaks of a timeout into one of their own, and drop what caused it.
 */
export class CarriedFailure extends Error {
  readonly failure: TargetFailure;

  constructor(failure: TargetFailure) {
    super("The request got no response.");
    this.failure = failure;
  }
}

/** A response that is an error, with its body read. */
export interface FailedResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers of the response, with the request's id, rate limits and waits. */
  readonly headers: Headers;
  /** Text, or parsed already. */
  readonly body: unknown;
  /** Milliseconds since 1970 when the response came; dates in headers are compared with it. */
  readonly wallNow: number;
}

/** Carries a response through a vendor's SDK that a `Response` cannot hold or the SDK cannot take. */
export class CarriedResponse extends Error {
  /** The answer as the vendor or a gateway gave it. */
  readonly response: FailedResponse;

  constructor(response: FailedResponse) {
    super("The response is not one for an SDK.");
    this.response = response;
  }
}

/** The response that an error, or one of its causes, carries. */
export function carriedResponse(error: unknown): FailedResponse | undefined {
  for (const link of causes(error)) if (link instanceof CarriedResponse) return link.response;
  return undefined;
}

function classOf(name: string): FailureClass | undefined {
  return CLASSES.get(name) ?? PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function namesOf(link: object): string[] {
  const names: unknown[] = [Reflect.get(link, "name"), link.constructor?.name, Reflect.get(link, "code")];
  // Node 24 gives parser errors no code, and some SDKs give none of their errors a name.
  const message: unknown = Reflect.get(link, "message");
  if (typeof message === "string") {
    const head = message.slice(0, 500);
    names.push(/\b(?:HPE_[A-Z_]{1,40}|E[A-Z]{4,15})\b/.exec(head)?.[0]);
    // A URL, which may be long, stands before them.
    const [, words = ""] = IN_WORDS.exec(message.slice(-500)) ?? [];
    names.push(WORDS.get(words));
  }
  return names.filter((name) => typeof name === "string");
}

/** The error and its causes, outermost first. */
export function* causes(error: unknown): Generator<object> {
  let link = error;
  for (let depth = 0; depth < MAX_DEPTH && typeof link === "object" && link !== null; depth++) {
    yield link;
    const carried: unknown = link instanceof CarriedFailure ? link.failure : Reflect.get(link, "cause");
    const errors: unknown = Reflect.get(link, "errors");
    // Several addresses were tried: each has its own error, the first stands for all.
    link = carried ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
}

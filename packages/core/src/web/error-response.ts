import { isUnderstudyError, misuse } from "../model/error.ts";
import type { ErrorCode } from "../model/failure.ts";

/** By whose fault it is: 4xx the user's, 500 the application's or ours, 502 to 504 the vendors'. */
const STATUSES: Readonly<Record<ErrorCode, number>> = {
  "invalid-request": 400,
  "context-length": 413,
  "too-large": 413,
  unsupported: 422,
  policy: 422,
  "rate-limited": 429,
  // What proxies log for a client that has gone: nobody reads it.
  aborted: 499,
  config: 500,
  auth: 500,
  billing: 500,
  "model-not-found": 500,
  "adapter-error": 500,
  "bad-response": 502,
  interrupted: 502,
  "empty-output": 502,
  "invalid-output": 502,
  unavailable: 503,
  "server-error": 503,
  overloaded: 503,
  conflict: 503,
  "local-resource": 503,
  "all-failed": 503,
  timeout: 504,
};

/**
 * The HTTP status with which a web handler answers a failed call. 400 when the request cannot be sent; other misuse, such as
 * a wrong option of the call, is the application's own mistake: 500. Anything but an `UnderstudyError` is 500.
 */
export function statusOf(error: unknown): number {
  if (!isUnderstudyError(error)) return 500;
  // What was wrong about a request always has a reason; a wrong option or selector has none.
  if (error.code === "invalid-request" && error.reason === undefined) return 500;
  // Another installed version may have other codes.
  return Object.hasOwn(STATUSES, error.code) ? STATUSES[error.code] : 500;
}

/**
 * A failed call as the response of a web handler: the status of `statusOf`, `retry-after` in whole seconds where the error
 * says when trying again can help, and the body `{"code":…,"retryAfterMs":…}`, which holds no message and no word of request,
 * answer or vendor. The code of anything but an `UnderstudyError` is `unknown`. `init` overrides status and headers; throws
 * `invalid-request` when no response can be made with it.
 */
export function errorResponse(error: unknown, init: ResponseInit = {}): Response {
  const { code, retryAfterMs } = isUnderstudyError(error) ? error : { code: "unknown" };
  try {
    const headers = new Headers(init.headers);
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
    if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs) && !headers.has("retry-after")) {
      headers.set("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
    }
    return Response.json({ code, retryAfterMs }, { status: statusOf(error), ...init, headers });
  } catch {
    // What was thrown may repeat a header's value.
    throw misuse("invalid-request", "`init` needs a status that has a body, and valid headers.");
  }
}

import type { Ids } from "../ids.ts";
import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

/** Status to error type, as the vendor pairs them. */
const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  409: "conflict_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  500: "api_error",
  502: "api_error",
  503: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const messages: Readonly<Record<number, string>> = {
  401: "invalid x-api-key",
  402: "Your account has a billing problem.",
  403: "Your API key does not have permission to use the specified resource.",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Request exceeds the maximum size",
  429: "This request would exceed your organization's rate limit.",
  500: "Internal server error",
  504: "Request timed out.",
  529: "Overloaded",
};

export function anthropicError(
  status: number,
  message: string,
  ids: Ids,
  headers: Readonly<Record<string, string>> = {},
  details?: Readonly<Record<string, unknown>>,
): Reply {
  const requestId = ids.next("req_011C", 20);
  const error = { type: types[status] ?? "api_error", message, ...(details === undefined ? {} : { details }) };
  return {
    status,
    headers: { "request-id": requestId, "x-should-retry": String(status === 429 || status >= 500), ...headers },
    body: { type: "error", error, request_id: requestId },
  };
}

export function anthropicStatus(status: number, ids: Ids): Reply {
  return anthropicError(status, messages[status] ?? "Invalid request", ids);
}

export function anthropicNamed(name: VendorErrorName, { ids, model, retryAfterMs }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return anthropicError(400, "messages: Field required", ids);
    case "bad-key":
      return anthropicStatus(401, ids);
    case "out-of-quota": {
      const message = "Your credit balance is too low to access the Anthropic API.";
      return anthropicError(400, message, ids, { "x-should-retry": "false" });
    }
    case "forbidden":
      return anthropicStatus(403, ids);
    case "model-not-found":
      return anthropicError(404, `model: ${model}`, ids);
    case "too-large":
      return anthropicStatus(413, ids);
    case "context-length":
      return anthropicError(400, "prompt is too long: 1250025 tokens > 1000000 maximum", ids);
    case "rate-limited":
      return anthropicError(429, messages[429] ?? "", ids, rateHeaders(retryAfterMs ?? 16_000));
    case "daily-limit":
      return anthropicError(429, messages[429] ?? "", ids, rateHeaders(retryAfterMs ?? 6 * 3_600_000));
    case "concurrency-limit": {
      const message = "Your request rate increased too quickly. Please ramp up traffic gradually.";
      return anthropicError(429, message, ids, retryAfter(retryAfterMs ?? 5000), { error_code: "ramp_limit_exceeded" });
    }
    case "spend-limit": {
      // It fails until access resumes, so there is no wait.
      const message = "This request would exceed your organization's spend limit.";
      const details = { error_code: "enforced_spend_limit_reached" };
      return anthropicError(429, message, ids, { "x-should-retry": "false" }, details);
    }
    case "server-error":
      return anthropicStatus(500, ids);
    case "overloaded":
      return anthropicError(529, "Overloaded", ids, retryAfter(retryAfterMs));
    case "timeout":
      return anthropicStatus(504, ids);
    default:
      return name satisfies never;
  }
}

function retryAfter(ms: number | undefined): Readonly<Record<string, string>> {
  return ms === undefined ? {} : { "retry-after": String(Math.ceil(ms / 1000)) };
}

function rateHeaders(ms: number): Readonly<Record<string, string>> {
  const reset = new Date(Date.now() + ms).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    ...retryAfter(ms),
    "anthropic-ratelimit-input-tokens-limit": "200000",
    "anthropic-ratelimit-input-tokens-remaining": "0",
    "anthropic-ratelimit-input-tokens-reset": reset,
  };
}

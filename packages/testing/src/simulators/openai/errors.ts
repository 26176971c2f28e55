import type { Ids } from "../ids.ts";
import type { WireObject } from "../json.ts";
import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

/** Why a request is refused, in the fields of the vendor's error object. Default status: 400. */
export interface OpenAIProblem {
  readonly message: string;
  readonly param?: string | undefined;
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  /** In place of the error object, for servers that have another. */
  readonly body?: WireObject | undefined;
}

interface ErrorFields extends OpenAIProblem {
  readonly status: number;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function openAIError(fields: ErrorFields): Reply {
  const { status, message, param = null, code = null } = fields;
  const type = fields.type ?? (status >= 500 ? "server_error" : "invalid_request_error");
  return { status, headers: fields.headers, body: { error: { message, type, param, code } } };
}

export function openAIRefusal(problem: OpenAIProblem): Reply {
  const { status = 400, body } = problem;
  return body === undefined ? openAIError({ ...problem, status }) : { status, body };
}

export function badKey(key: string): Reply {
  return openAIError({
    status: 401,
    message: `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    code: "invalid_api_key",
    headers: { "www-authenticate": 'Bearer realm="OpenAI API"' },
  });
}

export const noKey: Reply = openAIError({
  status: 401,
  message:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
});

export function noSuchPath(method: string, path: string): Reply {
  return openAIError({ status: 404, message: `Invalid URL (${method} ${path})` });
}

export function noSuchMethod(method: string, path: string): Reply {
  const hint = "(HINT: Perhaps you meant to use a different HTTP method?)";
  return openAIError({
    status: 405,
    message: `Not allowed to ${method} on ${path}. ${hint}`,
    code: "method_not_supported",
  });
}

const texts: Readonly<Record<number, string>> = {
  403: "You are not allowed to access this resource.",
  404: "Not found.",
  408: "Request timed out.",
  429: "Rate limit reached for requests.",
  500: "The server had an error while processing your request. Sorry about that!",
  503: "Our servers are currently overloaded. Please try again later.",
};

export function openAIStatus(status: number): Reply {
  const message = texts[status] ?? "The request failed.";
  if (status === 401) return badKey("bad-key");
  if (status === 429) return openAIError({ status, type: "requests", message, code: "rate_limit_exceeded" });
  if (status === 503) {
    return openAIError({ status, type: "service_unavailable_error", message, code: "server_is_overloaded" });
  }
  return openAIError({ status, message });
}

/** The named failures; `notFound` is the status that the endpoint gives an unknown model. */
export function openAINamed(name: VendorErrorName, detail: ErrorDetail, notFound: 400 | 404): Reply {
  const { model, retryAfterMs } = detail;
  switch (name) {
    case "bad-request":
      return openAIError({
        status: 400,
        message: "Missing required parameter: 'model'.",
        param: "model",
        code: "missing_required_parameter",
      });
    case "bad-key":
      return badKey("bad-key");
    case "out-of-quota":
      return openAIError({
        status: 429,
        type: "insufficient_quota",
        message: "You exceeded your current quota, please check your plan and billing details.",
        code: "insufficient_quota",
      });
    case "forbidden":
      return openAIStatus(403);
    case "model-not-found":
      return modelNotFound(model, notFound);
    case "too-large":
      return openAIError({ status: 413, message: "The request is too large." });
    case "context-length":
      return openAIError({
        status: 400,
        message: "Your input exceeds the context window of this model. Please adjust your input and try again.",
        param: "input",
        code: "context_length_exceeded",
      });
    case "rate-limited": {
      const wait = retryAfterMs ?? 26_604;
      return openAIError({
        status: 429,
        type: "tokens",
        message: `Rate limit reached for ${model} on tokens per min (TPM): Limit 10000, Used 9348, Requested 5086. Please try again in ${wait / 1000}s.`,
        code: "rate_limit_exceeded",
        headers: retryAfterMs === undefined ? rateHeaders(wait) : { ...rateHeaders(wait), ...retryAfter(wait) },
      });
    }
    case "daily-limit": {
      const wait = retryAfterMs ?? 6 * 3_600_000;
      return openAIError({
        status: 429,
        type: "requests",
        message: `Rate limit reached for ${model} on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in ${Math.round(wait / 60_000)}m0s.`,
        code: "rate_limit_exceeded",
        headers: {
          "x-ratelimit-limit-requests": "200",
          "x-ratelimit-remaining-requests": "0",
          "x-ratelimit-reset-requests": `${Math.round(wait / 60_000)}m0s`,
        },
      });
    }
    case "concurrency-limit":
      return openAIError({
        status: 429,
        type: "requests",
        message: "Your request rate increased too quickly. Please slow down.",
        code: "slow_down",
        headers: retryAfterMs === undefined ? {} : retryAfter(retryAfterMs),
      });
    case "spend-limit":
      return openAIError({
        status: 429,
        type: "insufficient_quota",
        message: "Your organization has reached its spend limit.",
        code: "organization_spend_limit_exceeded",
      });
    case "server-error":
      return openAIStatus(500);
    case "overloaded": {
      const reply = openAIStatus(503);
      return retryAfterMs === undefined ? reply : { ...reply, headers: retryAfter(retryAfterMs) };
    }
    case "timeout":
      return openAIStatus(408);
    default:
      return name satisfies never;
  }
}

export function modelNotFound(model: string, status: 400 | 404): Reply {
  return status === 400
    ? openAIError({
        status,
        message: `The requested model '${model}' does not exist.`,
        param: "model",
        code: "model_not_found",
      })
    : openAIError({
        status,
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
        code: "model_not_found",
      });
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(ms / 1000)) };
}

function rateHeaders(ms: number): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit-tokens": "10000",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": `${ms / 1000}s`,
  };
}

/** Headers that every answer of this vendor carries. */
export function openAIHeaders(kind: "stream" | "whole" | "error", ids: Ids): Readonly<Record<string, string>> {
  return {
    "content-type": kind === "stream" ? "text/event-stream; charset=utf-8" : "application/json",
    "x-request-id": ids.hex("req_", 32),
    "openai-version": "2020-10-01",
    "openai-processing-ms": "17",
    ...(kind === "error"
      ? {}
      : {
          "x-ratelimit-limit-requests": "5000",
          "x-ratelimit-remaining-requests": "4999",
          "x-ratelimit-reset-requests": "12ms",
          "x-ratelimit-limit-tokens": "1000000",
          "x-ratelimit-remaining-tokens": "999000",
          "x-ratelimit-reset-tokens": "0s",
        }),
  };
}

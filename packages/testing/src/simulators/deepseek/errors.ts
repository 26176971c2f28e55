import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

/** Nearly all failures share one code: only status and message distinguish them. */
export function deepSeekError(status: number, message: string, type = "invalid_request_error"): Reply {
  const contentType = status === 400 ? "application/octet-stream" : "application/json";
  return {
    status,
    headers: { "content-type": contentType },
    body: { error: { message, type, param: null, code: "invalid_request_error" } },
  };
}

const texts: Readonly<Record<number, string>> = {
  402: "Insufficient Balance",
  403: "Access denied.",
  404: "Not Found",
  413: "Request entity too large.",
  422: "Invalid parameters.",
  429: "Rate limit reached for TPM.",
  500: "Internal Server Error",
  503: "Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.",
};

export function deepSeekStatus(status: number): Reply {
  if (status === 401) return badKey("bad-key");
  const type = status === 402 ? "unknown_error" : status >= 500 ? "server_error" : "invalid_request_error";
  return deepSeekError(status, texts[status] ?? "The request failed.", type);
}

export function badKey(key: string): Reply {
  const message = `Authentication Fails, Your api key: ****${key.slice(-4)} is invalid`;
  return deepSeekError(401, message, "authentication_error");
}

export function modelNotFound(model: string): Reply {
  const known = "deepseek-flash, deepseek-v4-pro or deepseek-v4-flash";
  return deepSeekError(400, `The supported API model names are ${known}, but you passed ${model}.`);
}

export function deepSeekNamed(name: VendorErrorName, { model, retryAfterMs }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return deepSeekError(400, "Empty input messages");
    case "bad-key":
      return badKey("bad-key");
    case "out-of-quota":
      return deepSeekStatus(402);
    case "forbidden":
      return deepSeekStatus(403);
    case "model-not-found":
      return modelNotFound(model);
    case "too-large":
      return deepSeekStatus(413);
    case "context-length":
      return deepSeekError(
        400,
        "This model's maximum context length is 1048565 tokens. However, you requested 1250025 tokens (1250025 in the messages, 0 in the completion). Please reduce the length of the messages or completion.",
      );
    case "rate-limited":
      return waiting(deepSeekStatus(429), retryAfterMs);
    case "daily-limit":
      return waiting(deepSeekError(429, "Rate limit reached for requests per day (RPD)."), retryAfterMs);
    case "concurrency-limit":
      return waiting(
        deepSeekError(
          429,
          "Your current concurrency is 40, which exceeds your concurrency limit of 39 based on your remaining balance.",
        ),
        retryAfterMs,
      );
    case "spend-limit":
      return deepSeekStatus(402);
    case "server-error":
      return deepSeekStatus(500);
    case "overloaded":
      return waiting(deepSeekStatus(503), retryAfterMs);
    case "timeout":
      return deepSeekStatus(504);
    default:
      return name satisfies never;
  }
}

function waiting(reply: Reply, ms: number | undefined): Reply {
  if (ms === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": String(Math.ceil(ms / 1000)) } };
}

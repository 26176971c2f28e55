import type { WireObject } from "../json.ts";
import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

const names: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "RESOURCE_EXHAUSTED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const texts: Readonly<Record<number, string>> = {
  402: "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
  403: "The caller does not have permission",
  413: "Request payload size exceeds the limit.",
  429: "You exceeded your current quota, please check your plan and billing details.",
  499: "The operation was cancelled.",
  500: "An internal error has occurred. Please retry or report the problem.",
  503: "The model is overloaded. Please try again later.",
  504: "Deadline expired before operation could complete.",
};

function geminiError(code: number, message: string, details: readonly WireObject[] = []): Reply {
  const error = { code, message, status: names[code] ?? "UNKNOWN" };
  return { status: code, body: { error: details.length === 0 ? error : { ...error, details } } };
}

/** A refusal; undefined when there is none. */
export type Problem = Reply | undefined;

/** The usual refusal. */
export function invalid(message: string): Reply {
  return geminiError(400, message);
}

export function geminiStatus(status: number): Reply {
  return geminiError(status, texts[status] ?? "The request failed.");
}

function errorInfo(reason: string): WireObject {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason,
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com" },
  };
}

/** A bad key is a bad request here. */
export const badKey: Reply = geminiError(400, "API key not valid. Please pass a valid API key.", [
  errorInfo("API_KEY_INVALID"),
  {
    "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
    locale: "en-US",
    message: "API key not valid. Please pass a valid API key.",
  },
]);

export const noKey: Reply = geminiError(
  403,
  "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
);

export function modelNotFound(model: string, version: string): Reply {
  return geminiError(
    404,
    `models/${model} is not found for API version ${version}, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  );
}

/** The JSON payload names a field that does not exist. */
export function unknownField(name: string, path: string): Reply {
  const at = path === "" ? "" : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`;
  return geminiError(400, description, [
    { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field: path, description }] },
  ]);
}

export function geminiNamed(name: VendorErrorName, { model, retryAfterMs }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return geminiError(400, "* GenerateContentRequest.contents: contents is not specified\n");
    case "bad-key":
      return badKey;
    case "out-of-quota":
      return geminiStatus(402);
    case "forbidden":
      return geminiError(403, texts[403] ?? "", [errorInfo("IAM_PERMISSION_DENIED")]);
    case "model-not-found":
      return modelNotFound(model, "v1beta");
    case "too-large":
      return geminiStatus(413);
    case "context-length":
      return geminiError(
        400,
        "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
      );
    case "rate-limited":
      return rateLimited(model, (retryAfterMs ?? 34_400) / 1000, "Minute");
    case "daily-limit":
      return rateLimited(model, (retryAfterMs ?? 34_400) / 1000, "Day");
    case "concurrency-limit":
      return geminiError(429, "Resource has been exhausted (e.g. check quota).", [errorInfo("RATE_LIMIT_EXCEEDED")]);
    case "spend-limit":
      return geminiStatus(402);
    case "server-error":
      return geminiStatus(500);
    case "overloaded":
      return geminiStatus(503);
    case "timeout":
      return geminiStatus(504);
    default:
      return name satisfies never;
  }
}

/** The wait stands in the body only; there is no header for it. */
function rateLimited(model: string, seconds: number, per: "Minute" | "Day"): Reply {
  const quotaId = `GenerateRequestsPer${per}PerProjectPerModel-FreeTier`;
  return geminiError(429, `${texts[429]}\nPlease retry in ${seconds}s.`, [
    {
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      violations: [{ quotaId, quotaDimensions: { location: "global", model }, quotaValue: "1000000" }],
    },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` },
  ]);
}

import type { WireObject } from "../json.ts";
import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
};

const SERVICE = "aiplatform.googleapis.com";

/** An error of the platform itself, before the model. */
export function vertexError(code: number, message: string, details: readonly WireObject[] = []): Reply {
  const error = { code, message, status: STATUSES[code] ?? "UNKNOWN" };
  return { status: code, body: { error: details.length === 0 ? error : { ...error, details } } };
}

function errorInfo(reason: string, metadata: WireObject = {}): WireObject {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason,
    domain: "googleapis.com",
    metadata: { service: SERVICE, ...metadata },
  };
}

const EXPECTED = "Expected OAuth 2 access token, login cookie or other valid authentication credential.";

export const noToken: Reply = vertexError(401, `Request is missing required authentication credential. ${EXPECTED}`, [
  errorInfo("CREDENTIALS_MISSING"),
]);

export const noKeys: Reply = vertexError(
  401,
  "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal.",
  [errorInfo("CREDENTIALS_MISSING")],
);

/** A token that was good once, and one that never was. */
export function badToken(isExpired: boolean): Reply {
  const reason = isExpired ? "ACCESS_TOKEN_EXPIRED" : "ACCESS_TOKEN_TYPE_UNSUPPORTED";
  return vertexError(401, `Request had invalid authentication credentials. ${EXPECTED}`, [errorInfo(reason)]);
}

export function wrongLocation(location: string): Reply {
  return vertexError(400, `Invalid resource field value in the request: the location ${location} is not served here.`);
}

export function publisherModelNotFound(path: string): Reply {
  return vertexError(
    404,
    `Publisher Model \`${path}\` was not found or your project does not have access to it. Please ensure you are using a valid model version.`,
  );
}

/** What the platform answers for the model; undefined where the model's own vendor is heard. */
export function vertexNamed(name: VendorErrorName, { model, retryAfterMs }: ErrorDetail): Reply | undefined {
  switch (name) {
    case "bad-key":
      return badToken(true);
    case "forbidden":
      return vertexError(
        403,
        "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/p/locations/l' (or it may not exist).",
        [errorInfo("IAM_PERMISSION_DENIED", { permission: "aiplatform.endpoints.predict" })],
      );
    case "out-of-quota":
    case "spend-limit":
      return vertexError(403, "This API method requires billing to be enabled.", [errorInfo("BILLING_DISABLED")]);
    case "model-not-found":
      return publisherModelNotFound(`projects/p/locations/l/publishers/v/models/${model}`);
    case "rate-limited":
    case "concurrency-limit":
      return vertexError(429, "Resource exhausted. Please try again later.", wait(retryAfterMs));
    case "daily-limit":
      return vertexError(429, `Quota exceeded for ${SERVICE}/online_prediction_requests_per_day.`, [
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{ quotaId: "OnlinePredictionRequestsPerDay", quotaDimensions: { base_model: model } }],
        },
        ...wait(retryAfterMs),
      ]);
    default:
      return undefined;
  }
}

/** Usually it says nothing of when. */
function wait(ms: number | undefined): readonly WireObject[] {
  if (ms === undefined) return [];
  return [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${ms / 1000}s` }];
}

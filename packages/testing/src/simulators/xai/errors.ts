import { jsonOf, type ErrorDetail, type Reply, type VendorErrorName } from "../wire.ts";

/** A refusal in the vendor's words. Default status: 400. */
export interface XAIProblem {
  readonly error: string;
  readonly status?: 400 | 422 | undefined;
}

const codes: Readonly<Record<number, string>> = {
  400: "Client specified an invalid argument",
  401: "Unauthenticated",
  403: "The caller does not have permission to execute the specified operation",
  404: "Some requested entity was not found",
  429: "Some resource has been exhausted",
  503: "The service is currently unavailable",
};

/** The shape of this API: the code is a sentence too. */
export function xaiError(status: number, error: string): Reply {
  return { status, body: { code: codes[status] ?? "Internal error", error } };
}

/** What the parser does not understand has no code. */
export function problemReply({ error, status = 400 }: XAIProblem): Reply {
  return status === 422 ? { status, body: { error } } : xaiError(status, error);
}

export function notParsed(what: string): XAIProblem {
  return { status: 422, error: `Failed to deserialize the JSON body into the target type: ${what}` };
}

/** For an input item of no kind that the vendor has. */
export const noSuchItem: XAIProblem = notParsed("data did not match any variant of untagged enum ModelInput");

export const badKey: Reply = xaiError(
  400,
  "Incorrect API key provided: ba***ey. You can obtain an API key from https://console.x.ai.",
);
export const noKey: Reply = xaiError(401, "No authorization header was provided.");

export function modelNotFound(model: string): Reply {
  return xaiError(404, `The model ${model} does not exist or your team does not have access to it.`);
}

const texts: Readonly<Record<number, string>> = {
  403: "Your API key does not have permission to perform this action.",
  404: "No such path.",
  413: "The request body is too large.",
  429: "Too many requests for this model.",
  500: "An internal error occurred.",
  503: "The model is temporarily unavailable.",
  504: "The request timed out.",
};

export function xaiStatus(status: number): Reply {
  if (status === 401) return xaiError(401, "The authorization token is invalid.");
  return xaiError(status, texts[status] ?? "The request failed.");
}

export function xaiNamed(name: VendorErrorName, detail: ErrorDetail): Reply {
  const reply = named(name, detail);
  const { message } = detail;
  return message === undefined ? reply : { ...reply, body: { ...jsonOf(reply), error: message } };
}

function named(name: VendorErrorName, { model, retryAfterMs }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return problemReply(notParsed("missing field `model`"));
    case "bad-key":
      return badKey;
    case "out-of-quota":
    case "spend-limit":
      return xaiError(
        429,
        "Your team 0b5e4e7a-1c2d-4e3f-8a9b-0c1d2e3f4a5b has either used all available credits or reached its monthly spending limit.",
      );
    case "forbidden":
      return xaiStatus(403);
    case "model-not-found":
      return modelNotFound(model);
    case "too-large":
      return xaiStatus(413);
    case "context-length":
      return xaiError(400, "This model's maximum prompt length is 500000 but the request contains 600021 tokens.");
    // Of all limits the body says the same.
    case "rate-limited":
    case "daily-limit":
    case "concurrency-limit":
      return waiting(xaiStatus(429), retryAfterMs);
    case "server-error":
      return xaiStatus(500);
    case "overloaded":
      return waiting(xaiStatus(503), retryAfterMs);
    case "timeout":
      return xaiStatus(504);
    default:
      return name satisfies never;
  }
}

function waiting(reply: Reply, ms: number | undefined): Reply {
  return ms === undefined ? reply : { ...reply, headers: { "retry-after": String(Math.ceil(ms / 1000)) } };
}

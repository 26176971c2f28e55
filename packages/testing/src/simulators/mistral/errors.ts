import type { ErrorDetail, Reply, VendorErrorName } from "../wire.ts";

/** A refusal in the vendor's words. */
export interface MistralProblem {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

/** Where the parser found a fault, and what it says of it. */
export interface MistralFault {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

/** What a check finds: a fault of the body's shape, or something that the model's own rules forbid. */
export type Problem = MistralFault | MistralProblem | undefined;

export function mistralError(status: number, message: string, type: string, code: string | null = null): Reply {
  return { status, body: { object: "error", message, type, param: null, code, raw_status_code: status } };
}

/** Faults of the shape have the status 422 and another body than everything else. */
export function problemReply(problem: MistralFault | MistralProblem): Reply {
  if (!("loc" in problem)) return mistralError(400, problem.message, problem.type, problem.code);
  const detail = [{ ...problem, loc: ["body", ...problem.loc] }];
  return {
    status: 422,
    body: { object: "error", message: { detail }, type: "invalid_request_error", param: null, code: null },
  };
}

export function badKey(message = "Invalid API Key"): Reply {
  return { status: 401, body: { detail: message } };
}

export function modelNotFound(model: string): Reply {
  return mistralError(400, `Invalid model: ${model}`, "invalid_model", "1500");
}

const texts: Readonly<Record<number, readonly [message: string, type: string]>> = {
  402: ["Payment required.", "billing_error"],
  403: ["You do not have access to this model.", "forbidden"],
  413: ["Request body too large.", "invalid_request_error"],
  500: ["Internal server error.", "internal_server_error"],
  504: ["The request timed out.", "internal_server_error"],
};

export function mistralStatus(status: number): Reply {
  if (status === 401) return badKey();
  if (status === 404) return { status, body: { message: "no Route matched with those values", request_id: "0f3a9c" } };
  if (status === 429) return mistralError(429, "Rate limit exceeded", "rate_limited", "1300");
  if (status === 503) {
    return mistralError(
      503,
      "Service tier capacity exceeded for this model.",
      "service_tier_capacity_exceeded",
      "3505",
    );
  }
  const [message, type] = texts[status] ?? ["The request failed.", "invalid_request_error"];
  return mistralError(status, message, type);
}

export function mistralNamed(name: VendorErrorName, { model, retryAfterMs, message }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return problemReply({ type: "missing", loc: ["messages"], msg: message ?? "Field required" });
    case "bad-key":
      return badKey(message);
    case "out-of-quota":
    case "spend-limit":
      return mistralStatus(402);
    case "forbidden":
      return mistralStatus(403);
    case "model-not-found":
      return modelNotFound(model);
    case "too-large":
      return mistralStatus(413);
    case "context-length":
      return mistralError(
        400,
        "Prompt contains 300021 tokens, too large for model with 262144 maximum context length",
        "invalid_request_invalid_args",
        "3051",
      );
    // Of requests a second, tokens a minute and requests at once the body says the same.
    case "rate-limited":
    case "daily-limit":
    case "concurrency-limit":
      return waiting(mistralStatus(429), retryAfterMs);
    case "server-error":
      return mistralStatus(500);
    case "overloaded":
      return waiting(mistralStatus(503), retryAfterMs);
    case "timeout":
      return mistralStatus(504);
    default:
      return name satisfies never;
  }
}

function waiting(reply: Reply, ms: number | undefined): Reply {
  if (ms === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": String(Math.ceil(ms / 1000)) } };
}

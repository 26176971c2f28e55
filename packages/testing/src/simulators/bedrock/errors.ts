import { jsonOf, type ErrorDetail, type Frame, type Reply, type VendorErrorName } from "../wire.ts";

/** What a check finds: the sentence of a ValidationException. */
export type Problem = string | undefined;

const ORIGIN = "http://internal.amazon.com/coral/com.amazon.bedrock/";

/** The name of an error stands in a header only. */
export function exception(status: number, name: string, message: string): Reply {
  return { status, headers: { "x-amzn-errortype": `${name}:${ORIGIN}` }, body: { message } };
}

export function invalid(message: string): Reply {
  return exception(400, "ValidationException", message);
}

/** What a model's own server refuses. */
export function invalidForModel(message: string): string {
  return `The model returned the following errors: ${message}`;
}

export const badKey: Reply = exception(
  403,
  "UnrecognizedClientException",
  "The security token included in the request is invalid.",
);

export const retired: Reply = exception(
  404,
  "ResourceNotFoundException",
  "This model version has reached the end of its life. Please refer to the AWS documentation for more details.",
);

export function profileNeeded(model: string): Reply {
  return invalid(
    `Invocation of model ID ${model} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
  );
}

const usual: Readonly<Record<number, readonly [name: string, message: string]>> = {
  400: ["ValidationException", "The format of your request is not valid."],
  401: ["UnrecognizedClientException", "The security token included in the request is invalid."],
  403: ["AccessDeniedException", "You don't have access to the model with the specified model ID."],
  404: ["ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier."],
  408: ["ModelTimeoutException", "The request took too long to process."],
  424: ["ModelErrorException", "The request failed due to an error while processing the model."],
  429: ["ThrottlingException", "Too many requests, please wait before trying again."],
  500: ["InternalServerException", "An internal server error occurred."],
  503: ["ServiceUnavailableException", "The service isn't currently available."],
};

export function bedrockStatus(status: number): Reply {
  const [name, message] = usual[status] ?? ["", `The request failed with the status ${status}.`];
  // Other statuses come from what stands in front of the service.
  return name === "" ? { status, body: { message } } : exception(status, name, message);
}

export function bedrockNamed(name: VendorErrorName, { retryAfterMs }: ErrorDetail): Reply {
  switch (name) {
    case "bad-request":
      return invalid("The conversation must have at least one message.");
    case "bad-key":
      return badKey;
    // An account without a means of payment is told so when it asks.
    case "out-of-quota":
    case "spend-limit":
      return exception(
        403,
        "AccessDeniedException",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.",
      );
    case "forbidden":
      return bedrockStatus(403);
    case "model-not-found":
      return invalid("The provided model identifier is invalid.");
    case "too-large":
      return exception(413, "RequestEntityTooLargeException", "The request is too large.");
    case "context-length":
      return invalid(
        invalidForModel(
          "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.",
        ),
      );
    case "rate-limited":
      return waiting(bedrockStatus(429), retryAfterMs);
    case "daily-limit":
      return waiting(
        exception(429, "ThrottlingException", "Too many tokens per day, please wait before trying again."),
        retryAfterMs,
      );
    case "concurrency-limit":
      return waiting(
        exception(429, "ThrottlingException", "Too many concurrent requests, please wait before trying again."),
        retryAfterMs,
      );
    case "server-error":
      return bedrockStatus(500);
    case "overloaded":
      return waiting(bedrockStatus(503), retryAfterMs);
    case "timeout":
      return bedrockStatus(408);
    default:
      return name satisfies never;
  }
}

/** A failure of a stream that has begun is an exception's frame; what a gateway says has its own event. */
export function bedrockInBand(reply: Reply): readonly Frame[] {
  const body = jsonOf(reply);
  const name = reply.headers?.["x-amzn-errortype"]?.split(":")[0];
  if (name === undefined) return [{ kind: "terminal", event: "error", data: body }];
  const written = name.charAt(0).toLowerCase() + name.slice(1);
  return [{ kind: "terminal", event: `exception ${written}`, data: body }];
}

function waiting(reply: Reply, ms: number | undefined): Reply {
  if (ms === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": String(Math.ceil(ms / 1000)) } };
}

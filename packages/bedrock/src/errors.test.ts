import { classifyFailures, type FailureClass, type TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const REQUEST: TargetRequest = {
  system: "S",
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "required",
  output: { type: "json", name: "x", schema: { type: "object" } },
  reasoning: { effort: "high", visible: true },
  stop: [],
  temperature: 0.5,
  topP: 0.9,
  topK: 5,
  cache: true,
};
const failures = classifyFailures(failureTable, [], () => 0, REQUEST);

function refusal(status: number, message: string, type?: string) {
  return failures.http({
    status,
    headers: new Headers({ "x-amzn-requestid": "r-1" }),
    body: { ...(type !== undefined && { __type: type }), message },
    wallNow: 0,
  });
}

const OF_MODEL = "The model returned the following errors: ";

/** Sentences that were recorded or reported, and what the vendor's SDK says of its exceptions. */
const NAMED: readonly (readonly [status: number, type: string, message: string, expected: FailureClass])[] = [
  [403, "UnrecognizedClientException", "The security token included in the request is invalid.", "auth.invalid"],
  [403, "ExpiredTokenException", "The security token included in the request is expired", "auth.invalid"],
  [403, "InvalidSignatureException", "The request signature we calculated does not match.", "auth.invalid"],
  [403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", "auth.forbidden"],
  [
    403,
    "AccessDeniedException",
    "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid one",
    "billing.exhausted",
  ],
  [429, "ThrottlingException", "Too many tokens, please wait before trying again.", "rate.tokens"],
  [429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", "rate.daily"],
  [429, "ThrottlingException", "Too many requests, please wait before trying again.", "rate.requests"],
  [429, "ThrottlingException", "Slow down.", "rate.unknown"],
  [429, "ModelNotReadyException", "The model is not ready.", "server.overloaded"],
  [400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account.", "rate.daily"],
  [404, "ResourceNotFoundException", "The specified resource ARN was not found.", "model.not-found"],
  [
    404,
    "ResourceNotFoundException",
    "This model version has reached the end of its life. Please refer",
    "model.deprecated",
  ],
  [408, "ModelTimeoutException", "The request took too long to process.", "timeout.upstream"],
  [500, "InternalServerException", "An internal server error occurred.", "server.error"],
  [503, "ServiceUnavailableException", "The service isn't currently available.", "server.overloaded"],
  [400, "ValidationException", "The provided model identifier is invalid.", "model.not-found"],
  [
    400,
    "ValidationException",
    `${OF_MODEL}Input Tokens Exceeded: Number of input tokens exceeds`,
    "request.context-length",
  ],
  [
    400,
    "ValidationException",
    `${OF_MODEL}prompt is too long: 200001 tokens > 200000 maximum`,
    "request.context-length",
  ],
];

/** What is sent instead. */
const REPAIRED: readonly (readonly [message: string, description: string | undefined])[] = [
  ["The model is unsupported for streaming.", "without streaming"],
  ["This model doesn't support tool use in streaming mode.", "without streaming"],
  ["This model doesn’t support the toolConfig.toolChoice.any field. Remove it", "without forcing a tool"],
  ["This model doesn't support the temperature field. Remove temperature and try again.", "without temperature"],
  ["This model doesn't support the outputConfig.effort field. Remove it", "without effort"],
  ["This model doesn't support the performanceConfig field. Remove it", "without performanceConfig"],
  ["This model doesn't support system messages. Try again", "with the system prompt as a message"],
  ["Malformed input request: #/toolConfig/tools/0: extraneous key [cachePoint] is not permitted", "without cache"],
  ["Malformed input request: #: extraneous key [top_k] is not permitted, please reformat", "without topK"],
  ["The maximum tokens you requested exceed the model limit of 4096. Try again", "with 4096 output tokens"],
  [`${OF_MODEL}This model does not support assistant message prefill.`, "with a user turn at the end"],
  [`${OF_MODEL}messages.1.content.0: Invalid \`signature\` in \`thinking\` block`, "without earlier reasoning"],
  [`${OF_MODEL}"thinking.type.adaptive" is not supported for this model.`, "with the model's own thinking"],
  [`${OF_MODEL}output_config.format.schema: For 'object' type`, "with loose schemas"],
];

function failed(originalStatusCode: number) {
  return failures.http({
    status: 424,
    headers: new Headers(),
    body: { __type: "ModelErrorException", originalStatusCode },
    wallNow: 0,
  });
}

describe("what Bedrock refuses", () => {
  test.each(NAMED)("%i %s %s", (status, type, message, expected) => {
    expect(refusal(status, message, type)).toMatchObject({ class: expected, details: { requestId: "r-1", status } });
  });

  test.each(REPAIRED)("%s is asked again %s", (message, description) => {
    const { class: failureClass, details } = refusal(400, message, "ValidationException");

    expect(failureClass).toMatch(/^request\.(?:unsupported|rejected)$/);
    expect(details.repair?.description).toBe(description);
  });

  test.each([
    ...NAMED.filter(([status]) => status !== 404).map(([status, , message]) => [status, message] as const),
    ...REPAIRED.map(([message]) => [400, message] as const),
  ])("%i quoting a user who wrote: %s", (status, message) => {
    const quoted = refusal(status, `Invalid text: ${message}`);

    expect(quoted.details.repair).toBeUndefined();
    expect(quoted.class).toBe(refusal(status, "Something else.").class);
  });

  test("a failed model is judged by the status of its own server", () => {
    expect([429, 503, 500].map((status) => failed(status).class)).toEqual([
      "rate.unknown",
      "server.overloaded",
      "server.error",
    ]);
  });

  test.each<readonly [string, string, FailureClass]>([
    ["throttlingException", "Too many tokens, please wait before trying again.", "rate.tokens"],
    ["modelStreamErrorException", "The model failed.", "server.error"],
    ["internalServerException", "An error occurred.", "server.error"],
    ["serviceUnavailableException", "Unavailable.", "server.overloaded"],
    ["modelTimeoutException", "Too long.", "timeout.upstream"],
    ["validationException", "Bad.", "request.rejected"],
  ])("%s inside a stream (%s) is %s", (name, message, expected) => {
    expect(failures.inBand({ __type: name, message })?.class).toBe(expected);
  });

  test("a 403 without the vendor's name comes from something in between", () => {
    expect(refusal(403, "Forbidden").class).not.toBe(refusal(403, "Forbidden", "AccessDeniedException").class);
  });
});

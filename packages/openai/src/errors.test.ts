import { classifyFailures, type FailureClass, type TargetFailure, type TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const failures = classifyFailures(failureTable, ["sk-own-key"]);

function error(type: string, code: string | null, message = "x", param: string | null = null): object {
  return { error: { message, type, param, code } };
}

function http(status: number, body: unknown, headers: Record<string, string> = {}): TargetFailure {
  return failures.http({ status, headers: new Headers(headers), body, wallNow: 0 });
}

const INVALID = "invalid_request_error";
const TPM = "Rate limit reached for gpt on tokens per min (TPM): Limit 10, Used 9. Please try again in 26.604s.";
const EACH_WINDOW = "This model's maximum context length is 128,000 tokens. However, your messages have more.";

const request: TargetRequest = {
  messages: [
    { role: "user", content: [{ type: "text", text: "q" }] },
    { role: "assistant", content: [{ type: "reasoning", text: "r", opaque: { id: "rs_1" } }] },
    { role: "assistant", content: [{ type: "text", text: "t", opaque: { id: "msg_1" } }] },
  ],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { effort: "high", visible: true },
  stop: [],
  vendorOptions: { openai: { verbosity: "low" } },
};

/** The request as it is sent again, by the target that carries the repair out. */
function repaired({ details: { repair } }: TargetFailure, given: TargetRequest = request): TargetRequest {
  const { repairs = [] } = repair?.apply(given) ?? given;
  return repairs.reduce((kept, one) => one.apply(kept), given);
}

/** What the vendor's SDK throws: it keeps the inside of the error object alone. */
function fromSdk(status: number, inside: unknown): TargetFailure | undefined {
  return failures.thrown(Object.assign(new Error(`${status} x`), { status, error: inside, headers: new Headers() }), 0);
}

describe("failures of the vendor's APIs", () => {
  test.each<[number, object | string, FailureClass]>([
    [400, error(INVALID, null), "request.rejected"],
    [400, error(INVALID, "context_length_exceeded"), "request.context-length"],
    [400, error(INVALID, "content_filter"), "policy.input-blocked"],
    [400, error(INVALID, "invalid_prompt"), "policy.input-blocked"],
    [400, error(INVALID, "model_not_found", "The requested model 'x' does not exist."), "model.not-found"],
    [400, error(INVALID, "image_too_large"), "request.too-large"],
    [400, error(INVALID, "unsupported_file"), "request.unsupported"],
    [400, error(INVALID, "invalid_json_schema", "x", "text.format.schema"), "request.unsupported"],
    [401, error(INVALID, "invalid_api_key"), "auth.invalid"],
    [401, { error: { code: "401", message: "Access denied due to invalid subscription key." } }, "auth.invalid"],
    [403, error(INVALID, null, "Country not supported"), "auth.forbidden"],
    [403, "<html>blocked", "gateway.html"],
    [404, error(INVALID, "model_not_found"), "model.not-found"],
    [404, error(INVALID, null, "This is not a chat model", "model"), "model.not-found"],
    [404, { error: { code: "DeploymentNotFound", message: "x" } }, "model.not-found"],
    [400, { error: { code: "DeploymentNotFound", message: "x" } }, "model.not-found"],
    [404, { error: { code: 404, message: "No endpoints found for acme/large." } }, "model.not-found"],
    [
      404,
      { error: { code: 404, message: "No allowed providers are available for the selected model." } },
      "model.not-found",
    ],
    [404, { error: { code: 404, message: "No endpoints found that support tool use." } }, "request.unsupported"],
    [404, { error: { code: 404, message: "No endpoints found that support image input" } }, "request.unsupported"],
    [
      404,
      { error: { code: 404, status: "NOT_FOUND", message: "Publisher Model `x` was not found." } },
      "model.not-found",
    ],
    [404, { message: "This model version has reached the end of its life." }, "model.not-found"],
    [
      404,
      { code: "Some requested entity was not found", error: "The model grok-9 does not exist." },
      "model.not-found",
    ],
    [403, { error: { code: 403, message: "Forbidden for this key" } }, "auth.forbidden"],
    [400, error(INVALID, "failed_to_download_image"), "request.rejected"],
    [400, error(INVALID, "unsupported_image_media_type"), "request.unsupported"],
    [400, error(INVALID, "data_residency_mismatch"), "request.unsupported"],
    [400, error(INVALID, "invalid_function_parameters", "x", "tools[0].parameters"), "request.unsupported"],
    [404, { error: { code: "404", message: "Resource not found" } }, "endpoint.not-found"],
    [404, { detail: "Not Found" }, "endpoint.not-found"],
    [404, { error: "model 'llama' not found" }, "model.not-found"],
    [408, "", "timeout.upstream"],
    [409, "", "conflict"],
    [413, "", "request.too-large"],
    [422, { detail: "x" }, "request.rejected"],
    [429, error("tokens", "rate_limit_exceeded", TPM), "rate.tokens"],
    [429, error("requests", "rate_limit_exceeded"), "rate.requests"],
    [429, error("tokens", "rate_limit_exceeded", "Request too large for gpt on TPM"), "request.too-large"],
    [429, error("requests", "rate_limit_exceeded", "Limit on requests per day (RPD)"), "rate.daily"],
    [429, error(INVALID, "slow_down"), "rate.concurrency"],
    [429, { error: { code: "RateLimitReached", message: "x" } }, "rate.unknown"],
    [500, error("server_error", null), "server.error"],
    [502, "<html>", "server.gateway"],
    [503, error("service_unavailable_error", "server_is_overloaded"), "server.overloaded"],
    [503, error("service_unavailable_error", "slow_down"), "server.overloaded"],
    [503, "", "server.gateway"],
    [504, "", "timeout.upstream"],
    [500, { message: "kong", code: 7 }, "server.error"],
  ])("takes status %i with %j for %s", (status, body, failureClass) => {
    expect(http(status, body).class).toBe(failureClass);
  });

  test.each([
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
  ])("CL-01 takes a 429 with code %s for a lack of money, not for a limit to wait for", (code) => {
    expect(http(429, error("x", code)).class).toBe("billing.exhausted");
    expect(failures.inBand(error("x", code))?.class).toBe("billing.exhausted");
  });

  test("CL-01 lets another key try where only a project's money is spent", () => {
    expect(http(429, error("insufficient_quota", null)).class).toBe("billing.exhausted");
    for (const type of ["x", "insufficient_quota"]) {
      expect(http(429, error(type, "project_spend_limit_exceeded"))).toMatchObject({
        class: "billing.exhausted",
        details: { scope: "key" },
      });
    }
  });

  test.each<[string, object, FailureClass]>([
    ["flat", { type: "error", code: "server_is_overloaded", message: "x", param: null }, "server.overloaded"],
    ["nested", { type: "error", ...error("service_unavailable_error", "server_is_overloaded") }, "server.overloaded"],
    ["a rate", { type: "error", code: "rate_limit_exceeded", message: "x" }, "rate.unknown"],
    ["a rate of tokens", error("tokens", "rate_limit_exceeded"), "rate.tokens"],
    ["an inner error", { type: "error", code: "server_error", message: "x" }, "server.error"],
    ["a gateway's", { error: { code: 502, message: "Upstream error" } }, "server.gateway"],
    ["a text", { error: "The server is overloaded" }, "server.overloaded"],
    ["one of the future", { error: { code: "brand_new" } }, "unknown"],
  ])("OA-02 OA-03 CL-15 classifies errors inside a stream by their words: %s", (_, event, failureClass) => {
    expect(failures.inBand(event)?.class).toBe(failureClass);
  });

  test("takes no part of an answer for an error", () => {
    for (const body of [{}, { error: null }, { type: "response.created" }, { message: "hi" }, [], "error"]) {
      expect(failures.inBand(body)).toBeUndefined();
    }
  });

  test("reads the inside of an error object, which is what the vendor's SDK keeps", () => {
    const thrown = Object.assign(new Error("429 x"), {
      status: 429,
      headers: new Headers({ "x-request-id": "req_1" }),
      error: { message: "x", type: "insufficient_quota", param: null, code: "insufficient_quota" },
    });

    expect(failures.thrown(thrown, 0)).toMatchObject({
      class: "billing.exhausted",
      details: { requestId: "req_1", vendorCode: "insufficient_quota" },
    });
  });

  test.each<[number, object, FailureClass]>([
    [404, { message: "No endpoints found for acme/large.", code: 404 }, "model.not-found"],
    [403, { message: "Forbidden for this key", code: 403 }, "auth.forbidden"],
    [400, { message: "This endpoint's maximum context length is 200000 tokens.", code: 400 }, "request.context-length"],
    [404, { code: "DeploymentNotFound", message: "The API deployment does not exist." }, "model.not-found"],
    [403, { message: "blocked", code: 7 }, "gateway.html"],
    [404, { message: "no Route matched with those values" }, "endpoint.not-found"],
  ])("reads a numeric code that is a status as the vendor's own: %i %j", (status, inside, failureClass) => {
    expect(fromSdk(status, inside)?.class).toBe(failureClass);
    expect(http(status, inside).class).toBe(failureClass);
  });

  test.each<[string, FailureClass]>([
    ["invalid_base64_image", "request.rejected"],
    ["image_file_not_found", "request.rejected"],
    ["image_too_small", "request.rejected"],
    ["image_file_too_large", "request.too-large"],
    ["unsupported_image_media_type", "request.unsupported"],
    ["data_residency_mismatch", "request.unsupported"],
    ["vector_store_timeout", "server.error"],
    ["server_error", "server.error"],
  ])("takes %s inside of a failed answer for what it is", (code, failureClass) => {
    expect(failures.inBand({ status: "failed", error: { code, message: "x" } })?.class).toBe(failureClass);
  });

  test("takes class and wait from the limit that fired, and keeps what is left of the others", () => {
    const failure = http(429, "", {
      "x-ratelimit-remaining-requests": "12",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s",
      "apim-request-id": "apim-1",
    });

    expect(failure).toMatchObject({ class: "rate.tokens", details: { retryAfterMs: 360_000, requestId: "apim-1" } });
    expect(failure.details.rateLimits).toMatchObject({ "remaining-requests": "12" });
    expect(http(429, error("tokens", "rate_limit_exceeded", TPM)).details.retryAfterMs).toBe(26_604);
  });

  test("reads the context window from the message", () => {
    expect(http(400, error(INVALID, "context_length_exceeded", EACH_WINDOW)).details.contextWindow).toBe(128_000);
  });

  test("keeps neither its key nor another one", () => {
    const failure = http(401, error(INVALID, "invalid_api_key", "Incorrect API key: sk-own-key or sk-other12345678."));

    expect(JSON.stringify(failure.details)).not.toMatch(/sk-own-key|sk-other/);
  });
});

describe("repairs", () => {
  test("OA-09 leaves a parameter out from then on when the model does not have it", () => {
    const failure = http(400, error(INVALID, "unsupported_parameter", "Unsupported parameter", "top_logprobs"));

    expect(failure.class).toBe("request.unsupported");
    expect(failure.details.repair?.description).toBe("without top_logprobs");
    expect(repaired(failure)).toEqual({ ...request, without: ["top_logprobs"] });
  });

  test("leaves a value out once when the model has others", () => {
    const failure = http(400, error(INVALID, "unsupported_value", "x", "reasoning.effort"));

    expect(failure.details.repair?.description).toBe("without reasoning");
    const left = { openai: { verbosity: "low", reasoning: undefined }, openaiChat: { reasoning: undefined } };
    expect(repaired(failure).vendorOptions).toEqual(left);
    expect(request.vendorOptions).toEqual({ openai: { verbosity: "low" } });
    expect(repaired(failure).without).toBeUndefined();
  });

  test.each([
    ["text.verbosity", "text.verbosity"],
    ["max_tool_calls", "max_tool_calls"],
    ["prompt_cache_options.ttl", "prompt_cache_options"],
    ["toolset", "toolset"],
  ])("leaves out %s alone, whose name only begins as that of a needed field", (param, field) => {
    const failure = http(400, error(INVALID, "unsupported_parameter", "x", param));

    expect(repaired(failure).without).toEqual([field]);
  });

  test.each([
    "model",
    "input[3].content",
    "tools",
    "text",
    "text.format",
    "text.format.schema",
    "tools[0].strict",
    "max_output_tokens",
    "",
  ])("does not leave %s out: it would be another request", (param) => {
    const failure = http(400, error(INVALID, "unsupported_value", "x", param));

    expect(failure.class).toBe("request.unsupported");
    expect(failure.details.repair).toBeUndefined();
  });

  test.each([
    error(INVALID, "unsupported_value", "Your organization must be verified to stream this model.", "stream"),
    error(INVALID, null, "Streaming is not supported by this gateway."),
    error(INVALID, null, "Your organization must be verified to stream this model."),
  ])("goes on without streaming where it is not allowed", (body) => {
    const failure = http(400, body);

    expect(failure.details.repair?.description).toBe("without streaming");
    expect(repaired(failure).without).toEqual(["stream"]);
  });

  test("goes on without showing reasoning where that is not allowed", () => {
    const message = "Your organization must be verified to generate reasoning summaries.";

    const failure = http(400, error(INVALID, "unsupported_value", message, "reasoning.summary"));

    expect(failure.details.repair?.description).toBe("without reasoning.summary");
    expect(repaired(failure).without).toEqual(["reasoning.summary"]);
  });

  test.each([
    error(INVALID, "invalid_encrypted_content"),
    error(INVALID, null, "Item 'rs_1' of type 'reasoning' was provided without its required following item."),
    error(INVALID, null, "Item 'fc_1' was provided without its required 'reasoning' item: 'rs_1'."),
    error(INVALID, null, "Duplicate item found with id rs_1. Remove duplicate items from your input and try again."),
  ])("OA-06 forgets earlier reasoning, with the ids that belong to it, when the vendor cannot place it", (body) => {
    expect(repaired(http(400, body)).messages.slice(1)).toEqual([
      { role: "assistant", content: [{ type: "text", text: "t", opaque: undefined }] },
    ]);
  });

  test.each([
    error(INVALID, "invalid_json_schema", "x", "text.format.schema"),
    error(INVALID, "invalid_function_parameters", "x", "tools[0].parameters"),
    error(INVALID, null, "Invalid schema for function 'post': In context=(), regex lookaround is not supported."),
    error(INVALID, null, "Invalid schema for response_format 'answer': schema must have a 'type' key."),
  ])("asks with loose schemas where the vendor refuses one, and then with schemas in words", (body) => {
    const withTool = { ...request, tools: [{ name: "post", inputSchema: { type: "object" } }] };

    const first = http(400, body);
    const loose = repaired(first, withTool);
    const { details } = classifyFailures(failureTable, [], () => 0, loose).http({
      status: 400,
      headers: new Headers(),
      body,
      wallNow: 0,
    });

    expect(first.class).toBe("request.unsupported");
    expect(first.details.repair?.description).toBe("with loose schemas");
    expect(loose.without).toEqual(["strict"]);
    expect(details.repair?.description).toBe("with schemas in words");
    expect(repaired(first)).toBe(request);
  });

  test.each<[string, number]>([
    [
      "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.",
      16_384,
    ],
    [
      "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 128000, but got 200000 instead.",
      128_000,
    ],
    [
      "`max_completion_tokens` must be less than or equal to `8,192`, the maximum value for `max_completion_tokens`",
      8_192,
    ],
  ])("reads the output limit from a refusal and keeps to it: %s", (message, limit) => {
    const asked = { ...request, maxOutputTokens: 500_000 };

    const failure = http(400, error(INVALID, "invalid_value", message, "max_tokens"));

    expect(failure.class).toBe("request.unsupported");
    expect(failure.details.repair?.description).toBe(`with ${limit} output tokens`);
    expect(repaired(failure, asked)).toEqual({ ...asked, maxOutputTokens: limit });
    expect(repaired(failure)).toBe(request);
  });

  test.each(["max_tokens must be at least 1", "max_tokens must be 1 or more"])(
    "reads no output limit from %j",
    (message) => {
      expect(http(400, error(INVALID, "invalid_value", message, "max_output_tokens")).details.repair).toBeUndefined();
    },
  );
});

/** How vendors quote what users write. */
function quotings(words: string): readonly string[] {
  return [
    `Invalid value: "${words}"`,
    `Invalid value: '${words}' is no tool name.`,
    `messages.0.content: \`${words}\` cannot be read`,
    `Could not read the message: ${words}`,
    `Unsupported media type: ${words}`,
    `messages.0: Input should be valid, got {"role":"user","content":"${words}"}`,
  ];
}

/** One for each row that goes by its text. */
const SENTENCES = [
  "This model's maximum context length is 128000 tokens.",
  "Request too large for gpt-5 on tokens per min (TPM)",
  "Rate limit reached for gpt-5 on requests per day (RPD)",
  "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
  "Unsupported parameter: 'temperature' is not supported with this model.",
  "This model does not support tools.",
  "The model `gpt-9` does not exist",
  "Streaming is not supported for this model.",
  "Your organization must be verified to stream this model.",
  "The server is overloaded",
  "Duplicate item found with id rs_1.",
  "Invalid schema for function 'post': In context=(), 'additionalProperties' is required.",
  "Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is required.",
  "max_tokens is too large: 32000. This model supports at most 16384 completion tokens.",
  "No endpoints found that support tool use.",
  "No endpoints found that support image input",
  "No endpoints found for acme/large.",
];

describe("words that a user wrote", () => {
  const rows = failureTable.rows.filter((row) => row.text !== undefined);

  test("are tried for every row that goes by its text", () => {
    const missed = rows.filter((row) => !SENTENCES.some((sentence) => row.text?.test(sentence)));

    expect(missed).toEqual([]);
  });

  test("cannot stand before what a row looks for: each begins where the message does", () => {
    for (const { text } of rows) expect(text?.source).toMatch(/^\^/);
  });

  test.each(SENTENCES)("change nothing when a message quotes them: %s", (sentence) => {
    for (const message of quotings(sentence)) {
      const { class: failureClass, details } = http(400, error(INVALID, null, message, "messages[0].content"));
      const inBand = failures.inBand(error(INVALID, null, message));

      expect([failureClass, details.repair]).toEqual(["request.rejected", undefined]);
      expect([inBand?.class, inBand?.details.repair]).toEqual(["request.rejected", undefined]);
      expect(http(429, error("x", null, message)).class).toBe("rate.unknown");
      expect(http(503, error("x", null, message)).class).toBe("server.gateway");
    }
  });
});

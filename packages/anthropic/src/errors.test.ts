import {
  classifyFailures,
  type FailureClass,
  type JsonObject,
  type TargetFailure,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const failures = classifyFailures(failureTable, ["sk-ant-own-key"]);

function body(type: string, message: string, errorCode?: string): object {
  const details = errorCode === undefined ? undefined : { error_code: errorCode };
  return { type: "error", error: { type, message, details }, request_id: "req_body" };
}

function http(status: number, error: unknown, headers: Record<string, string> = {}): TargetFailure {
  return failures.http({ status, headers: new Headers(headers), body: error, wallNow: 0 });
}

function refused(message: string): TargetFailure {
  return http(400, body("invalid_request_error", message));
}

const withCitations = (citations: boolean): TargetRequest["messages"] => [
  {
    role: "user",
    content: [{ type: "file", source: { type: "url", url: "https://x.test/a.pdf" }, citations }],
  },
];

const request: TargetRequest = {
  messages: [
    ...withCitations(true),
    { role: "user", content: [{ type: "text", text: "q" }] },
    { role: "assistant", content: [{ type: "reasoning", text: "r" }] },
    { role: "user", content: [{ type: "text", text: "q2" }] },
  ],
  tools: [],
  toolChoice: "required",
  output: { type: "json", name: "answer", schema: { type: "object" } },
  reasoning: { effort: "high", visible: true },
  stop: [],
  temperature: 0.5,
  topP: 0.9,
  topK: 5,
  cache: true,
};

/** The request as the target makes it of the repair. */
function repaired(failure: TargetFailure, given: TargetRequest = request): TargetRequest {
  const changed = failure.details.repair?.apply(given) ?? given;
  return (changed.repairs ?? []).reduce((kept, repair) => repair.apply(kept), changed);
}

function losses(failure: TargetFailure): readonly (string | undefined)[] {
  const changed = failure.details.repair?.apply(request) ?? request;
  return (changed.repairs ?? []).map(({ loss }) => loss && `${loss.what} ${loss.action}`);
}

/** The repair that is made of a refusal of this very request. */
const repairFor = (message: string, given: TargetRequest): string | undefined =>
  classifyFailures(failureTable, [], undefined, given).http({
    status: 400,
    headers: new Headers(),
    body: body("invalid_request_error", message),
    wallNow: 0,
  }).details.repair?.description;

describe("failures of the Messages API", () => {
  test.each<[number, object, FailureClass]>([
    [400, body("invalid_request_error", "messages: Field required"), "request.rejected"],
    [400, body("invalid_request_error", "Your credit balance is too low to access the API"), "billing.exhausted"],
    [400, body("invalid_request_error", "You have reached your specified API usage limits."), "billing.exhausted"],
    [400, body("invalid_request_error", "x", "organization_on_hold"), "auth.forbidden"],
    [400, body("invalid_request_error", "prompt is too long"), "request.context-length"],
    [400, body("invalid_request_error", "image exceeds 5 MB maximum"), "request.too-large"],
    [401, body("authentication_error", "invalid x-api-key"), "auth.invalid"],
    [402, body("billing_error", "x"), "billing.exhausted"],
    [403, body("permission_error", "x"), "auth.forbidden"],
    [404, body("not_found_error", "model: claude-9"), "model.not-found"],
    [404, body("not_found_error", "Not Found"), "endpoint.not-found"],
    [413, body("request_too_large", "x"), "request.too-large"],
    [429, body("rate_limit_error", "x"), "rate.unknown"],
    [429, body("rate_limit_error", "x", "ramp_limit_exceeded"), "rate.concurrency"],
    [500, body("api_error", "x"), "server.error"],
    [504, body("timeout_error", "x"), "timeout.upstream"],
    [529, body("overloaded_error", "Overloaded"), "server.overloaded"],
    [404, body("not_found_error", "No such profile.", "user_profile_not_found"), "request.rejected"],
  ])("classifies status %i with %j as %s", (status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test("CL-02 takes a spend limit for what it is, whatever the status and wait", () => {
    const failure = http(429, body("rate_limit_error", "Rate limited", "enforced_spend_limit_reached"));

    expect(failure).toMatchObject({
      class: "billing.exhausted",
      details: { vendorCode: "enforced_spend_limit_reached" },
    });
  });

  test("reads the context window out of the message", () => {
    expect(refused("prompt is too long: 3333404 tokens > 200000 maximum").details.contextWindow).toBe(200_000);
  });

  test.each([
    "This request would exceed your organization's spend limit.",
    "This request would exceed your workspace's monthly spend limit. Access resumes on 2026-12-01.",
    "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    "Your workspace has reached its spending limit.",
    "Your credit balance is too low to access the Anthropic API.",
  ])("CL-02 takes a spend limit that only its sentence tells for what it is, whatever the status: %s", (message) => {
    for (const status of [400, 403, 429]) {
      expect(http(status, body("rate_limit_error", message)).class).toBe("billing.exhausted");
    }
    expect(failures.inBand(body("rate_limit_error", message))?.class).toBe("billing.exhausted");
  });

  test("keeps a limit that passes apart from one that does not", () => {
    const message = "This request would exceed your organization's rate limit of 50 requests per minute.";

    expect(http(429, body("rate_limit_error", message)).class).toBe("rate.unknown");
  });

  test.each(["cmek_key_network_blocked", "cmek_key_unreachable", "cmek_context_unavailable"])(
    "lays %s at nobody's door but the key's, not at the endpoint's that others use",
    (code) => {
      const failure = http(503, body("api_error", "x", code));

      expect(failure).toMatchObject({ class: "server.error", details: { scope: "key", vendorCode: code } });
      expect(failures.inBand(body("api_error", "x", code))).toMatchObject({
        class: "server.error",
        details: { scope: "key" },
      });
    },
  );

  test("tells the limits of fast mode and of the priority tier, and waits for the one that fired", () => {
    const failure = http(429, body("rate_limit_error", "x"), {
      date: "Sun, 22 Nov 2026 10:00:00 GMT",
      "anthropic-ratelimit-input-tokens-remaining": "1000",
      "anthropic-fast-output-tokens-remaining": "0",
      "anthropic-fast-output-tokens-reset": "2026-11-22T10:00:07Z",
      "anthropic-priority-input-tokens-remaining": "0",
      "anthropic-priority-input-tokens-reset": "2026-11-22T11:00:00Z",
      "anthropic-organization-id": "org_1",
    });

    expect(failure).toMatchObject({ class: "rate.tokens", details: { retryAfterMs: 7_000 } });
    expect(failure.details.rateLimits).toEqual({
      "input-tokens-remaining": "1000",
      "fast-output-tokens-remaining": "0",
      "fast-output-tokens-reset": "2026-11-22T10:00:07Z",
      "priority-input-tokens-remaining": "0",
      "priority-input-tokens-reset": "2026-11-22T11:00:00Z",
    });
  });

  test("takes class, wait and limits from the limit that fired", () => {
    const failure = http(429, body("rate_limit_error", "x"), {
      date: "Sun, 22 Nov 2026 10:00:00 GMT",
      "request-id": "req_header",
      "anthropic-ratelimit-requests-remaining": "10",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-22T10:00:42Z",
    });

    expect(failure).toMatchObject({
      class: "rate.tokens",
      details: { retryAfterMs: 42_000, requestId: "req_header", rateLimits: { "requests-remaining": "10" } },
    });
  });

  test.each<[object, FailureClass]>([
    [body("overloaded_error", "Overloaded"), "server.overloaded"],
    [body("api_error", "Internal server error"), "server.error"],
    [body("rate_limit_error", "x"), "rate.unknown"],
    [body("api_error", "Too many requests, slow down"), "rate.unknown"],
    [body("invalid_request_error", `{"message":"Too many requests, please wait."}`), "rate.unknown"],
    [body("throttlingException", "x"), "rate.unknown"],
    [body("a_new_error", "x"), "unknown"],
    [body("constructor", "x"), "unknown"],
    [body("conflict_error", "x"), "conflict"],
    [body("invalid_request_error", "x"), "request.rejected"],
    [body("invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"), "request.context-length"],
    [body("validationException", "Input is too long for requested model."), "request.context-length"],
    [body("invalid_request_error", "image exceeds 5 MB maximum"), "request.too-large"],
    [body("authentication_error", "x"), "auth.invalid"],
    [body("permission_error", "x"), "auth.forbidden"],
    [body("billing_error", "x"), "billing.exhausted"],
    [body("not_found_error", "model: claude-9"), "model.not-found"],
    [body("request_too_large", "x"), "request.too-large"],
    [body("timeout_error", "x"), "timeout.upstream"],
    [body("modelTimeoutException", "x"), "timeout.upstream"],
    [body("serviceUnavailableException", "x"), "server.overloaded"],
    [body("modelStreamErrorException", "x"), "server.error"],
    [{ ...body("api_error", "Upstream idle timeout exceeded"), status_code: 504 }, "timeout.upstream"],
  ])("AN-01 AN-02 classifies %j inside a stream as %s", (error, expected) => {
    const failure = failures.inBand(error);

    expect(failure?.class).toBe(expected);
    expect(failure?.details.requestId).toBe("req_body");
  });

  test.each<[string, string, Partial<TargetRequest>]>([
    ["`temperature` is deprecated for this model.", "without temperature", { temperature: undefined, topP: 0.9 }],
    ["`temperature` and `top_p` cannot both be specified", "without top_p", { temperature: 0.5, topP: undefined }],
    ["top_k: Extra inputs are not permitted", "without top_k", { topK: undefined, topP: 0.9 }],
    [
      "This model does not support the effort parameter.",
      "without effort",
      { reasoning: { effort: undefined, visible: true } },
    ],
    [
      `"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
      "with the model's own thinking",
      { reasoning: { visible: false } },
    ],
    ["tool_choice: forced tool use is not supported", "without forcing a tool", { toolChoice: "auto" }],
    ["cache_control: Extra inputs are not permitted", "without cache", { cache: undefined }],
    ["Schema is too complex for compilation.", "with the schema in words", { without: ["output_config.format"] }],
    [
      "citations: citations are not supported here",
      "without citations",
      { messages: [...withCitations(false), ...request.messages.slice(1)] },
    ],
    ["metadata.user_id: user_id appears to contain an email address", "without metadata", { without: ["metadata"] }],
    ["container: Container `container_1` was not found.", "without container", { without: ["container"] }],
    [
      "max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5",
      "with 64000 output tokens",
      { maxOutputTokens: 64_000 },
    ],
    [
      "The maximum tokens you requested exceeds the model limit of 4096. Try again with a lower value.",
      "with 4096 output tokens",
      { maxOutputTokens: 4_096 },
    ],
    [
      "input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000, decrease input length",
      "with 50000 output tokens",
      { maxOutputTokens: 50_000 },
    ],
    [
      "The compiled grammar is too large, which would cause performance issues.",
      "with the schema in words",
      { without: ["output_config.format"] },
    ],
    [
      "messages.1.content.0: Expected `thinking` or `redacted_thinking`, but found `tool_use`",
      "without reasoning",
      { reasoning: { effort: "none", visible: false } },
    ],
  ])("AN-15 mends %j by going %s", (message, description, changed) => {
    const failure = refused(message);

    expect(failure.details.repair?.description).toBe(description);
    expect(repaired(failure)).toMatchObject(changed);
  });

  test.each([
    "`temperature` is deprecated for this model.",
    "This model does not support the effort parameter.",
    "tool_choice: forced tool use is not supported",
    "cache_control: Extra inputs are not permitted",
    "messages.1.content.0: Invalid `signature` in `thinking` block",
    "max_tokens: 9 > 8, which is the maximum allowed number of output tokens for claude-x",
    "messages.1.content.1.code_execution_tool_result.citations: Extra inputs are not permitted",
  ])("reports what it takes from the request after %j", (message) => {
    expect(losses(refused(message))).toEqual([expect.stringMatching(/ (?:dropped|downgraded)$/)]);
  });

  test("repairs nothing that is not there, nor where the prompt leaves no room for an answer", () => {
    const plain: TargetRequest = { ...request, messages: [], maxOutputTokens: 8, output: { type: "text" } };

    for (const message of [
      "Schema is too complex for compilation.",
      "citations: no",
      "max_tokens: 9 > 8, which is the maximum allowed number of output tokens for claude-x",
      "messages.1.content.1.web_search_tool_result.content: Field required",
    ]) {
      const given = refused(message).details.repair?.apply(plain);
      expect(given?.repairs?.map((repair) => repair.apply(plain) === plain)).toEqual([true]);
    }
    const full = "input length and `max_tokens` exceed context limit: 199500 + 64000 > 200000";
    expect(refused(full)).toMatchObject({ class: "request.context-length", details: { repair: undefined } });
  });

  test.each([
    "messages.1.content.0: Invalid `signature` in `thinking` block",
    "messages.1.content.0.thinking.signature: Field required",
    "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.",
  ])("AN-11 mends %j by leaving earlier reasoning out", (message) => {
    const mended = repaired(refused(message));

    expect(mended.messages.map((one) => one.role)).toEqual(["user", "user", "user"]);
  });

  test("asks once more for an answer in one piece when streaming is not allowed", () => {
    const failure = refused("Streaming is not enabled for this organization.");

    expect(failure.details.repair?.description).toBe("without streaming");
    expect(repaired(failure).without).toEqual(["stream"]);
  });

  test("reads the window and what to change in an error inside a stream as it does in one before it", () => {
    const long = failures.inBand(body("invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"));
    const effort = failures.inBand(body("invalid_request_error", "This model does not support the effort parameter."));

    expect(long?.details).toMatchObject({ contextWindow: 200_000, status: undefined });
    expect(effort?.details.repair?.description).toBe("without effort");
  });

  test("puts a turn of the user behind one of the model's that is not continued, for this conversation", () => {
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    const given: TargetRequest = {
      ...request,
      messages: [{ role: "assistant", content: [{ type: "text", text: "So" }] }],
    };

    const mended = repaired(refused(message), given);

    expect(mended.messages.map(({ role }) => role)).toEqual(["assistant", "user"]);
    expect(mended.repairs?.map(({ once }) => once)).toEqual([true]);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ["`temperature` is deprecated for this model.", { temperature: 0.5, top_p: 1 }, { top_p: 1 }],
    [
      "This model does not support the effort parameter.",
      { output_config: { effort: "max", a: 1 } },
      { output_config: { a: 1 } },
    ],
    ["thinking.enabled.budget_tokens: Field required", { thinking: { type: "enabled" }, a: 1 }, { a: 1 }],
    ["tool_choice: forced tool use is not supported", { tool_choice: { type: "any" }, a: 1 }, { a: 1 }],
    ["cache_control: Extra inputs are not permitted", { cache_control: { type: "ephemeral" }, a: 1 }, { a: 1 }],
    [
      "max_tokens: 9 > 8, which is the maximum allowed number of output tokens for x",
      { max_tokens: 9, a: 1 },
      { a: 1 },
    ],
  ])("takes what %j names also from what the caller said natively", (message, native, kept) => {
    const given: TargetRequest = { ...request, vendorOptions: { anthropic: native } };

    const { anthropic } = repaired(refused(message), given).vendorOptions ?? {};

    expect(JSON.parse(JSON.stringify(anthropic))).toEqual(kept);
    expect(repaired(refused(message), request).vendorOptions).toBeUndefined();
  });

  describe("the refusal of a schema", () => {
    const strict: TargetRequest = {
      ...request,
      tools: [{ name: "f", inputSchema: { type: "object" }, vendorOptions: { anthropic: { strict: true } } }],
    };
    test.each([
      "Too many strict tools (21). The maximum number of strict tools supported is 20.",
      "Schemas contains too many optional parameters (30), which would make grammar compilation inefficient.",
      "tools.0.custom: Invalid schema: Circular reference detected",
      "tools.0.custom: For 'string' type, property 'maxLength' is not supported",
    ])("of strict tools has them declared once without being enforced: %s", (message) => {
      expect(repairFor(message, strict)).toBe("with loose tools");
      expect(repairFor(message, { ...strict, without: ["strict"] })).not.toBe("with loose tools");
      expect(repairFor(message, request)).not.toBe("with loose tools");
    });

    test("of a tool that is not strict changes nothing", () => {
      expect(repairFor("tools.0.custom: Invalid schema: Circular reference detected", request)).toBeUndefined();
    });

    test("has a native format told in words", () => {
      const given: TargetRequest = {
        ...request,
        output: { type: "text" },
        vendorOptions: { anthropic: { output_config: { format: { type: "json_schema", schema: {} } } } },
      };

      expect(repaired(refused("output_config.format.schema: Field required"), given).without).toEqual([
        "output_config.format",
      ]);
    });
  });
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
  "Your credit balance is too low to access the Anthropic API.",
  "You have reached your specified API usage limits.",
  "prompt is too long: 300000 tokens > 200000 maximum",
  "input length and `max_tokens` exceed context limit: 180000 + 30000 > 200000",
  "Input is too long for requested model.",
  "max_tokens: 9 > 8, which is the maximum allowed number of output tokens for claude-x",
  "`web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block",
  "container: not found",
  "metadata.user_id: user_id appears to contain an email address",
  "citations: must be enabled on all or none of the documents",
  "The number of requests exceeds the service quota. Resubmit your request later.",
  "Invocation of model ID deepseek.r1-v1:0 with on-demand throughput isn’t supported.",
  "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel",
  "This request would exceed your organization's spend limit.",
  "image exceeds 5 MB maximum",
  "messages.1.content.0: Expected `thinking` or `redacted_thinking`, but found `tool_use`",
  "messages.1.content.0: Invalid `signature` in `thinking` block",
  "`temperature` is deprecated for this model.",
  "This model does not support the effort parameter.",
  "adaptive thinking is not supported on this model",
  "tool_choice: forced tool use is not supported",
  "Schema is too complex for compilation.",
  "cache_control: Extra inputs are not permitted",
  "This model does not support assistant message prefill.",
  "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
  "Too many strict tools (21). The maximum number of strict tools supported is 20.",
  "Streaming is not supported for this model.",
  "Overloaded",
  "Too many requests, please wait before trying again.",
  "Publisher Model `projects/p/locations/eu/publishers/x/models/y` was not found or your project has no access.",
];

const google = (code: number, status: string, message: string) => ({ error: { code, status, message, details: [] } });

describe("failures of the clouds that serve Claude", () => {
  const packed = JSON.stringify(body("invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"));

  test.each<[string, number, unknown, FailureClass]>([
    ["Bedrock", 404, { message: "This model version has reached the end of its life." }, "model.not-found"],
    ["Bedrock", 400, { message: "The provided model identifier is invalid." }, "model.not-found"],
    [
      "Bedrock",
      400,
      { message: "Invocation of model ID anthropic.claude-opus-4-8 with on-demand throughput isn’t supported. Retry." },
      "model.not-found",
    ],
    ["Bedrock", 400, { message: "Input is too long for requested model." }, "request.context-length"],
    [
      "Bedrock",
      400,
      {
        message:
          "The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
      },
      "request.context-length",
    ],
    ["Bedrock", 400, { message: `The model returned the following errors: ${packed}` }, "request.context-length"],
    ["Bedrock", 400, { message: "The number of requests exceeds the service quota. Resubmit later." }, "rate.unknown"],
    ["Bedrock", 424, { message: "The request failed due to an error while processing the model." }, "server.error"],
    [
      "Bedrock",
      403,
      { message: "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: bedrock:InvokeModel on y" },
      "auth.forbidden",
    ],
    ["Vertex", 404, google(404, "NOT_FOUND", "Publisher Model `x/claude-9` was not found."), "model.not-found"],
    ["Vertex", 403, google(403, "PERMISSION_DENIED", "Permission denied on resource."), "auth.forbidden"],
    ["Vertex", 401, google(401, "UNAUTHENTICATED", "Request had invalid credentials."), "auth.invalid"],
    ["Vertex", 400, [google(400, "INVALID_ARGUMENT", packed)], "request.context-length"],
    ["Vertex", 400, google(400, "FAILED_PRECONDITION", "The model is not allowed here."), "auth.forbidden"],
    [
      "Vertex",
      400,
      google(400, "FAILED_PRECONDITION", "Publisher Model `a/claude-x` is not servable in region us-east1."),
      "model.not-found",
    ],
    ["Vertex", 429, google(429, "RESOURCE_EXHAUSTED", "Quota exceeded for aiplatform."), "rate.unknown"],
    ["Foundry", 404, { error: { code: "DeploymentNotFound", message: "It does not exist." } }, "model.not-found"],
    ["Foundry", 403, { error: { code: "PermissionDenied", message: "Not for you." } }, "auth.forbidden"],
    ["a firewall", 403, { message: "Forbidden" }, "gateway.html"],
  ])("of %s: status %i with %j is %s", (_cloud, status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test("reads the window behind the words of two clouds", () => {
    expect(http(400, google(400, "INVALID_ARGUMENT", packed)).details.contextWindow).toBe(200_000);
  });
});

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
      const { class: failureClass, details } = refused(message);
      const inBand = failures.inBand(body("invalid_request_error", message));

      expect([failureClass, details.repair, details.retryAfterMs]).toEqual(["request.rejected", undefined, undefined]);
      expect([inBand?.class, inBand?.details.repair]).toEqual(["request.rejected", undefined]);
      expect(http(429, body("rate_limit_error", message)).class).toBe("rate.unknown");
    }
  });
});

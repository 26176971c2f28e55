import {
  classifyFailures,
  type FailureClass,
  type JsonObject,
  type TargetFailure,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const STAND_IN = "skip_thought_signature_validator";

/** The request as a failure changes it: its target carries the repairs out. */
function mend(failure: TargetFailure, given: TargetRequest = request): TargetRequest {
  const repairs = failure.details.repair?.apply(given).repairs ?? [];
  return repairs.reduce((changed, repair) => repair.apply(changed), given);
}

const failures = classifyFailures(failureTable, ["AIza-own-key"]);

const info = (reason: string, more: object = {}) => ({
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason,
  ...more,
});

const quota = (quotaId: string) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaId }],
});

const retry = (retryDelay: string) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay });

function body(code: number, status: string, message: string, details: readonly object[] = []): object {
  return { error: { code, message, status, details } };
}

function http(status: number, error: unknown): TargetFailure {
  return failures.http({ status, headers: new Headers(), body: error, wallNow: 0 });
}

function refused(message: string): TargetFailure {
  return http(400, body(400, "INVALID_ARGUMENT", message));
}

const request: TargetRequest = {
  system: "Be brief.",
  messages: [
    { role: "user", content: [{ type: "text", text: "q" }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "", opaque: { thoughtSignature: "s", other: 1 } },
        { type: "tool-call", toolCallId: "c", toolName: "f", input: {}, opaque: { thoughtSignature: "s" } },
      ],
    },
  ],
  tools: [],
  toolChoice: "auto",
  output: { type: "json", name: "answer", schema: { type: "object" } },
  reasoning: { effort: "high", visible: true },
  stop: [],
  temperature: 0.5,
  topK: 5,
};

const call = (toolCallId: string, opaque?: JsonObject) =>
  ({ type: "tool-call", toolCallId, toolName: "f", input: {}, opaque }) as const;

describe("failures of generateContent", () => {
  test.each<[number, object, FailureClass]>([
    [400, body(400, "INVALID_ARGUMENT", "Please use a valid role: user, model."), "request.rejected"],
    [400, body(400, "INVALID_ARGUMENT", "API key not valid.", [info("API_KEY_INVALID")]), "auth.invalid"],
    [400, body(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), "auth.invalid"],
    [400, body(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "auth.forbidden"],
    [400, body(400, "FAILED_PRECONDITION", "Please enable billing on your project"), "billing.exhausted"],
    [401, body(401, "UNAUTHENTICATED", "x"), "auth.invalid"],
    [402, body(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."), "billing.exhausted"],
    [429, body(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."), "billing.exhausted"],
    [403, body(403, "PERMISSION_DENIED", "x", [info("SERVICE_DISABLED")]), "auth.forbidden"],
    [404, body(404, "NOT_FOUND", "models/x is not found for API version v1"), "model.not-found"],
    [413, body(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit."), "request.too-large"],
    [429, body(429, "RESOURCE_EXHAUSTED", "x"), "rate.unknown"],
    [429, body(429, "RESOURCE_EXHAUSTED", "x", [quota("InputTokensPerModelPerMinute")]), "rate.tokens"],
    [429, body(429, "RESOURCE_EXHAUSTED", "x", [quota("GenerateRequestsPerMinutePerProject")]), "rate.requests"],
    [499, body(499, "CANCELLED", "x"), "server.error"],
    [500, body(500, "INTERNAL", "x"), "server.error"],
    [502, body(502, "UNKNOWN", "x"), "server.gateway"],
    [503, body(503, "UNAVAILABLE", "x"), "server.overloaded"],
    [504, body(504, "DEADLINE_EXCEEDED", "x"), "timeout.upstream"],
  ])("classifies status %i with %j as %s", (status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test("blames the place, not the request, for a location that is not served", () => {
    expect(http(400, body(400, "FAILED_PRECONDITION", "User location is not supported")).details.scope).toBe(
      "endpoint",
    );
  });

  test("reads a context that is too long, and the window, out of the message", () => {
    const failure = refused("The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).");

    expect(failure).toMatchObject({ class: "request.context-length", details: { contextWindow: 1_048_576 } });
  });

  test("CL-03 takes the wait out of the body", () => {
    const details = [quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), retry("34.4s")];

    const failure = http(429, body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details));

    expect(failure).toMatchObject({ class: "rate.requests", details: { retryAfterMs: 34_400 } });
  });

  test("takes the wait out of the body inside a stream too", () => {
    const details = [quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), retry("34.4s")];

    const failure = failures.inBand(body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details));

    expect(failure).toMatchObject({ class: "rate.requests", details: { retryAfterMs: 34_400 } });
  });

  test("CL-04 takes a daily quota for what it is, whatever wait stands beside it", () => {
    const details = [quota("InputTokensPerMinute"), quota("GenerateRequestsPerDayPerProjectPerModel"), retry("36s")];

    expect(http(429, body(429, "RESOURCE_EXHAUSTED", "x", details)).class).toBe("rate.daily");
  });

  test("reads the quota of shared capacity from the metadata", () => {
    const metadata = { quota_limit: "GenerateContentRequestsPerMinutePerProjectPerRegion" };

    const failure = http(429, body(429, "RESOURCE_EXHAUSTED", "x", [info("RATE_LIMIT_EXCEEDED", { metadata })]));

    expect(failure).toMatchObject({ class: "rate.requests", details: { vendorCode: "RATE_LIMIT_EXCEEDED" } });
  });

  test("reads errors in arrays, framed as events, and with a number instead of a name", () => {
    const error = body(404, "NOT_FOUND", "models/x is not found");

    expect(http(404, JSON.stringify([error])).class).toBe("model.not-found");
    expect(http(404, `data: ${JSON.stringify(error)}\r\n\r\n`).class).toBe("model.not-found");
    expect(failures.inBand({ error: { code: 503 } })?.class).toBe("server.gateway");
  });

  test("takes a page for a page", () => {
    expect(http(404, "<html>Error 404</html>").class).toBe("endpoint.not-found");
    expect(http(403, "<html>").class).toBe("gateway.html");
  });

  test.each<[object, FailureClass]>([
    [body(503, "UNAVAILABLE", "The model is overloaded."), "server.overloaded"],
    [body(429, "RESOURCE_EXHAUSTED", "x"), "rate.unknown"],
    [body(429, "RESOURCE_EXHAUSTED", "x", [quota("RequestsPerDay")]), "rate.daily"],
    [body(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."), "billing.exhausted"],
    [body(499, "CANCELLED", "The operation was cancelled."), "server.error"],
    [body(500, "INTERNAL", "x"), "server.error"],
    [body(400, "INVALID_ARGUMENT", "x"), "request.rejected"],
    [body(0, "A_NEW_STATUS", "x"), "unknown"],
  ])("GE-01 classifies %j inside a stream as %s", (error, expected) => {
    expect(failures.inBand(error)?.class).toBe(expected);
  });

  test.each<[string, string, Partial<TargetRequest>]>([
    ["temperature is deprecated for this model", "without sampling", { temperature: undefined, topK: undefined }],
    [
      "Thinking level MINIMAL is not supported for this model.",
      "with the model's own thinking",
      { reasoning: { visible: false } },
    ],
    [
      "Function calling with a response mime type: 'application/json' is unsupported",
      "with the schema in words",
      { output: { type: "text" } },
    ],
    ["Developer instruction is not enabled for models/x", "with the system prompt as a message", { system: undefined }],
  ])("mends %j by going %s", (message, description, changed) => {
    const failure = refused(message);

    expect(failure.details.repair?.description).toBe(description);
    expect(mend(failure)).toMatchObject(changed);
    // What is repaired already is left as it is.
    const mended = mend(failure);
    expect(mend(failure, mended)).toBe(mended);
  });

  test("puts a user turn behind the model's own where an id is answered by a model that refuses that", () => {
    const failure = refused("Requests ending with a model turn are not supported.");

    const mended = mend(failure);

    expect(failure.class).toBe("request.unsupported");
    expect(mended.messages).toEqual([
      ...request.messages,
      { role: "user", content: [{ type: "text", text: "Go on." }] },
    ]);
    expect(mend(failure, mended)).toBe(mended);
  });

  test("mends a corrupted signature by forgetting signatures, and nothing else, for this conversation only", () => {
    const failure = refused("Corrupted thought signature.");

    const mended = mend(failure);

    expect(mended.messages[1]?.content).toMatchObject([{ opaque: { other: 1 } }, { opaque: {} }]);
    expect(JSON.stringify(mended)).not.toContain("thoughtSignature");
    expect(failure.details.repair?.apply(request).repairs).toMatchObject([{ once: true }]);
  });

  test.each([
    refused("Function call is missing a thought_signature in functionCall parts."),
    refused(
      "Unable to submit request because function call `f` in the 2. content block is missing a `thought_signature`.",
    ),
    failures.inBand({ error: { status: "MISSING_THOUGHT_SIGNATURE" } }),
  ])("mends a missing signature by the vendor's stand-in for it, on the first call of each step: %#", (failure) => {
    const messages: TargetRequest["messages"] = [
      { role: "assistant", content: [{ type: "text", text: "I look." }, call("a"), call("b")] },
      { role: "assistant", content: [call("c", { thoughtSignature: "own" }), call("d")] },
    ];

    const mended = failure === undefined ? request : mend(failure, { ...request, messages });

    expect(mended.messages).toEqual([
      {
        role: "assistant",
        content: [{ type: "text", text: "I look." }, call("a", { thoughtSignature: STAND_IN }), call("b")],
      },
      messages[1],
    ]);
    expect(failure?.details.repair?.apply(request).repairs).not.toMatchObject([{ once: true }]);
  });

  test("takes corrupted signatures from parts that go back as they are, too", () => {
    const data = { executableCode: { code: "1" }, thoughtSignature: "bad" };
    const messages: TargetRequest["messages"] = [
      {
        role: "assistant",
        content: [
          { type: "opaque", kind: "executableCode", data },
          { type: "opaque", kind: "continuationToken", data: "token" },
        ],
      },
    ];

    const mended = mend(refused("Corrupted thought signature."), { ...request, messages });

    expect(mended.messages).toEqual([
      {
        role: "assistant",
        content: [
          { type: "opaque", kind: "executableCode", data: { executableCode: { code: "1" } } },
          { type: "opaque", kind: "continuationToken", data: "token" },
        ],
      },
    ]);
  });

  test.each([
    ["Thinking level MINIMAL is not supported for this model.", { thinkingConfig: { thinkingLevel: "MINIMAL" } }],
    ["temperature is deprecated for this model", { temperature: 1, topK: 5 }],
  ])("takes out what was refused where a native field asked for it: %s", (message, refusedFields) => {
    const vendorOptions = { gemini: { generationConfig: { ...refusedFields, candidateCount: 1 }, labels: {} } };

    const mended = mend(refused(message), { ...request, vendorOptions });

    expect(mended.vendorOptions).toEqual({ gemini: { generationConfig: { candidateCount: 1 }, labels: {} } });
  });

  test("keeps a key that is forbidden from all its models", () => {
    const failure = http(403, body(403, "PERMISSION_DENIED", "Your API key was reported as leaked."));

    expect([failure.class, failure.details.scope]).toEqual(["auth.forbidden", "key"]);
  });

  test("reads out of a refusal how many output tokens the model writes", () => {
    const failure = refused(
      "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.",
    );

    expect(failure.class).toBe("request.unsupported");
    expect(mend(failure, { ...request, maxOutputTokens: 100_000 }).maxOutputTokens).toBe(8_192);
    const within = { ...request, maxOutputTokens: 8_192 };
    expect(mend(failure, within)).toBe(within);
  });

  test("blames the request, and nothing that others share, for a cache or file that is gone", () => {
    const gone = [
      http(403, body(403, "PERMISSION_DENIED", "CachedContent not found (or permission denied)")),
      http(404, body(404, "NOT_FOUND", "Not found: cached content metadata for 6116704758662168576.")),
      http(
        403,
        body(403, "PERMISSION_DENIED", "You do not have permission to access the File abc or it may not exist."),
      ),
      http(404, body(404, "NOT_FOUND", "File files/abc not found.")),
      failures.inBand(body(403, "PERMISSION_DENIED", "CachedContent not found (or permission denied)")),
    ];

    expect(gone.map((failure) => failure?.class)).toEqual(gone.map(() => "request.rejected"));
    expect(gone.map((failure) => failure?.details.scope)).toEqual(gone.map(() => undefined));
  });

  test.each<[number, unknown, FailureClass]>([
    [
      403,
      body(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource"),
      "auth.forbidden",
    ],
    [
      404,
      body(404, "NOT_FOUND", "Publisher Model `projects/p/locations/l/publishers/google/models/m` was not found"),
      "model.not-found",
    ],
    [400, body(400, "FAILED_PRECONDITION", "Project `p` is not allowed to use the location."), "auth.forbidden"],
    [429, body(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."), "rate.unknown"],
    [404, { error: { message: "The model `m` does not exist", code: 404 } }, "model.not-found"],
    [404, { message: "Deployment m was not found" }, "model.not-found"],
  ])("reads status %i with %j of Vertex and of gateways as %s", (status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test("asks once more for an answer in one piece when streaming is not allowed", () => {
    const failure = refused("Streaming is not enabled for this project.");

    expect(failure.details.repair?.description).toBe("without streaming");
    expect(mend(failure).without).toEqual(["stream"]);
  });

  test("keeps neither the key nor the words of the details", () => {
    const echo = body(400, "INVALID_ARGUMENT", "Bad key AIza-own-key", [{ detail: "Invalid API key: canary" }]);

    expect(JSON.stringify(http(400, echo).details)).not.toMatch(/AIza-own-key|canary/);
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
  "API key not valid. Please pass a valid API key.",
  "Your prepayment credits are depleted.",
  "Please enable billing on your project in Google AI Studio.",
  "User location is not supported for the API use.",
  "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
  "Unable to submit request because the input token count is 1250074 but model only supports up to 1048576.",
  "CachedContent not found (or permission denied)",
  "Corrupted thought signature.",
  "Function call is missing a thought_signature in functionCall parts.",
  "Unable to submit request because it has a maxOutputTokens value of 9 but the supported range is from 1 (inclusive) to 9 (exclusive).",
  "Requests ending with a model turn are not supported.",
  "temperature is deprecated for this model",
  "Thinking level MINIMAL is not supported for this model.",
  "Function calling with a response mime type: x is unsupported",
  "Developer instruction is not enabled for models/x",
  "Streaming is not supported for this model.",
  "Publisher Model `projects/p/locations/eu/publishers/x/models/y` was not found or your project has no access.",
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
      const { class: failureClass, details } = refused(message);
      const inBand = failures.inBand(body(400, "INVALID_ARGUMENT", message));

      expect([failureClass, details.repair, details.scope]).toEqual(["request.rejected", undefined, undefined]);
      expect([inBand?.class, inBand?.details.repair]).toEqual(["request.rejected", undefined]);
      expect(http(429, body(429, "RESOURCE_EXHAUSTED", message)).class).toBe("rate.unknown");
      expect(http(400, body(400, "FAILED_PRECONDITION", message)).class).toBe("auth.forbidden");
    }
  });
});

import {
  classifyFailures,
  type AssistantPart,
  type FailureClass,
  type TargetFailure,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const REQUEST: TargetRequest = {
  messages: [],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { effort: "high", visible: true },
  stop: [],
};
const failures = classifyFailures(failureTable, ["own-key"], () => 0, REQUEST);

function body(message: unknown, type = "invalid_request_invalid_args", code: string | null = "3051"): object {
  return { object: "error", message, type, param: null, code };
}

function invalid(loc: readonly (string | number)[], msg: string, type: string): object {
  return body({ detail: [{ type, loc: ["body", ...loc], msg }] }, "invalid_request_error", null);
}

function http(status: number, error: unknown, headers: Record<string, string> = {}): TargetFailure {
  return failures.http({ status, headers: new Headers(headers), body: error, wallNow: 0 });
}

function inBand(error: object): FailureClass | undefined {
  return failures.inBand(error)?.class;
}

/** As the target carries its repairs out. */
function repaired(failure: TargetFailure, request: TargetRequest = REQUEST): TargetRequest | undefined {
  const changed = failure.details.repair?.apply(request);
  return changed?.repairs?.reduce((kept, repair) => repair.apply(kept), changed);
}

describe("failures of the chat API", () => {
  test.each<[number, object, FailureClass]>([
    [400, body("Invalid model: x", "invalid_model", "1500"), "model.not-found"],
    [
      400,
      body("Unexpected role 'user' after role 'tool'", "invalid_request_message_order", "3230"),
      "request.rejected",
    ],
    [401, { detail: "Invalid API Key" }, "auth.invalid"],
    [401, { message: "Unauthorized", request_id: "r1" }, "auth.invalid"],
    [402, body("Payment required.", "billing", null), "billing.exhausted"],
    [403, body("Not for this tier.", "forbidden", null), "auth.forbidden"],
    [403, { error: { type: "forbidden", message: "Not through this gateway.", code: 403 } }, "auth.forbidden"],
    [404, { message: "no Route matched with those values", request_id: "r1" }, "endpoint.not-found"],
    [422, invalid(["messages"], "Field required", "missing"), "request.rejected"],
    [422, { detail: [{ type: "missing", loc: ["body", "messages"], msg: "Field required" }] }, "request.rejected"],
    [429, body("Rate limit exceeded", "rate_limited", "1300"), "rate.unknown"],
    [429, { message: "Requests rate limit exceeded" }, "rate.requests"],
    [
      429,
      body("Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded", "3505"),
      "server.overloaded",
    ],
    [429, body("Service tier capacity exceeded for this model.", "invalid_request_error", null), "rate.unknown"],
    [503, body("Service tier capacity exceeded for this model.", "invalid_request_error", null), "server.overloaded"],
    [500, body("Internal server error.", "internal_server_error", null), "server.error"],
    [503, body("x", "server_error", null), "server.gateway"],
  ])("classifies status %i with %j as %s", (status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test("reads a context that is too long, and the window, out of the message", () => {
    const sentence =
      "Prompt contains 66385 tokens and 0 draft tokens, too large for model with 32768 maximum context length";

    for (const message of [sentence, sentence.replace(" and 0 draft tokens", "")]) {
      expect(http(400, body(message))).toMatchObject({
        class: "request.context-length",
        details: { contextWindow: 32_768 },
      });
    }
  });

  test("honours a wait where one is stated, and keeps the id of the request", () => {
    const { details } = http(429, body("x"), { "retry-after": "7", "mistral-correlation-id": "c1" });

    expect(details).toMatchObject({ retryAfterMs: 7_000, requestId: "c1" });
    expect(http(404, { detail: "x", request_id: "r1" }).details.requestId).toBe("r1");
  });

  test("names the place of a fault that the parser found", () => {
    const { details } = http(
      422,
      invalid(["messages", 0, "user", "name"], "Extra inputs are not permitted", "extra_forbidden"),
    );

    expect(details.explanation).toBe("at name");
  });

  test.each([
    [invalid(["max_completion_tokens"], "Extra inputs are not permitted", "extra_forbidden"), "max_completion_tokens"],
    [
      invalid(["messages", 3, "assistant", "reasoning_content"], "Extra inputs are not permitted", "extra_forbidden"),
      "reasoning_content",
    ],
    [body("Reasoning prompt mode is not enabled for this model"), "prompt_mode"],
    [body("Logprobs are not enabled for this model"), "logprobs"],
  ])("MI-05 leaves out what %j refuses", (error, field) => {
    expect(repaired(http(error === undefined ? 400 : 422, error))?.without).toEqual([field]);
  });

  test.each([
    [400, body("reasoning_effort='high' is not supported for this model")],
    [422, invalid(["reasoning_effort"], "Input should be 'high' or 'none'", "enum")],
  ])("MI-05 asks without an effort, also without a native one, after status %i with %j", (status, error) => {
    const request = { ...REQUEST, vendorOptions: { mistral: { reasoning_effort: "low", safe_prompt: true } } };

    expect(repaired(http(status, error), request)).toMatchObject({
      reasoning: { effort: undefined },
      vendorOptions: { mistral: { safe_prompt: true } },
    });
    expect(JSON.stringify(repaired(http(status, error), request))).not.toContain("reasoning_effort");
  });

  test("MI-04 gives its own odd ids up when they are refused, and nothing else of a call", () => {
    const call: AssistantPart = {
      type: "tool-call",
      toolCallId: "a1b2c3d4e",
      toolName: "f",
      input: {},
      opaque: { callId: "V2bduoFb", arguments: "{ }" },
    };
    const request: TargetRequest = { ...REQUEST, messages: [{ role: "assistant", content: [call] }] };
    const message = "Tool call id was V2bduoFb but must be a-z, A-Z, 0-9, with a length of 9.";

    for (const failure of [
      http(400, body(message, "invalid_function_call", "3280")),
      http(400, { object: "error", message }),
    ]) {
      expect(repaired(failure, request)?.messages).toEqual([
        { role: "assistant", content: [{ ...call, opaque: { arguments: "{ }" } }] },
      ]);
      expect(repaired(failure)?.messages).toBe(REQUEST.messages);
    }
  });

  test("forgets earlier thinking, or asks the next tier, where chunks are refused", () => {
    const thinking = http(400, body("Unexpected content chunk types in assistant message: ['ThinkChunk']"));
    const image = http(400, body("Unexpected content chunk types in user message: ['ImageURLChunk']"));
    const audio = http(400, body("Unexpected content chunk types in user message: ['AudioChunk']"));
    const reasoning: AssistantPart = { type: "reasoning", text: "hm" };
    const said: AssistantPart = { type: "text", text: "Yes." };
    const request: TargetRequest = { ...REQUEST, messages: [{ role: "assistant", content: [reasoning, said] }] };

    expect(repaired(thinking, request)?.messages).toEqual([{ role: "assistant", content: [said] }]);
    expect(image).toMatchObject({ class: "request.unsupported", details: { capability: "images" } });
    expect(audio).toMatchObject({ class: "request.unsupported", details: { capability: "audio" } });
  });

  test("says a schema that is refused more loosely, then in words", () => {
    const refused = invalid(["response_format", "json_schema"], "Value error", "value_error");
    const failure = http(422, refused);
    const json: TargetRequest = { ...REQUEST, output: { type: "json", name: "a", schema: { type: "object" } } };
    const again = classifyFailures(failureTable, [], () => 0, { ...json, without: ["strict"] });

    expect(repaired(failure, json)?.without).toEqual(["strict"]);
    const second = again.http({ status: 422, headers: new Headers(), body: refused, wallNow: 0 });
    expect(repaired(second, json)?.without).toEqual(["schema"]);
  });

  test("puts a user's turn behind an answer that the model does not continue", () => {
    const failure = http(
      400,
      body("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"),
    );
    const answer = { role: "assistant", content: [{ type: "text", text: "Su" }] } as const;

    expect(repaired(failure, { ...REQUEST, messages: [answer] })?.messages).toMatchObject([answer, { role: "user" }]);
  });

  test("takes the status that an error inside an answer repeats", () => {
    expect(inBand({ ...body("x", "billing", null), raw_status_code: 402 })).toBe("billing.exhausted");
    expect(inBand({ ...body("x", "new", null), raw_status_code: 503 })).toBe("server.gateway");
    expect(inBand(body("Service tier capacity exceeded for this model.", "new", null))).toBe("server.overloaded");
    expect(inBand(body("Something new", "new", null))).toBe("unknown");
  });
});

/** How vendors quote what users write. */
function quotings(words: string): readonly string[] {
  return [
    `Invalid value: "${words}"`,
    `Unsupported media type: ${words}`,
    `messages.0: Input should be valid, got {"role":"user","content":"${words}"}`,
    `messages.0.content: \`${words}\` cannot be read`,
    `Could not read the message: ${words}`,
  ];
}

/** One for each row that goes by its text. */
const SENTENCES = [
  "Requests rate limit exceeded",
  "Prompt contains 66385 tokens, too large for model with 32768 maximum context length",
  "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
  "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
  "Unexpected content chunk types in assistant message: ['ThinkChunk']",
  "Unexpected content chunk types in user message: ['ImageURLChunk']",
  "Unexpected content chunk types in user message: ['AudioChunk']",
  "reasoning_effort='high' is not supported for this model",
  "Logprobs are not enabled for this model",
  "Reasoning prompt mode is not enabled for this model",
  "Incorrect API key provided: k",
  "acme/large requires moderation on OpenInference",
  "Your team has used all available credits",
  "This model does not support response format `json_schema`.",
  "Extra inputs are not permitted",
  "Unknown parameter: 'seed'.",
  "Streaming is not supported for this model.",
  "Service tier capacity exceeded for this model.",
];

describe("words that a user wrote", () => {
  const rows = failureTable.rows.filter((row) => row.text !== undefined);

  test("are tried for every row that goes by its text", () => {
    expect(rows.filter((row) => !SENTENCES.some((sentence) => row.text?.test(sentence)))).toEqual([]);
  });

  test("cannot stand before what a row looks for: each begins where the message does", () => {
    for (const { text } of rows) expect(text?.source).toMatch(/^\^/);
  });

  test.each(SENTENCES)("change nothing when a message quotes them: %s", (sentence) => {
    for (const message of quotings(sentence)) {
      const { class: failureClass, details } = http(400, body(message));

      expect([failureClass, details.repair]).toEqual(["request.rejected", undefined]);
      expect(http(429, body(message)).class).toBe("rate.unknown");
      expect(http(503, body(message)).class).toBe("server.gateway");
      expect(failures.inBand({ ...body(message), raw_status_code: 500 })?.class).toBe("server.error");
    }
  });
});

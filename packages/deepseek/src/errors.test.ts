import { classifyFailures, type FailureClass, type TargetFailure, type TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const failures = classifyFailures(failureTable, ["sk-own-key"]);

function body(message: string, type = "invalid_request_error"): object {
  return { error: { message, type, param: null, code: "invalid_request_error" } };
}

function http(status: number, error: unknown, headers: Record<string, string> = {}): TargetFailure {
  return failures.http({ status, headers: new Headers(headers), body: error, wallNow: 0 });
}

const request: TargetRequest = {
  messages: [],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { effort: "high", visible: true },
  stop: [],
};

/** As the target carries its repairs out. */
function repaired(changed: TargetRequest | undefined): TargetRequest | undefined {
  return changed?.repairs?.reduce((kept, repair) => repair.apply(kept), changed);
}

describe("failures of the chat API", () => {
  test.each<[number, string, FailureClass]>([
    [400, "Empty input messages", "request.rejected"],
    [400, "Model Not Exist", "model.not-found"],
    [400, "The supported API model names are a or b, but you passed c.", "model.not-found"],
    [400, "messages[0]: unknown variant `image_url`, expected `text` at line 1 column 335", "request.unsupported"],
    [400, "messages[0]: unknown variant `file`, expected `text`", "request.unsupported"],
    [400, "This response_format type is unavailable now", "request.unsupported"],
    [401, "Authentication Fails", "auth.invalid"],
    [402, "Insufficient Balance", "billing.exhausted"],
    [403, "Access denied.", "auth.forbidden"],
    [404, "Not Found", "endpoint.not-found"],
    [413, "Request entity too large.", "request.too-large"],
    [422, "Invalid parameters.", "request.rejected"],
    [429, "Rate limit reached for TPM.", "rate.tokens"],
    [429, "Rate limit reached for RPM.", "rate.requests"],
    [429, "Slow down", "rate.unknown"],
    [500, "Internal Server Error", "server.error"],
    [503, "Service is too busy.", "server.overloaded"],
    [503, "x", "server.gateway"],
  ])("classifies status %i with the text %j as %s", (status, message, expected) => {
    expect(http(status, body(message)).class).toBe(expected);
  });

  test("CL-05 takes an empty balance for what it is", () => {
    expect(http(402, body("Insufficient Balance", "unknown_error")).class).toBe("billing.exhausted");
  });

  test("CL-12 reads a context that is too long, and the window, out of the message", () => {
    const failure = http(
      400,
      JSON.stringify(body("This model's maximum context length is 1048565 tokens. However, …")),
    );

    expect(failure).toMatchObject({ class: "request.context-length", details: { contextWindow: 1_048_565 } });
  });

  test("tells the limit that shrinks with the balance from a rate", () => {
    const message =
      "Your current concurrency is 40, which exceeds your concurrency limit of 39 based on your remaining balance";

    expect(http(429, body(message)).class).toBe("rate.concurrency");
    expect(failures.inBand(body(message))?.class).toBe("rate.concurrency");
  });

  test("lets the status decide, whatever the body says", () => {
    expect(http(500, body("insufficient balance, rate limit, reasoning_content")).class).toBe("server.error");
    expect(http(401, body("The supported API model names are a")).class).toBe("auth.invalid");
  });

  test("honours a wait where one is stated, and keeps the id of the request", () => {
    const { details } = http(429, body("x"), { "retry-after": "7", "x-ds-trace-id": "20f7a0db" });

    expect(details).toMatchObject({ retryAfterMs: 7_000, requestId: "20f7a0db" });
  });

  test.each<[string, string, FailureClass]>([
    ["Service is too busy.", "server_error", "server.overloaded"],
    ["Internal", "server_error", "server.error"],
    ["Insufficient Balance", "unknown_error", "billing.exhausted"],
    ["Rate limit reached for TPM.", "invalid_request_error", "rate.unknown"],
    ["Authentication Fails", "authentication_error", "auth.invalid"],
    ["Something new", "new_error", "unknown"],
  ])("classifies %j of type %s inside an answer as %s", (message, type, expected) => {
    expect(failures.inBand(body(message, type))?.class).toBe(expected);
  });

  test("finds no error in a null or a text", () => {
    expect(failures.inBand({ error: null })).toBeUndefined();
    expect(failures.inBand("error")).toBeUndefined();
  });

  test.each([
    "The `reasoning_content` in the thinking mode must be passed back to the API.",
    "Missing `reasoning_content` field in the assistant message at message index 3",
    "Thinking mode does not support this tool_choice",
  ])("DS-05 mends %j by going without thinking", (message) => {
    const { repair } = http(400, body(message)).details;

    expect(repair?.description).toBe("without reasoning");
    expect(repaired(repair?.apply(request))?.reasoning.effort).toBe("none");
  });

  test("takes a native switch out, too, where thinking is what was refused", () => {
    const message = "The `reasoning_content` in the thinking mode must be passed back to the API.";
    const { repair } = http(400, { error: { message } }).details;
    const vendorOptions = { deepseek: { thinking: { type: "enabled" }, reasoning_effort: "max", logprobs: true } };

    expect(repaired(repair?.apply({ ...request, vendorOptions }))).toMatchObject({
      reasoning: { effort: "none" },
      vendorOptions: { deepseek: { logprobs: true } },
    });
    expect(JSON.stringify(repaired(repair?.apply({ ...request, vendorOptions })))).not.toMatch(/thinking|max/);
  });

  test("asks once more for an answer in one piece when streaming is not allowed", () => {
    const { repair } = http(400, body("Streaming is not enabled for this account.")).details;

    expect(repair?.description).toBe("without streaming");
    expect(repaired(repair?.apply(request))?.without).toEqual(["stream"]);
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
  "Your current concurrency is 40, which exceeds your concurrency limit of 39 based on your remaining balance",
  "Rate limit reached for TPM.",
  "Rate limit reached for RPM.",
  "This model's maximum context length is 1048565 tokens.",
  "The supported API model names are a or b, but you passed c.",
  "Model Not Exist",
  "Insufficient Balance",
  "The `reasoning_content` in the thinking mode must be passed back to the API.",
  "Thinking mode does not support this tool_choice",
  "unknown variant `image_url`, expected `text`",
  "unknown variant `file`, expected `text`",
  "unknown variant `input_audio`, expected `text`",
  "This response_format type is unavailable now",
  "Streaming is not supported for this model.",
  "Service is too busy.",
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
      const { class: failureClass, details } = http(400, body(message));
      const inBand = failures.inBand(body(message, "server_error"));

      expect([failureClass, details.repair]).toEqual(["request.rejected", undefined]);
      expect([inBand?.class, inBand?.details.repair]).toEqual(["server.error", undefined]);
      expect(http(429, body(message)).class).toBe("rate.unknown");
      expect(http(503, body(message)).class).toBe("server.gateway");
    }
  });
});

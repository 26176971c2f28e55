import { describe, expect, test } from "vitest";
import type { FailureClass } from "../../model/failure.ts";
import { asObject, asString } from "../foreign.ts";
import type { FailureTable } from "./failure-table.ts";
import { classifyFailures } from "./http-failure.ts";

const NOW = 1_795_341_600_000;
const KEY = "secret-key-of-this-target";

const table: FailureTable = {
  rows: [
    { status: 429, code: "out_of_money", class: "billing.exhausted" },
    { status: 400, text: /too long: \d+ tokens > (?<window>[\d,]+)/, class: "request.context-length" },
    {
      status: 400,
      param: ["temperature", "top_p"],
      class: "request.unsupported",
      repair: ({ param }) => ({ description: `without ${param}`, apply: (request) => request }),
    },
    { type: "overloaded", class: "server.overloaded", scope: "endpoint" },
  ],
  readError: (body) => {
    const error = asObject(asObject(body)["error"]);
    const type = asString(error["type"]);
    if (type === undefined) return undefined;
    const [code, param, message] = ["code", "param", "message"].map((name) => asString(error[name]));
    return { type, code, param, message };
  },
  requestIdHeaders: ["request-id", "x-request-id"],
  rateLimitPrefix: "x-ratelimit-",
  limits: [{ class: "rate.tokens", remaining: "remaining-tokens", reset: "reset-tokens" }],
};
const failures = classifyFailures(table, [KEY]);

function http(
  status: number,
  body: unknown = "",
  headers: Record<string, string> = {},
): ReturnType<typeof failures.http> {
  return failures.http({ status, headers: new Headers(headers), body, wallNow: NOW });
}

const OWN = JSON.stringify({ error: { type: "some_error", message: "The model is not here." } });

describe("classifyFailures", () => {
  test("gives an error inside a stream the status that its type has, for rows and classes, and never shows it", () => {
    const named = classifyFailures(
      {
        ...table,
        statuses: { full: 413, bad: 400 },
        rows: [{ status: 400, text: /^Too long/, class: "request.context-length" }],
      },
      [],
    );
    const inBand = (error: object): unknown => named.inBand({ error });

    expect(inBand({ type: "full" })).toMatchObject({ class: "request.too-large", details: { status: undefined } });
    expect(inBand({ type: "bad", message: "Too long." })).toMatchObject({ class: "request.context-length" });
    expect(inBand({ type: "bad", code: 429 })).toMatchObject({ class: "rate.unknown" });
    expect(inBand({ type: "toString" })).toMatchObject({ class: "unknown" });
  });

  test("cuts off of a limit's name what the vendor puts before it, in one of several ways", () => {
    const { rateLimits } = classifyFailures({ ...table, rateLimitPrefix: /^x-(?:limit-|(?=fast-))/ }, []).responsePart(
      new Headers({ "x-limit-a": "1", "x-fast-a": "2", "x-other": "3", "y-x-limit-a": "4" }),
    );

    expect(rateLimits).toEqual({ a: "1", "fast-a": "2" });
  });

  test.each<[number, string, FailureClass]>([
    [301, "", "redirect"],
    [307, "", "redirect"],
    [0, "", "unknown"],
    [99, "", "unknown"],
    [199, "", "unknown"],
    [407, "", "network.proxy"],
    [600, "", "unknown"],
    [999, "", "unknown"],
    [400, "", "request.rejected"],
    [401, "<html>", "auth.invalid"],
    [402, "", "billing.exhausted"],
    [403, OWN, "auth.forbidden"],
    [403, "<html>blocked", "gateway.html"],
    [403, `{"blocked":true}`, "gateway.html"],
    [403, `{"message":"The security token included in the request is expired"}`, "auth.invalid"],
    [403, `{"message":"The security token included in the request is invalid."}`, "auth.invalid"],
    [403, `{"message":"Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z"}`, "auth.invalid"],
    [
      403,
      `{"message":"The request signature we calculated does not match the signature you provided."}`,
      "auth.invalid",
    ],
    [403, `{"message":"Blocked: \\"token is invalid\\" is not a question we answer"}`, "gateway.html"],
    [404, OWN, "model.not-found"],
    [404, "<html>", "endpoint.not-found"],
    [404, `{"detail":"Not Found"}`, "endpoint.not-found"],
    [408, "", "timeout.upstream"],
    [409, "", "conflict"],
    [410, "", "model.deprecated"],
    [413, "<html>", "request.too-large"],
    [418, "", "unknown"],
    [422, "", "request.rejected"],
    [429, "", "rate.unknown"],
    [500, "", "server.error"],
    [502, "<html>", "server.gateway"],
    [503, "", "server.gateway"],
    [503, "The service is overloaded", "server.overloaded"],
    [504, "", "timeout.upstream"],
    [520, "", "server.gateway"],
    [529, "", "server.overloaded"],
    [599, "", "server.error"],
  ])("takes status %i with body %j for %s", (status, body, expected) => {
    const failure = http(status, body);

    expect(failure.class).toBe(expected);
    expect(failure.details.status).toBe(status);
  });

  test("CL-01 lets the vendor's own row win over the status", () => {
    expect(http(429, { error: { type: "x", code: "out_of_money" } }).class).toBe("billing.exhausted");
  });

  test("reads JSON bodies whatever the content type, and the window from the message", () => {
    const body = JSON.stringify({ error: { type: "x", message: "too long: 210000 tokens > 200,000" } });

    const failure = http(400, body, { "content-type": "application/octet-stream" });

    expect(failure.class).toBe("request.context-length");
    expect(failure.details.contextWindow).toBe(200_000);
  });

  test("offers the row's repair", () => {
    const failure = http(400, { error: { type: "x", param: "top_p" } });

    expect(failure.details.repair?.description).toBe("without top_p");
  });

  test("CL-15 classifies errors inside a stream by type, and unknown ones as unknown", () => {
    const overloaded = failures.inBand({ error: { type: "overloaded" } });

    expect(overloaded).toMatchObject({
      class: "server.overloaded",
      details: { scope: "endpoint", vendorCode: "overloaded" },
    });
    expect(failures.inBand({ error: { type: "new" } })?.class).toBe("unknown");
    expect(failures.inBand({ delta: "text" })).toBeUndefined();
  });

  test("takes class and wait from the limit that fired", () => {
    const failure = http(429, "", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" });

    expect(failure.class).toBe("rate.tokens");
    expect(failure.details).toMatchObject({ retryAfterMs: 360_000, rateLimits: { "remaining-tokens": "0" } });
  });

  test("takes a wait above ten minutes for a daily limit", () => {
    expect(http(429, "", { "retry-after": "36000" })).toMatchObject({
      class: "rate.daily",
      details: { retryAfterMs: 36_000_000 },
    });
  });

  test("keeps request id and the vendor's wish not to be asked again", () => {
    const failure = http(500, "", {
      "request-id": "words of a prompt",
      "x-request-id": "req-1",
      "x-should-retry": "false",
    });

    expect(failure.details).toMatchObject({ requestId: "req-1", repeatForbidden: true });
  });

  test("reads the errors of both vendors' SDKs: whole body, inner error, or text in the message", () => {
    const headers = new Headers({ "request-id": "r" });
    const json = Object.assign(new Error("x"), { status: 529, headers, error: { error: { type: "overloaded" } } });
    const text = Object.assign(new Error("403 <html>"), { status: 403, headers, error: undefined });
    const empty = Object.assign(new Error("403 status code (no body)"), { status: 403, headers, error: undefined });

    expect(failures.thrown(json, NOW)).toMatchObject({ class: "server.overloaded", details: { requestId: "r" } });
    expect(failures.thrown(text, NOW)?.class).toBe("gateway.html");
    expect(failures.thrown(empty, NOW)?.details.vendorMessage).toBeUndefined();
  });

  test("leaves what is no failure of a request to whoever made the mistake", () => {
    expect(failures.thrown(new TypeError("x is not a function"), NOW)).toBeUndefined();
    expect(failures.thrown(new TypeError("fetch failed"), NOW)?.class).toBe("network.reset");
  });

  test("never keeps the target's key", () => {
    const failure = http(401, { error: { type: "x", message: `bad key ${KEY} or sk-ant-abcdefgh123456` } });

    expect(JSON.stringify(failure.details)).not.toMatch(/secret-key|sk-ant/);
    expect(failure.message).toBe("auth.invalid (status 401)");
  });

  test("is quick on a megabyte of hostile text", () => {
    const started = process.hrtime.bigint();

    http(400, { error: { type: "x", message: `too long: ${"1".repeat(1_000_000)}` } });
    http(400, "sk-".repeat(400_000));

    expect(process.hrtime.bigint() - started).toBeLessThan(200_000_000n);
  });
});

const MISSING = "The model `gpt-9` does not exist or you do not have access to it.";

describe("a model that is not there", () => {
  test.each<[string, number, unknown]>([
    ["a string for a code", 400, { error: { type: "x", code: "model_not_found", message: "x" } }],
    ["a number for a code", 400, { error: { code: 400, message: MISSING } }],
    ["a nested error", 404, { error: { error: { message: MISSING, code: 404 } } }],
    ["an error in the text of another", 404, { error: { message: JSON.stringify({ error: { message: MISSING } }) } }],
    ["a plain text", 404, "model not found"],
    ["FastAPI's detail as text", 404, { detail: "Model not found: gpt-9" }],
    ["FastAPI's detail as object", 404, { detail: { error: { message: MISSING } } }],
    ["FastAPI's list of faults", 422, { detail: [{ loc: ["body", "model"], msg: "Input should be 'a' or 'b'" }] }],
    [
      "Google's shape",
      404,
      [{ error: { code: 404, status: "NOT_FOUND", message: "models/x is not found for API version v1" } }],
    ],
    ["Google's cloud", 404, { error: { code: 404, message: "Publisher Model `projects/p/models/x` was not found." } }],
    ["AWS's shape", 400, { __type: "ValidationException", message: "The provided model identifier is invalid." }],
    [
      "AWS's other spelling",
      404,
      { Message: "Could not resolve the foundation model from the provided model identifier." },
    ],
    [
      "a deployment",
      404,
      { error: { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." } },
    ],
    ["a gateway's list", 400, { error: { message: "openai/gpt-9 is not a valid model ID", code: 400 } }],
    [
      "a gateway's path",
      400,
      { error: { message: "/chat/completions: Invalid model name passed in model=gpt-9", code: "400" } },
    ],
    [
      "a switched off model",
      400,
      { error: { message: "The model `x` has been decommissioned.", code: "model_decommissioned" } },
    ],
  ])("is found in %s", (_, status, body) => {
    expect(http(status, typeof body === "string" ? body : JSON.stringify(body)).class).toBe("model.not-found");
  });

  test.each<[string, number, unknown, FailureClass]>([
    [
      "a path that holds the word",
      404,
      { message: "Cannot POST /v1beta/models/x:generateContent" },
      "endpoint.not-found",
    ],
    ["a quoted text that holds the word", 404, { detail: 'No route for "my model"' }, "endpoint.not-found"],
    [
      "a page that holds the word",
      404,
      "<html>The requested model URL /models/x was not found</html>",
      "endpoint.not-found",
    ],
    ["an unknown operation", 404, { Output: { __type: "UnknownOperationException" } }, "endpoint.not-found"],
    [
      "a model that lacks something",
      400,
      { error: { message: "This model does not support images." } },
      "request.rejected",
    ],
    [
      "a model that is refused something",
      400,
      { error: { message: "The model is not supported by this feature yet: x" } },
      "request.rejected",
    ],
    [
      "a quoted text",
      400,
      { error: { message: 'Invalid content: "The model `x` does not exist"' } },
      "request.rejected",
    ],
    [
      "a model that nobody named",
      400,
      {
        error: { message: "Missing required parameter: 'model'.", param: "model", code: "missing_required_parameter" },
      },
      "request.rejected",
    ],
    [
      "a model that nobody named, in FastAPI's words",
      422,
      { detail: [{ loc: ["body", "model"], msg: "Field required", type: "missing" }] },
      "request.rejected",
    ],
    ["a text behind a colon", 400, { detail: "Invalid content: Model not found" }, "request.rejected"],
  ])("is not seen in %s", (_, status, body, expected) => {
    expect(http(status, typeof body === "string" ? body : JSON.stringify(body)).class).toBe(expected);
  });
});

describe("an error inside a stream that states a status", () => {
  const STATUSES: readonly (readonly [number, FailureClass])[] = [
    [400, "request.rejected"],
    [401, "auth.invalid"],
    [402, "billing.exhausted"],
    [403, "auth.forbidden"],
    [404, "model.not-found"],
    [408, "timeout.upstream"],
    [409, "conflict"],
    [413, "request.too-large"],
    [429, "rate.unknown"],
    [500, "server.error"],
    [502, "server.gateway"],
    [503, "server.gateway"],
    [504, "timeout.upstream"],
    [520, "server.gateway"],
    [524, "server.gateway"],
    [529, "server.overloaded"],
    [599, "server.error"],
  ];

  test.each(STATUSES)(
    "R5.13 reads %i as that status, wherever it stands and whether it is a number or a text",
    (status, expected) => {
      const bodies: readonly unknown[] = [
        { error: { code: status, message: "x" } },
        { error: { code: String(status), message: "x" } },
        { error: { status, message: "x" } },
        { error: { http_status: status, message: "x" } },
        { error: { message: "x" }, status_code: status },
        { code: status, message: "x" },
        { code: status, error: "x" },
        { type: "error", status_code: String(status), message: "x" },
        { detail: { status, message: "x" } },
        [{ error: { code: status, message: "x" } }],
      ];

      expect(bodies.map((body) => failures.inBand(body)?.class)).toEqual(bodies.map(() => expected));
      expect(failures.inBand(bodies[0])?.details.status).toBeUndefined();
    },
  );

  test("leaves a code with a meaning of its own to the vendor's table", () => {
    expect(failures.inBand({ error: { type: "x", code: "out_of_money", status: 429 } })?.class).toBe(
      "billing.exhausted",
    );
    expect(failures.inBand({ error: { type: "overloaded", code: 500 } })?.class).toBe("server.overloaded");
  });

  test("takes no other number for a status", () => {
    for (const code of [0, 7, 200, 399, 600, 1211, 429.5, "4290", "429 Too Many"]) {
      expect(failures.inBand({ code, message: "x" })).toBeUndefined();
    }
  });

  test("blames what is behind an endpoint that has answered, not the endpoint", () => {
    expect(failures.inBand({ error: { code: 502 } })?.details.scope).toBe("target");
  });
});

describe("a wait stated inside a stream", () => {
  const clocked = classifyFailures(table, [KEY], () => NOW);

  test.each<[string, unknown, number]>([
    ["the text", { error: { code: 429, message: "Please try again in 41.054s. Visit" } }, 41_054],
    ["another text", { error: { code: 429, message: "Rate limited. Try again in 17 seconds." } }, 17_000],
    ["a field", { error: { code: 429, retry_after: 12, message: "Try again in 17 seconds." } }, 12_000],
    ["a field in milliseconds", { code: 429, message: "x", retry_after_ms: 1_500 }, 1_500],
    ["the account's reset", { error: { code: 429, resets_in_seconds: 90 } }, 90_000],
    ["a moment", { error: { code: 429, resets_at: NOW / 1_000 + 30 } }, 30_000],
    ["a date", { error: { code: "429", reset_at: "2026-11-22T10:00:20Z" } }, 20_000],
    [
      "a header that is handed through",
      { error: { code: 429, metadata: { headers: { "X-RateLimit-Reset": String(NOW + 60_000) } } } },
      60_000,
    ],
  ])("is read from %s", (_, body, expected) => {
    expect(clocked.inBand(body)).toMatchObject({ class: "rate.unknown", details: { retryAfterMs: expected } });
  });

  test("counts as a day's limit above ten minutes, as with a status", () => {
    expect(clocked.inBand({ error: { code: 429, resets_in_seconds: 36_000 } })?.class).toBe("rate.daily");
  });

  test("is not read from what is said of a request, which may quote it", () => {
    expect(
      http(400, { error: { type: "x", message: 'Bad text: "try again in 5h"' } }).details.retryAfterMs,
    ).toBeUndefined();
    expect(clocked.inBand({ error: { code: 400, message: "try again in 5h" } })?.details.retryAfterMs).toBeUndefined();
  });
});

describe("a day's limit", () => {
  test.each([
    "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
    "Rate limit reached for gpt-5 in organization org-1 on requests per day (RPD): Limit 200, Used 200.",
    "Rate limit reached for model `llama-4` in organization `org_1` service tier `on_demand` on tokens per day (TPD): Limit 1",
    "You have used up your requests per day.",
  ])("is known by its words: %s", (message) => {
    expect(http(429, { error: { message } }).class).toBe("rate.daily");
    expect(failures.inBand({ error: { code: 429, message } })?.class).toBe("rate.daily");
  });

  test.each([
    'Rate limit reached for "one poem per day"',
    "Too many: one poem per day",
    "Rate limit: I write one poem per day",
  ])("is not seen in quoted words: %s", (message) => {
    expect(http(429, { error: { message } }).class).toBe("rate.unknown");
  });

  test("is known by a reset that is hours away, in seconds or milliseconds since 1970", () => {
    const seconds = http(429, "", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1_000 + 7_200) });
    const milliseconds = http(429, "", { "x-ratelimit-reset": String(NOW + 7_200_000) });

    for (const failure of [seconds, milliseconds]) {
      expect(failure).toMatchObject({ class: "rate.daily", details: { retryAfterMs: 7_200_000 } });
    }
  });

  test("is not read from the reset of a limit that has something left, nor beside another status", () => {
    const headers = { "x-ratelimit-remaining": "5", "x-ratelimit-reset": "7200" };

    expect(http(429, "", headers)).toMatchObject({ class: "rate.unknown", details: { retryAfterMs: undefined } });
    expect(http(503, "", { "x-ratelimit-reset": "7200" }).details.retryAfterMs).toBeUndefined();
  });
});

describe("what is kept of a vendor's ids", () => {
  test("holds neither known secrets nor words, wherever they stand", () => {
    const header = "tenant-token-4711";
    const own = classifyFailures(table, [KEY, header]);
    const ids = [KEY, `id-${header}`, "write me a poem", "a\nb", "sk-ant-api03-abcdefgh", "x".repeat(65)];
    const kept = ids.flatMap((id) => {
      const encoded = encodeURIComponent(id).slice(0, 2_000);
      const body = { error: { type: id, code: id, param: id, message: `about ${header}` } };
      const headers = new Headers({ "request-id": id.replaceAll("\n", " "), "x-ratelimit-limit": encoded });
      const { details } = own.http({ status: 400, headers, body, wallNow: NOW });
      return [details.vendorCode, details.requestId, details.vendorMessage];
    });

    expect(kept).toEqual(ids.flatMap(() => [undefined, undefined, "about [redacted]"]));
  });

  test("keeps the names of an answer's end clean as well", () => {
    const end = { type: "end", finishReason: "other", rawFinishReason: `x ${KEY}`, model: `m-${KEY}` } as const;

    expect(failures.endPart(end)).toEqual({ ...end, rawFinishReason: undefined, model: undefined });
    expect(failures.endPart({ ...end, rawFinishReason: "eos", model: "us.vendor/model-1:0" })).toMatchObject({
      rawFinishReason: "eos",
      model: "us.vendor/model-1:0",
    });
  });
});

import { describe, expect, it } from "vitest";
import type { FailureClass } from "../model/failure.ts";
import { asObject, asString } from "./foreign.ts";
import { classifyFailures, type FailureTable } from "./http-failure.ts";

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
  it.each<[number, string, FailureClass]>([
    [301, "", "redirect"],
    [307, "", "redirect"],
    [0, "", "redirect"],
    [400, "", "request.rejected"],
    [401, "<html>", "auth.invalid"],
    [402, "", "billing.exhausted"],
    [403, OWN, "auth.forbidden"],
    [403, "<html>blocked", "gateway.html"],
    [403, `{"blocked":true}`, "gateway.html"],
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

  it("CL-01 lets the vendor's own row win over the status", () => {
    expect(http(429, { error: { type: "x", code: "out_of_money" } }).class).toBe("billing.exhausted");
  });

  it("reads JSON bodies whatever the content type, and the window from the message", () => {
    const body = JSON.stringify({ error: { type: "x", message: "too long: 210000 tokens > 200,000" } });

    const failure = http(400, body, { "content-type": "application/octet-stream" });

    expect(failure.class).toBe("request.context-length");
    expect(failure.details.contextWindow).toBe(200_000);
  });

  it("offers the row's repair", () => {
    const failure = http(400, { error: { type: "x", param: "top_p" } });

    expect(failure.details.repair?.description).toBe("without top_p");
  });

  it("CL-15 classifies errors inside a stream by type, and unknown ones as unknown", () => {
    const overloaded = failures.inBand({ error: { type: "overloaded" } });

    expect(overloaded).toMatchObject({
      class: "server.overloaded",
      details: { scope: "endpoint", vendorCode: "overloaded" },
    });
    expect(failures.inBand({ error: { type: "new" } })?.class).toBe("unknown");
    expect(failures.inBand({ delta: "text" })).toBeUndefined();
  });

  it("takes class and wait from the limit that fired", () => {
    const failure = http(429, "", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" });

    expect(failure.class).toBe("rate.tokens");
    expect(failure.details).toMatchObject({ retryAfterMs: 360_000, rateLimits: { "remaining-tokens": "0" } });
  });

  it("takes a wait above ten minutes for a daily limit", () => {
    expect(http(429, "", { "retry-after": "36000" })).toMatchObject({
      class: "rate.daily",
      details: { retryAfterMs: 36_000_000 },
    });
  });

  it("keeps request id and the vendor's wish not to be asked again", () => {
    const failure = http(500, "", { "x-request-id": "req\n1".replace("\n", "\t"), "x-should-retry": "false" });

    expect(failure.details).toMatchObject({ requestId: "req?1", repeatForbidden: true });
  });

  it("reads the errors of both vendors' SDKs: whole body, inner error, or text in the message", () => {
    const headers = new Headers({ "request-id": "r" });
    const json = Object.assign(new Error("x"), { status: 529, headers, error: { error: { type: "overloaded" } } });
    const text = Object.assign(new Error("403 <html>"), { status: 403, headers, error: undefined });
    const empty = Object.assign(new Error("403 status code (no body)"), { status: 403, headers, error: undefined });

    expect(failures.thrown(json, NOW)).toMatchObject({ class: "server.overloaded", details: { requestId: "r" } });
    expect(failures.thrown(text, NOW)?.class).toBe("gateway.html");
    expect(failures.thrown(empty, NOW)?.details.vendorMessage).toBe("");
  });

  it("leaves what is no failure of a request to whoever made the mistake", () => {
    expect(failures.thrown(new TypeError("x is not a function"), NOW)).toBeUndefined();
    expect(failures.thrown(new TypeError("fetch failed"), NOW)?.class).toBe("network.reset");
  });

  it("never keeps the target's key", () => {
    const failure = http(401, { error: { type: "x", message: `bad key ${KEY} or sk-ant-abcdefgh123456` } });

    expect(JSON.stringify(failure.details)).not.toMatch(/secret-key|sk-ant/);
    expect(failure.message).toBe("auth.invalid (status 401)");
  });

  it("is quick on a megabyte of hostile text", () => {
    const started = process.hrtime.bigint();

    http(400, { error: { type: "x", message: `too long: ${"1".repeat(1_000_000)}` } });
    http(400, "sk-".repeat(400_000));

    expect(process.hrtime.bigint() - started).toBeLessThan(200_000_000n);
  });
});

import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type AttemptRecord, type FailureClass, type Target } from "@understudy/core";
import { nodeTransport } from "@understudy/core/node";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { describe, expect, test } from "vitest";
import { rawResponse, startRawServer } from "../src/raw-server.ts";

type Fetch = typeof globalThis.fetch;
type Chain = ReturnType<typeof createChain>;

const TENANT = "tenant-token-4711";
const MODEL = "gpt-6.1-terra";

function options(baseURL: string, fetch: Fetch | undefined): Parameters<typeof deepseek>[1] {
  return { baseURL, fetch, apiKey: "k", headers: { "x-tenant": TENANT } };
}

const TARGETS: readonly (readonly [string, (url: string, fetch?: Fetch) => Target])[] = [
  ["anthropic", (url, fetch) => anthropic("claude-sonnet-5-5", options(url, fetch))],
  ["deepseek", (url, fetch) => deepseek("deepseek-flash", options(url, fetch))],
  ["gemini", (url, fetch) => gemini("gemini-3.8-flash", options(url, fetch))],
  ["mistral", (url, fetch) => mistral("mistral-small-latest", options(url, fetch))],
  ["openai", (url, fetch) => openai(MODEL, options(url, fetch))],
  ["openai.chat", (url, fetch) => openai.chat(MODEL, options(url, fetch))],
];
const TRANSPORTS = [
  ["the global fetch", undefined],
  ["nodeTransport", nodeTransport()],
] as const;
const OVER_ALL = TARGETS.flatMap(([name, target]) =>
  TRANSPORTS.map(([transport, fetch]) => [name, transport, (url: string) => target(url, fetch)] as const),
);

/** Without repeats, which wait. */
function chainOf(target: Target): Chain {
  return createChain([target], { policy: () => "next" });
}

async function failed(chain: Chain): Promise<readonly AttemptRecord[]> {
  const error: unknown = await chain.generate("Hi").catch((thrown: unknown) => thrown);
  return isUnderstudyError(error) ? error.attempts : [];
}

function rejected(message: string): string {
  const error = { type: "invalid_request_error", code: 400, status: "INVALID_ARGUMENT", message };
  return rawResponse("400 Bad Request", JSON.stringify({ type: "error", error }));
}

function isStreamed(request: string): boolean {
  return request.includes('"stream":true') || request.includes(":streamGenerateContent");
}

describe.each(OVER_ALL)("%s over %s", (_, _transport, target) => {
  test.each<[string, string[], FailureClass, number | undefined]>([
    ["429 请求过多", ["retry-after: 30"], "rate.unknown", 30_000],
    ["503 Überlastet", ["retry-after: 7"], "server.gateway", 7_000],
    ["401 无权", [], "auth.invalid", undefined],
    ["600 Custom", [], "unknown", undefined],
    ["999 Request denied", ["retry-after: 5"], "unknown", 5_000],
  ])("classifies a response with the status line %s as any other", async (line, headers, expected, retryAfterMs) => {
    using server = await startRawServer(rawResponse(line, "", headers));

    const attempts = await failed(chainOf(target(server.url)));

    expect(attempts).toMatchObject([{ class: expected, status: Number(line.slice(0, 3)) }]);
    expect(attempts[0]?.retryAfterMs).toBe(retryAfterMs);
    expect(server.requests).toHaveLength(1);
  });

  test.each(["000 Zero", "099 Low", "503 bad\u0001phrase", "200 请求过多"])(
    "never blames the adapter for the status line %j",
    async (line) => {
      using server = await startRawServer(rawResponse(line, "x"));

      const attempts = await failed(chainOf(target(server.url)));

      expect(attempts.length).toBeGreaterThan(0);
      expect(attempts.map((attempt) => attempt.class)).not.toContain("adapter.threw");
    },
  );
});

describe.each(TARGETS)("%s", (_, target) => {
  test.each<[string, string, FailureClass, number | undefined]>([
    ["a flat event with a name", `event: error\ndata: {"code":504,"message":"x"}\n\n`, "timeout.upstream", undefined],
    ["a flat event without one", `data: {"code":"402","message":"x"}\n\n`, "billing.exhausted", undefined],
    ["a status beside it", `data: {"error":{"message":"x"},"status_code":401}\n\n`, "auth.invalid", undefined],
    [
      "a wait in its text",
      `data: {"error":{"code":429,"message":"Try again in 17 seconds."}}\n\n`,
      "rate.unknown",
      17_000,
    ],
    ["a wait in a field", `data: {"error":{"code":"429","resets_in_seconds":90}}\n\n`, "rate.unknown", 90_000],
  ])("reads an error inside a stream as the status that it states: %s", async (_name, text, expected, retryAfterMs) => {
    using server = await startRawServer(rawResponse("200 OK", text, ["content-type: text/event-stream"]));

    const attempts = await failed(chainOf(target(server.url)));

    expect(attempts.map((attempt) => [attempt.class, attempt.retryAfterMs])).toEqual([[expected, retryAfterMs]]);
  });

  test("R5.13 reads an error with status 200 in one piece as the status that it states", async () => {
    using server = await startRawServer(rawResponse("200 OK", `{"status_code":524,"message":"x"}`));

    expect(await failed(chainOf(target(server.url)))).toMatchObject([{ class: "server.gateway" }]);
  });

  test("goes on streaming, and is kept from nobody, when an error quotes the words of a user", async () => {
    const quoted = 'Invalid tool name: "live stream does not work, streaming is not supported"';
    using server = await startRawServer(rejected(quoted));
    const chain = chainOf(target(server.url));

    const attempts = [...(await failed(chain)), ...(await failed(chain))];

    expect(attempts.map((attempt) => attempt.class)).toEqual(["request.rejected", "request.rejected"]);
    expect(server.requests.map(isStreamed)).toEqual([true, true]);
  });

  test("forgets that streaming was refused where the answer in one piece was refused too", async () => {
    using server = await startRawServer(rejected("Streaming is not supported for this model."));
    const chain = chainOf(target(server.url));

    await failed(chain);
    await failed(chain);

    expect(server.requests.map(isStreamed)).toEqual([true, false, true, false]);
  });

  test("keeps neither the caller's own headers nor a line of others, whatever an error repeats", async () => {
    const words = `${TENANT}\nline 2  forged`;
    const error = { type: words, code: words, param: words, message: words, status: words };
    const body = JSON.stringify({ type: "error", error });
    using server = await startRawServer(rawResponse("400 Bad Request", body, [`request-id: ${TENANT}`]));

    const thrown: unknown = await chainOf(target(server.url))
      .generate("Hi")
      .catch((reason: unknown) => reason);

    if (!isUnderstudyError(thrown)) throw new Error("The call did not fail.");
    expect(thrown.vendorMessage).toContain("[redacted]");
    expect([thrown.message, thrown.vendorMessage, JSON.stringify(thrown)].join(" ")).not.toMatch(/token-4711|\n/);
  });
});

test("classifies a status that no response can have through Gemini's SDK too", async () => {
  using server = await startRawServer(rawResponse("999 Request denied", `{"error":{"message":"x"}}`));
  const target = gemini("gemini-3.8-flash", { baseURL: server.url, apiKey: "k", transport: "sdk" });

  expect(await failed(chainOf(target))).toMatchObject([{ class: "unknown", status: 999 }]);
});

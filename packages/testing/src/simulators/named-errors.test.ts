import { expect, test } from "vitest";
import { anthropicNamed } from "./anthropic/errors.ts";
import { bedrockNamed } from "./bedrock/errors.ts";
import { deepSeekNamed } from "./deepseek/errors.ts";
import { geminiNamed } from "./gemini/errors.ts";
import { createIds } from "./ids.ts";
import { mistralNamed } from "./mistral/errors.ts";
import { openAINamed } from "./openai/errors.ts";
import { xaiNamed } from "./xai/errors.ts";
import { jsonOf, type ErrorDetail, type VendorErrorName } from "./wire.ts";

const detail: ErrorDetail = { ids: createIds("test"), model: "some-model" };

test.each<
  [
    name: VendorErrorName,
    anthropic: number,
    openai: number,
    deepseek: number,
    gemini: number,
    mistral: number,
    xai: number,
    bedrock: number,
  ]
>([
  ["bad-request", 400, 400, 400, 400, 422, 422, 400],
  ["bad-key", 401, 401, 401, 400, 401, 400, 403],
  ["out-of-quota", 400, 429, 402, 402, 402, 429, 403],
  ["forbidden", 403, 403, 403, 403, 403, 403, 403],
  ["model-not-found", 404, 404, 400, 404, 400, 404, 400],
  ["too-large", 413, 413, 413, 413, 413, 413, 413],
  ["context-length", 400, 400, 400, 400, 400, 400, 400],
  ["rate-limited", 429, 429, 429, 429, 429, 429, 429],
  ["daily-limit", 429, 429, 429, 429, 429, 429, 429],
  ["concurrency-limit", 429, 429, 429, 429, 429, 429, 429],
  ["spend-limit", 429, 429, 402, 402, 402, 429, 403],
  ["server-error", 500, 500, 500, 500, 500, 500, 500],
  ["overloaded", 529, 503, 503, 503, 503, 503, 503],
  ["timeout", 504, 408, 504, 504, 504, 504, 408],
])("%s has the status of each vendor and a message", (name, ...statuses) => {
  const replies = [
    anthropicNamed(name, detail),
    openAINamed(name, detail, 404),
    deepSeekNamed(name, detail),
    geminiNamed(name, detail),
    mistralNamed(name, detail),
    xaiNamed(name, detail),
    bedrockNamed(name, detail),
  ];

  expect(replies.map((reply) => reply.status)).toStrictEqual(statuses);
  // Three vendors' errors have no object around them.
  for (const reply of replies.slice(0, -3)) {
    expect(jsonOf(reply)).toMatchObject({ error: { message: expect.stringMatching(/./) } });
  }
  expect(jsonOf(bedrockNamed(name, detail))).toEqual({ message: expect.stringMatching(/./) });
  expect(JSON.stringify(jsonOf(mistralNamed(name, detail)))).toMatch(/"(?:message|detail)":[{"]/);
  expect(jsonOf(xaiNamed(name, detail))).toMatchObject({ error: expect.stringMatching(/./) });
});

test("the wait is said where each vendor says it", () => {
  const waiting = { ...detail, retryAfterMs: 7000 };

  expect(anthropicNamed("rate-limited", waiting).headers).toMatchObject({ "retry-after": "7" });
  expect(openAINamed("rate-limited", waiting, 404).headers).toMatchObject({
    "retry-after": "7",
    "x-ratelimit-reset-tokens": "7s",
  });
  expect(deepSeekNamed("rate-limited", waiting).headers).toMatchObject({ "retry-after": "7" });
  expect(bedrockNamed("rate-limited", waiting).headers).toMatchObject({ "retry-after": "7" });
  expect(mistralNamed("rate-limited", waiting).headers).toMatchObject({ "retry-after": "7" });
  expect(xaiNamed("rate-limited", waiting).headers).toMatchObject({ "retry-after": "7" });
  expect(jsonOf(geminiNamed("rate-limited", waiting))).toMatchObject({
    error: { details: [{}, { retryDelay: "7s" }] },
  });
});

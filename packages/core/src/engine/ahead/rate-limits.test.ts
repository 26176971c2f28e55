import { expect, test } from "vitest";
import { readRateLimits } from "./rate-limits.ts";

test("reads names with the quantity behind, as the chat completions wire has them, with Go durations", () => {
  expect(
    readRateLimits({
      "limit-requests": "5000",
      "remaining-requests": "4999",
      "reset-requests": "1h2m3.5s",
      "limit-tokens": "1000000",
      "remaining-tokens": "999000",
      "reset-tokens": "12ms",
    }),
  ).toEqual([
    { name: "requests", unit: "requests", left: 4_999, limit: 5_000, resetInMs: 3_723_500 },
    { name: "tokens", unit: "tokens", left: 999_000, limit: 1_000_000, resetInMs: 12 },
  ]);
});

test("reads names with the quantity in front, and moments; lanes of their own (fast, priority) are not for every request", () => {
  expect(
    readRateLimits({
      "requests-limit": "50",
      "requests-remaining": "49",
      "requests-reset": "2026-03-01T12:00:30Z",
      "input-tokens-remaining": "18000",
      "output-tokens-remaining": "4000",
      "fast-input-tokens-remaining": "0",
      "priority-output-tokens-remaining": "0",
    }),
  ).toEqual([
    { name: "requests", unit: "requests", left: 49, limit: 50, resetOn: 1_772_366_430_000 },
    { name: "input-tokens", unit: "input-tokens", left: 18_000, limit: undefined },
    { name: "output-tokens", unit: "output-tokens", left: 4_000, limit: undefined },
  ]);
});

test.each([
  ["bare names count requests", { limit: "60", remaining: "7", reset: "9" }, { left: 7, limit: 60, resetInMs: 9_000 }],
  ["fractions of a second", { remaining: "7", reset: "9.125" }, { left: 7, resetInMs: 9_125 }],
  ["windows by name", { "remaining-req-minute": "3" }, { name: "req-minute", unit: "requests", left: 3 }],
  ["tokens by window", { "remaining-tokens-minute": "3" }, { name: "tokens-minute", unit: "tokens", left: 3 }],
  [
    "a moment in seconds",
    { "remaining-requests": "0", "reset-requests": "1900000000" },
    { resetOn: 1_900_000_000_000 },
  ],
  ["a moment in ms", { "remaining-requests": "0", "reset-requests": "1900000000000" }, { resetOn: 1_900_000_000_000 }],
])("%s", (_, given, expected) => {
  expect(readRateLimits(given)).toMatchObject([expected]);
});

test.each([
  ["-1, where a vendor does not know", { "remaining-requests": "-1" }],
  ["no number", { "remaining-requests": "many" }],
  ["what is limited without saying what is left", { "limit-requests": "60", "reset-requests": "1s" }],
  ["other quantities", { "remaining-images": "1", "remaining-": "1", __proto__: "1" }],
  ["nothing", {}],
])("nothing is read of %s", (_, given) => {
  expect(readRateLimits(given)).toEqual([]);
});

test("a reset that cannot be read leaves the limit itself", () => {
  expect(readRateLimits({ "remaining-requests": "1", "reset-requests": "soon" })).toEqual([
    { name: "requests", unit: "requests", left: 1, limit: undefined },
  ]);
});

const resetOf = (text: string): number | undefined =>
  readRateLimits({ "remaining-requests": "1", "reset-requests": text })[0]?.resetInMs;

test("no reset is as long as to be worth reading for long", () => {
  expect([resetOf("1s".repeat(50)), resetOf("1s".repeat(51))]).toEqual([50_000, undefined]);
});

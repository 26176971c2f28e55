import { describe, expect, test } from "vitest";
import { readUsage } from "./usage.ts";

const EXPECTED = {
  inputTokens: 1_064,
  cacheReadTokens: 1_000,
  cacheWriteTokens: 60,
  outputTokens: 30,
  reasoningTokens: 12,
};

describe("usage", () => {
  test("takes cached input and reasoning for parts of their totals", () => {
    const usage = readUsage({
      input_tokens: 1_064,
      input_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 60 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
    });

    expect(usage).toEqual(EXPECTED);
  });

  test("leaves absent what the vendor does not say", () => {
    expect(Object.values(readUsage({ input_tokens: null }))).toEqual(Array.from({ length: 5 }));
  });
});

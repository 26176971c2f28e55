import { describe, expect, test } from "vitest";
import { readResponsesUsage } from "./responses-usage.ts";

const EXPECTED = {
  inputTokens: 1_064,
  cacheReadTokens: 1_000,
  cacheWriteTokens: 60,
  outputTokens: 30,
  reasoningTokens: 12,
};

describe("usage", () => {
  test("takes cached input and reasoning for parts of their totals", () => {
    const usage = readResponsesUsage({
      input_tokens: 1_064,
      input_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 60 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
    });

    expect(usage).toEqual(EXPECTED);
  });

  test("adds reasoning to the output of a server whose total shows that it counts it apart", () => {
    const usage = readResponsesUsage({
      input_tokens: 10,
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 100 },
      total_tokens: 112,
    });

    expect(usage).toMatchObject({ inputTokens: 10, outputTokens: 102, reasoningTokens: 100 });
  });

  test("leaves absent what the vendor does not say", () => {
    expect(Object.values(readResponsesUsage({ input_tokens: null }))).toEqual(Array.from({ length: 5 }));
  });
});

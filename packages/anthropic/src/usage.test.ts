import { describe, expect, test } from "vitest";
import { readUsage } from "./usage.ts";

describe("usage", () => {
  test("counts cached input as input", () => {
    const usage = readUsage({
      input_tokens: 4,
      cache_read_input_tokens: 1_000,
      cache_creation_input_tokens: 60,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 12 },
    });

    expect(usage).toEqual({
      inputTokens: 1_064,
      cacheReadTokens: 1_000,
      cacheWriteTokens: 60,
      outputTokens: 30,
      reasoningTokens: 12,
    });
  });

  test("leaves absent what the vendor does not say", () => {
    expect(Object.values(readUsage({ cache_read_input_tokens: null }))).toEqual(Array.from({ length: 5 }));
  });
});

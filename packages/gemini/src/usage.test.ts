import { describe, expect, test } from "vitest";
import { hasUsage, readUsage } from "./usage.ts";

describe("readUsage", () => {
  test("counts prompts of server tools as input and thoughts as output", () => {
    const native = {
      promptTokenCount: 21,
      candidatesTokenCount: 96,
      toolUsePromptTokenCount: 160,
      thoughtsTokenCount: 86,
      cachedContentTokenCount: 5,
      totalTokenCount: 363,
    };

    expect(readUsage(native)).toEqual({
      inputTokens: 181,
      cacheReadTokens: 5,
      outputTokens: 182,
      reasoningTokens: 86,
    });
  });

  test("takes a count that is left out for zero, as the vendor means it", () => {
    expect(readUsage({ promptTokenCount: 3, candidatesTokenCount: null })).toEqual({
      inputTokens: 3,
      cacheReadTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
    });
  });

  test("does not know the input where the prompt is not counted", () => {
    expect(readUsage({ candidatesTokenCount: 23, thoughtsTokenCount: 67 })).toEqual({
      inputTokens: undefined,
      cacheReadTokens: undefined,
      outputTokens: 90,
      reasoningTokens: 67,
    });
  });

  test("sees when an object counts nothing at all", () => {
    expect(hasUsage({ trafficType: "ON_DEMAND" })).toBe(false);
    expect(hasUsage({ promptTokenCount: 3 })).toBe(true);
  });
});

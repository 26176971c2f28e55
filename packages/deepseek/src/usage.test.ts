import { describe, expect, it } from "vitest";
import { readUsage } from "./usage.ts";

describe("readUsage", () => {
  it("counts cached input as input and reasoning as output", () => {
    const native = {
      prompt_tokens: 343,
      completion_tokens: 92,
      total_tokens: 435,
      completion_tokens_details: { reasoning_tokens: 47 },
      prompt_cache_hit_tokens: 256,
      prompt_cache_miss_tokens: 87,
    };

    expect(readUsage(native)).toEqual({
      inputTokens: 343,
      cacheReadTokens: 256,
      outputTokens: 92,
      reasoningTokens: 47,
    });
  });

  it("finds cached input also where other chat APIs put it", () => {
    expect(readUsage({ prompt_tokens_details: { cached_tokens: 5 } }).cacheReadTokens).toBe(5);
  });

  it("knows nothing of what is not told", () => {
    expect(readUsage({ prompt_tokens: null, completion_tokens: "9", completion_tokens_details: null })).toEqual({});
  });
});

import { describe, expect, test } from "vitest";
import { readChatUsage } from "./chat-usage.ts";

describe("readChatUsage", () => {
  test("takes cached input and reasoning for parts of their totals", () => {
    const usage = readChatUsage({
      prompt_tokens: 1_064,
      prompt_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 60 },
      completion_tokens: 30,
      completion_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 1_094,
    });

    expect(usage).toEqual({
      inputTokens: 1_064,
      cacheReadTokens: 1_000,
      cacheWriteTokens: 60,
      outputTokens: 30,
      reasoningTokens: 12,
    });
  });

  test("adds reasoning that a server counts apart, as its total tells", () => {
    const counts = { prompt_tokens: 10, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 100 } };

    expect(readChatUsage({ ...counts, total_tokens: 112 })).toMatchObject({ outputTokens: 102, reasoningTokens: 100 });
    expect(readChatUsage({ ...counts, total_tokens: 12 })).toMatchObject({ outputTokens: 2 });
    expect(readChatUsage(counts)).toMatchObject({ outputTokens: 2 });
  });

  test.each(["prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens"])("reads cached input from %s", (name) => {
    expect(readChatUsage({ prompt_tokens: 9, [name]: 5 })).toMatchObject({ inputTokens: 9, cacheReadTokens: 5 });
    expect(readChatUsage({ [name]: null, prompt_tokens_details: { cached_tokens: 4 } })).toMatchObject({
      cacheReadTokens: 4,
    });
  });

  test("leaves absent what the server does not say", () => {
    expect(Object.values(readChatUsage({ prompt_tokens: null }))).toEqual(Array.from({ length: 5 }));
  });
});

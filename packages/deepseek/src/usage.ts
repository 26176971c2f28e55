import { asNumber, asObject, type Foreign, type Usage } from "@understudy/core/adapter";

/** Input includes what was read from the cache, output includes reasoning. Writing the cache is not told. */
export function readUsage(native: Foreign): Usage {
  const cached = asObject(native["prompt_tokens_details"])["cached_tokens"];
  return {
    inputTokens: asNumber(native["prompt_tokens"]),
    cacheReadTokens: asNumber(native["prompt_cache_hit_tokens"]) ?? asNumber(cached),
    outputTokens: asNumber(native["completion_tokens"]),
    reasoningTokens: asNumber(asObject(native["completion_tokens_details"])["reasoning_tokens"]),
  };
}

import { asNumber, asObject, type Foreign, type Usage } from "@understudy/core/adapter";

/** Input includes what was read from the cache and written to it, output includes reasoning. */
export function readUsage(native: Foreign): Usage {
  const input = asObject(native["input_tokens_details"]);
  return {
    inputTokens: asNumber(native["input_tokens"]),
    cacheReadTokens: asNumber(input["cached_tokens"]),
    cacheWriteTokens: asNumber(input["cache_write_tokens"]),
    outputTokens: asNumber(native["output_tokens"]),
    reasoningTokens: asNumber(asObject(native["output_tokens_details"])["reasoning_tokens"]),
  };
}

import { asNumber, asObject, type Foreign, type Usage } from "@understudy/core/adapter";

/** Input includes what was read from the cache and written to it, output includes reasoning. */
export function readUsage(native: Foreign, input = "input_tokens", output = "output_tokens"): Usage {
  const details = asObject(native[`${input}_details`]);
  return {
    inputTokens: asNumber(native[input]),
    cacheReadTokens: asNumber(details["cached_tokens"]),
    cacheWriteTokens: asNumber(details["cache_write_tokens"]),
    outputTokens: asNumber(native[output]),
    reasoningTokens: asNumber(asObject(native[`${output}_details`])["reasoning_tokens"]),
  };
}

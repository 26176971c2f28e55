import { asNumber, asObject, type Foreign, type Usage } from "@understudy/core/adapter";

/** `input_tokens` counts only what lies behind the last cache breakpoint: all input is the sum of three. */
export function readUsage(native: Foreign): Usage {
  const uncached = asNumber(native["input_tokens"]);
  const cacheReadTokens = asNumber(native["cache_read_input_tokens"]);
  const cacheWriteTokens = asNumber(native["cache_creation_input_tokens"]);
  return {
    inputTokens: uncached === undefined ? undefined : uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: asNumber(native["output_tokens"]),
    reasoningTokens: asNumber(asObject(native["output_tokens_details"])["thinking_tokens"]),
  };
}

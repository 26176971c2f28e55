import { asNumber, type Foreign, type Usage } from "@understudy/core/adapter";

/** `inputTokens` counts only what was neither read from the cache nor written to it: all input is the sum of three. */
export function readUsage(native: Foreign): Usage {
  const uncached = asNumber(native["inputTokens"]);
  const cacheReadTokens = asNumber(native["cacheReadInputTokens"]);
  const cacheWriteTokens = asNumber(native["cacheWriteInputTokens"]);
  return {
    inputTokens: uncached === undefined ? undefined : uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: asNumber(native["outputTokens"]),
  };
}

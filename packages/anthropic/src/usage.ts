import { asBoundedArray, asNumber, asObject, asString, type Foreign, type Usage } from "@understudy/core/adapter";

/**
 * `input_tokens` counts only what lies behind the last cache breakpoint: all input is the sum of three. The counts leave
 * out some of the steps that an answer took: compaction is added, and steps of another model make the sum inexact.
 */
export function readUsage(native: Foreign, iterations?: unknown): Usage {
  const steps = asBoundedArray(iterations).map(asObject);
  const others = steps.filter((step) => step["type"] !== "message");
  const counted = [native, ...others.filter((step) => !isForeign(step))];
  const sum = (field: string): number | undefined => {
    const first = asNumber(native[field]);
    return first === undefined ? undefined : counted.reduce((total, one) => total + (asNumber(one[field]) ?? 0), 0);
  };
  const uncached = sum("input_tokens");
  const cacheReadTokens = sum("cache_read_input_tokens");
  const cacheWriteTokens = sum("cache_creation_input_tokens");
  return {
    inputTokens: uncached === undefined ? undefined : uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: sum("output_tokens"),
    reasoningTokens: asNumber(asObject(native["output_tokens_details"])["thinking_tokens"]),
    ...(others.some(isForeign) && { exact: false }),
  };
}

function isForeign(step: Foreign): boolean {
  return asString(step["model"]) !== undefined;
}

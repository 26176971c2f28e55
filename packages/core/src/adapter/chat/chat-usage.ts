import type { Usage } from "../../model/usage.ts";
import { asNumber, asObject, type Foreign } from "../foreign.ts";

/** Where servers say how much of the prompt came from a cache. */
function cachedOf(native: Foreign): number | undefined {
  const details = asObject(native["prompt_tokens_details"]);
  return [
    native["prompt_cache_hit_tokens"],
    details["cached_tokens"],
    native["cached_tokens"],
    native["num_cached_tokens"],
  ]
    .map(asNumber)
    .find((count) => count !== undefined);
}

/**
 * Counts of a chat completion. Input includes what was read from the cache; output includes reasoning, which some servers
 * count apart: their total shows it.
 */
export function readChatUsage(native: Foreign): Usage {
  const inputTokens = asNumber(native["prompt_tokens"]);
  const output = asNumber(native["completion_tokens"]);
  const reasoningTokens = asNumber(asObject(native["completion_tokens_details"])["reasoning_tokens"]);
  const all = (inputTokens ?? 0) + (output ?? 0) + (reasoningTokens ?? 0);
  const isApart = output !== undefined && reasoningTokens !== undefined && all === native["total_tokens"];
  return {
    inputTokens,
    cacheReadTokens: cachedOf(native),
    cacheWriteTokens: asNumber(asObject(native["prompt_tokens_details"])["cache_write_tokens"]),
    outputTokens: isApart ? output + reasoningTokens : output,
    reasoningTokens,
  };
}

import type { Usage } from "../../model/usage.ts";
import { asNumber, asObject, type Foreign } from "../foreign.ts";
import { readOutput } from "../responses/responses-usage.ts";

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

/** Counts of a chat completion. Input includes what was read from the cache, output includes reasoning. */
export function readChatUsage(native: Foreign): Usage {
  return {
    inputTokens: asNumber(native["prompt_tokens"]),
    cacheReadTokens: cachedOf(native),
    cacheWriteTokens: asNumber(asObject(native["prompt_tokens_details"])["cache_write_tokens"]),
    ...readOutput(native, "prompt_tokens", "completion_tokens"),
  };
}

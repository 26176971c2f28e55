import { asNumber, asObject, type Foreign } from "@understudy/core/adapter";

type Count = number | undefined;

/** The counts in one event of a known wire, as far as it has any: providers give theirs at the end of a good answer only. */
export function readRawUsage(event: Foreign): Foreign {
  const { usage, message, response, usageMetadata } = event;
  const google = asObject(usageMetadata);
  const counts = {
    ...asObject(asObject(message)["usage"]),
    ...asObject(asObject(response)["usage"]),
    ...asObject(usage),
  };
  const of = (name: string, inside?: string): Count =>
    asNumber(inside === undefined ? counts[name] : asObject(counts[name])[inside]);
  const cacheReadTokens =
    of("cache_read_input_tokens") ??
    of("input_tokens_details", "cached_tokens") ??
    of("prompt_tokens_details", "cached_tokens") ??
    of("prompt_cache_hit_tokens") ??
    asNumber(google["cachedContentTokenCount"]);
  const cacheWriteTokens = of("cache_creation_input_tokens");
  // One wire counts what was cached apart.
  const apart = cacheWriteTokens === undefined ? 0 : cacheWriteTokens + (of("cache_read_input_tokens") ?? 0);
  return {
    inputTokens:
      plus(of("input_tokens"), apart) ??
      of("prompt_tokens") ??
      plus(asNumber(google["promptTokenCount"]), asNumber(google["toolUsePromptTokenCount"])),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens:
      of("output_tokens") ??
      of("completion_tokens") ??
      plus(asNumber(google["candidatesTokenCount"]), asNumber(google["thoughtsTokenCount"])),
    reasoningTokens:
      of("output_tokens_details", "reasoning_tokens") ??
      of("completion_tokens_details", "reasoning_tokens") ??
      asNumber(google["thoughtsTokenCount"]),
  };
}

function plus(count: Count, more: Count = 0): Count {
  return count === undefined ? undefined : count + more;
}

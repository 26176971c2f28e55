import { asNumber, type Foreign, type Usage } from "@understudy/core/adapter";

/**
 * Prompts of server tools are input, thoughts are output. A count that is left out is zero, but a prompt is never
 * empty: without its count the input is unknown.
 */
export function readUsage(native: Foreign): Usage {
  const prompt = asNumber(native["promptTokenCount"]);
  const thoughts = count(native, "thoughtsTokenCount");
  return {
    inputTokens: prompt === undefined ? undefined : prompt + count(native, "toolUsePromptTokenCount"),
    cacheReadTokens: prompt === undefined ? undefined : count(native, "cachedContentTokenCount"),
    outputTokens: count(native, "candidatesTokenCount") + thoughts,
    reasoningTokens: thoughts,
  };
}

/** Some chunks, and gateways, have an object that counts nothing. */
export function hasUsage(native: Foreign): boolean {
  return count(native, "promptTokenCount") + count(native, "candidatesTokenCount") > 0;
}

function count(native: Foreign, name: string): number {
  return asNumber(native[name]) ?? 0;
}

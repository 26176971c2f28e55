import { asNumber, type Foreign, type Usage } from "@understudy/core/adapter";

/** Prompts of server tools are input, thoughts are output. A count that is left out is zero. */
export function readUsage(native: Foreign): Usage {
  const count = (name: string): number => asNumber(native[name]) ?? 0;
  return {
    inputTokens: count("promptTokenCount") + count("toolUsePromptTokenCount"),
    cacheReadTokens: count("cachedContentTokenCount"),
    outputTokens: count("candidatesTokenCount") + count("thoughtsTokenCount"),
    reasoningTokens: count("thoughtsTokenCount"),
  };
}

/** Some chunks have an object that counts nothing. */
export function hasUsage(native: Foreign): boolean {
  return ["promptTokenCount", "candidatesTokenCount", "totalTokenCount"].some(
    (name) => asNumber(native[name]) !== undefined,
  );
}

import { asNumber, type Foreign, type Usage } from "@understudy/core/adapter";

/**
 * Prompts of server tools are input, thoughts are output. A count that is left out is zero, but for that of the prompt,
 * which is never empty: then all of the input is unknown.
 */
export function readUsage(native: Foreign): Usage {
  const count = (name: string): number => asNumber(native[name]) ?? 0;
  const outputTokens = count("candidatesTokenCount") + count("thoughtsTokenCount");
  const output = { outputTokens, reasoningTokens: count("thoughtsTokenCount") };
  const prompt = asNumber(native["promptTokenCount"]);
  if (prompt === undefined) return output;
  const inputTokens = prompt + count("toolUsePromptTokenCount");
  return { inputTokens, cacheReadTokens: count("cachedContentTokenCount"), ...output };
}

/** Some chunks have an object that counts nothing. */
export function hasUsage(native: Foreign): boolean {
  return ["promptTokenCount", "candidatesTokenCount", "totalTokenCount"].some(
    (name) => asNumber(native[name]) !== undefined,
  );
}

import type { Usage } from "../../model/usage.ts";
import { asNumber, asObject, type Foreign } from "../foreign.ts";

/** Input includes what was read from the cache and written to it, output includes reasoning. */
export function readResponsesUsage(native: Foreign): Usage {
  const details = asObject(native["input_tokens_details"]);
  return {
    inputTokens: asNumber(native["input_tokens"]),
    cacheReadTokens: asNumber(details["cached_tokens"]),
    cacheWriteTokens: asNumber(details["cache_write_tokens"]),
    ...readOutput(native, "input_tokens", "output_tokens"),
  };
}

/** Some servers count reasoning apart from the output: their total shows it. */
export function readOutput(
  native: Foreign,
  input: string,
  output: string,
): Pick<Usage, "outputTokens" | "reasoningTokens"> {
  const outputTokens = asNumber(native[output]);
  const reasoningTokens = asNumber(asObject(native[`${output}_details`])["reasoning_tokens"]);
  if (outputTokens === undefined || reasoningTokens === undefined) return { outputTokens, reasoningTokens };
  const all = (asNumber(native[input]) ?? 0) + outputTokens + reasoningTokens;
  return {
    outputTokens: all === native["total_tokens"] ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  };
}

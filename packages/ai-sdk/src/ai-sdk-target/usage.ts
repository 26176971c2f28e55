import { asNumber, asObject, type Foreign, type Usage } from "@understudy/core/adapter";

/** Counts of the third version and later are in groups, those of the second stand side by side. */
export function readUsage(value: unknown): Usage & Foreign {
  const usage = asObject(value);
  const { inputTokens: input, outputTokens: output } = usage;
  const [ins, outs] = [asObject(input), asObject(output)];
  return {
    inputTokens: asNumber(ins["total"] ?? input),
    cacheReadTokens: asNumber(ins["cacheRead"] ?? usage["cachedInputTokens"]),
    cacheWriteTokens: asNumber(ins["cacheWrite"]),
    outputTokens: asNumber(outs["total"] ?? output),
    reasoningTokens: asNumber(outs["reasoning"] ?? usage["reasoningTokens"]),
  };
}

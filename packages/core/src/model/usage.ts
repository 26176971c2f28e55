/** Token counts of one answer. Absent means unknown, never 0. */
export interface Usage {
  /** All input, cached or not. */
  readonly inputTokens?: number | undefined;
  /** Part of the input that was read from a cache. */
  readonly cacheReadTokens?: number | undefined;
  /** Part of the input that was written to a cache. */
  readonly cacheWriteTokens?: number | undefined;
  /** All output, reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Part of the output that was reasoning. */
  readonly reasoningTokens?: number | undefined;
  /** False when more was billed than these counts say, such as steps of another model. Absent otherwise. */
  readonly exact?: boolean | undefined;
}

/** What a call cost by the prices that the chain was given: an estimate, never a bill. */
export interface Cost {
  /** In the currency of the prices. */
  readonly amount: number;
  /** As given with the prices; absent where they name none. */
  readonly currency?: string | undefined;
  /** Always: vendors bill by rules that no list of prices has in full. */
  readonly estimate: true;
  /** False when the usage or the price of an attempt is unknown: then the amount is a lower bound. */
  readonly exact: boolean;
}

/** Sum over all attempts of a call. */
export interface UsageTotal extends Usage {
  /** False when an attempt's usage is unknown or incomplete: then the sum is a lower bound. */
  readonly exact: boolean;
  /** Absent where the chain has no `prices`, or none for a target that was asked. */
  readonly cost?: Cost | undefined;
}

const FIELDS = ["inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens"] as const;

/** Adds up what is known; `exact` only if every entry is complete. */
export function sumUsage(
  entries: readonly { readonly usage: Usage | undefined; readonly complete: boolean }[],
): UsageTotal {
  const sum: { -readonly [Field in keyof Usage]: number } = {};
  for (const { usage } of entries) {
    for (const field of FIELDS) {
      const value = usage?.[field];
      if (value !== undefined) sum[field] = (sum[field] ?? 0) + value;
    }
  }
  return { ...sum, exact: entries.every(({ usage, complete }) => complete && isComplete(usage)) };
}

/** Usage without a single count says nothing. */
function isComplete(usage: Usage | undefined): boolean {
  return usage !== undefined && usage.exact !== false && FIELDS.some((field) => usage[field] !== undefined);
}

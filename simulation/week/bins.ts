import type { Call, Played } from "./play.ts";
import type { Span } from "./plan.ts";

/** Calls of one stretch of time, by what became of them. */
export interface Bin {
  readonly primary: number;
  readonly equivalent: number;
  readonly budget: number;
  readonly failed: number;
}

const FATES = ["primary", "equivalent", "budget", "failed"] as const;

/** Equal stretches of the span. */
export function binsOf({ calls }: Played, { from, to }: Span, count: number): readonly Bin[] {
  const bins = Array.from({ length: count }, () => ({ primary: 0, equivalent: 0, budget: 0, failed: 0 }));
  for (const call of calls) {
    const bin = bins[Math.floor(((call.at - from) / (to - from)) * count)];
    if (bin !== undefined) bin[fateOf(call)]++;
  }
  return bins;
}

function fateOf({ by }: Call): (typeof FATES)[number] {
  return FATES.find((fate) => fate === by) ?? "failed";
}

export function sumOf({ primary, equivalent, budget, failed }: Bin): number {
  return primary + equivalent + budget + failed;
}

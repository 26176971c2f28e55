import type { Call, Played } from "./play.ts";
import type { Span } from "./plan.ts";

/** Calls of one stretch of time, by what became of them. */
export interface Bin {
  readonly primary: number;
  readonly equivalent: number;
  readonly budget: number;
  /** Answered, after a beginning that became void. */
  readonly seam: number;
  readonly failed: number;
}

/** From the best to the worst. */
export const FATES = ["primary", "equivalent", "budget", "seam", "failed"] as const;

/** Equal stretches of the span. */
export function binsOf({ calls }: Played, { from, to }: Span, count: number): readonly Bin[] {
  const bins = Array.from({ length: count }, () => ({ primary: 0, equivalent: 0, budget: 0, seam: 0, failed: 0 }));
  for (const call of calls) {
    const bin = bins[Math.floor(((call.at - from) / (to - from)) * count)];
    if (bin !== undefined) bin[fateOf(call)]++;
  }
  return bins;
}

function fateOf({ by, hadSeam }: Call): (typeof FATES)[number] {
  if (by !== undefined && hadSeam) return "seam";
  return FATES.find((fate) => fate === by) ?? "failed";
}

export function sumOf(bin: Bin): number {
  return FATES.reduce((sum, fate) => sum + bin[fate], 0);
}

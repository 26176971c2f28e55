import type { Loss } from "../../model/trace.ts";

/** As many output tokens as were asked for, or as the model has, and the `least` that the API takes. A difference is reported. */
export function clampOutputTokens(
  asked: number | undefined,
  limit: number | "unknown",
  loss: (loss: Loss) => void,
  least = 0,
): number | undefined {
  if (asked !== undefined && asked < least) {
    loss({ what: "maxOutputTokens", action: "translated", reason: `the API takes ${least} at least` });
    return least;
  }
  if (asked === undefined || limit === "unknown" || asked <= limit) return asked;
  loss({ what: "maxOutputTokens", action: "downgraded", reason: `the model writes at most ${limit}` });
  return limit;
}

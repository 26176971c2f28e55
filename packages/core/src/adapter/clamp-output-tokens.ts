import type { Loss } from "../model/trace.ts";

/** As many output tokens as were asked for, or as the model has. A difference is reported. */
export function clampOutputTokens(
  asked: number | undefined,
  limit: number | "unknown",
  loss: (loss: Loss) => void,
): number | undefined {
  if (asked === undefined || limit === "unknown" || asked <= limit) return asked;
  loss({ what: "maxOutputTokens", action: "downgraded", reason: `the model writes at most ${limit}` });
  return limit;
}

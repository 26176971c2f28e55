import type { ReasoningEffort } from "../../model/request.ts";
import type { Loss } from "../../model/trace.ts";

const SCALE: readonly ReasoningEffort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/**
 * The effort nearest to the one asked for that a model has: itself, else the next lower, else the next higher one. A
 * difference is reported.
 */
export function clampEffort<Effort extends ReasoningEffort>(
  asked: ReasoningEffort,
  available: readonly Effort[],
  loss: (loss: Loss) => void,
): Effort | undefined {
  const rank = SCALE.indexOf(asked);
  const ranked = available.toSorted((left, right) => SCALE.indexOf(left) - SCALE.indexOf(right));
  const chosen = ranked.findLast((effort) => SCALE.indexOf(effort) <= rank) ?? ranked[0];
  if (chosen === undefined) {
    loss({ what: "reasoning.effort", action: "dropped", reason: "the model has no effort levels" });
  } else if (chosen !== asked) {
    loss({
      what: "reasoning.effort",
      action: "downgraded",
      reason: `${asked} is not among the model's, ${chosen} was asked`,
    });
  }
  return chosen;
}

import type { JsonValue } from "../../model/json.ts";
import type { ReasoningEffort } from "../../model/request.ts";
import type { TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { clampEffort } from "./reasoning-effort.ts";
import { takeUnless } from "./take-unless.ts";

/** What of a model decides how it reasons. */
export interface EffortRules {
  /** Empty: the model does not reason and refuses the parameter. */
  readonly efforts: readonly ReasoningEffort[] | "unknown";
  /** Asked when the request names none. */
  readonly defaultEffort?: ReasoningEffort | undefined;
}

/** How reasoning is asked for. */
export interface ReasoningPlan {
  /** The effort to ask for. Left out: the parameter is not sent. */
  readonly effort?: string | undefined;
  /** The model reasons, as far as is known. */
  readonly isThinking: boolean;
  /** What it reasons is worth asking for. */
  readonly isVisible: boolean;
}

/** How a request's wishes for reasoning are said to a model that takes an effort, and no budget. */
export function planEffort(
  { reasoning }: TargetRequest,
  { efforts, defaultEffort }: EffortRules,
  loss: (loss: Loss) => void = () => undefined,
  /** An effort in the vendor's own words, which counts. */
  native?: JsonValue,
): ReasoningPlan {
  const { effort: asked, budgetTokens, visible } = reasoning;
  takeUnless("the API takes an effort, no budget", "reasoning.budgetTokens", budgetTokens, loss);
  if (typeof native === "string") {
    const isThinking = native !== "none";
    takeUnless("a native field says something else", "reasoning.effort", asked === native ? undefined : asked, loss);
    return { effort: native, isThinking, isVisible: isThinking && visible && typeof efforts !== "string" };
  }
  if (efforts === "unknown") return { effort: asked, isThinking: asked !== "none", isVisible: false };
  if (efforts.length === 0) {
    if (asked !== undefined && asked !== "none") clampEffort(asked, efforts, loss);
    return { isThinking: false, isVisible: false };
  }
  const effort = asked === undefined ? defaultEffort : clampEffort(asked, efforts, loss);
  const isThinking = effort !== "none";
  return { effort, isThinking, isVisible: isThinking && visible };
}

import { clampEffort, takeUnless, type Loss, type ReasoningEffort, type TargetRequest } from "@understudy/core/adapter";
import type { OpenAIModel } from "./models.ts";

export interface ReasoningPlan {
  readonly effort?: ReasoningEffort | undefined;
  /** The model reasons, as far as is known. */
  readonly isThinking: boolean;
  /** What it reasons is worth asking for. */
  readonly isVisible: boolean;
}

/** How a request's wishes for reasoning are said to one model. */
export function planReasoning(
  { reasoning }: TargetRequest,
  { efforts, defaultEffort }: OpenAIModel,
  loss: (loss: Loss) => void = () => undefined,
): ReasoningPlan {
  const { effort: asked, budgetTokens, visible } = reasoning;
  takeUnless("the API takes an effort, no budget", "reasoning.budgetTokens", budgetTokens, loss);
  if (efforts === "unknown") return { effort: asked, isThinking: asked !== "none", isVisible: false };
  if (efforts.length === 0) {
    if (asked !== undefined && asked !== "none") clampEffort(asked, efforts, loss);
    return { isThinking: false, isVisible: false };
  }
  const effort = asked === undefined ? defaultEffort : clampEffort(asked, efforts, loss);
  const isThinking = effort !== "none";
  return { effort, isThinking, isVisible: isThinking && visible };
}

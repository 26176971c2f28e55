import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { clampEffort, reasoningBudget, takeUnless } from "@understudy/core/toolkit";
import type { AnthropicEffort, AnthropicModel } from "./models.ts";

export interface ReasoningPlan {
  readonly thinking?: JsonObject | undefined;
  readonly effort?: AnthropicEffort | undefined;
  /** The model reasons, as far as is known. */
  readonly isThinking: boolean;
  /** What it reasons can be seen. */
  readonly isVisible: boolean;
}

/** How a request's wishes for reasoning are said to one model. */
export function planReasoning(
  request: TargetRequest,
  model: AnthropicModel,
  maxTokens: number,
  loss: (loss: Loss) => void,
): ReasoningPlan {
  const { effort, budgetTokens, visible } = request.reasoning;
  const display = visible === model.showsByDefault ? {} : { display: visible ? "summarized" : "omitted" };
  const off = { isThinking: false, isVisible: false };
  const adaptive = (plan: Pick<ReasoningPlan, "effort"> = {}): ReasoningPlan => ({
    ...plan,
    thinking: { type: "adaptive", ...display },
    isThinking: true,
    isVisible: visible,
  });

  if (effort === "none") {
    if (!model.reasonsByDefault) return off;
    if (model.thinking.includes("disabled")) return { ...off, thinking: { type: "disabled" } };
    return adaptive({ effort: clampEffort("none", model.efforts, loss) });
  }
  const wanted = effort === undefined ? undefined : clampEffort(effort, model.efforts, withoutLevels(model, loss));
  const takesBudget = model.thinking.includes("enabled");
  if (takesBudget && (budgetTokens !== undefined || (effort !== undefined && !model.thinking.includes("adaptive")))) {
    const budget = reasoningBudget(request, maxTokens, loss);
    if (budget === undefined) return { ...off, effort: wanted };
    const thinking = { type: "enabled", budget_tokens: budget, ...display };
    return { thinking, effort: wanted, isThinking: true, isVisible: visible };
  }
  takeUnless("the model decides its own budget", "reasoning.budgetTokens", budgetTokens, loss);
  const isWanted = effort !== undefined || budgetTokens !== undefined;
  if (isWanted && model.thinking.includes("adaptive")) return adaptive({ effort: wanted });
  if (!model.reasonsByDefault) return { ...off, effort: wanted };
  // Asked for explicitly: nothing else shows that the model is working.
  return visible ? adaptive({ effort: wanted }) : { effort: wanted, isThinking: true, isVisible: model.showsByDefault };
}

/** A budget takes the place of a level that the model does not have, which is not a loss. */
function withoutLevels(model: AnthropicModel, loss: (loss: Loss) => void): (loss: Loss) => void {
  return model.efforts.length === 0 && model.thinking.includes("enabled") ? () => undefined : loss;
}

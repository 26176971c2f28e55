import { asObject, type Foreign, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import { clampEffort, filled, takeUnless } from "@understudy/core/toolkit";
import type { GeminiModel } from "./models.ts";

export interface ReasoningPlan {
  readonly config?: JsonObject | undefined;
  /** The model reasons, as far as is known. */
  readonly isThinking: boolean;
  /** What it reasons can be seen. */
  readonly isVisible: boolean;
}

/** For models that take no level: what it comes to in tokens. */
const BUDGETS: Readonly<Record<string, number>> = { none: 0, minimal: 1_024, low: 4_096, medium: 10_240 };
const LARGEST_BUDGET = 24_576;

/** How a request's wishes for reasoning are said to one model. Level and budget together are refused. */
export function planReasoning(
  request: TargetRequest,
  { thinking }: GeminiModel,
  loss: (loss: Loss) => void,
): ReasoningPlan {
  const { effort, budgetTokens, visible } = request.reasoning;
  // Without thinking it is refused.
  const includeThoughts = visible && nativeThinking(request)["thinkingBudget"] !== 0 ? true : undefined;
  if (thinking.type === "none") {
    if (effort !== undefined && effort !== "none") {
      loss({ what: "reasoning", action: "dropped", reason: "the model does not reason" });
    }
    return { isThinking: false, isVisible: false };
  }
  if (thinking.type === "level") {
    takeUnless("the model takes levels only", "reasoning.budgetTokens", budgetTokens, loss);
    const level = effort === undefined ? undefined : clampEffort(effort, thinking.levels, loss);
    const config = filled({ thinkingLevel: level?.toUpperCase(), includeThoughts });
    return { config, isThinking: level !== "minimal", isVisible: visible };
  }
  let budget = budgetTokens ?? (effort === undefined ? undefined : (BUDGETS[effort] ?? LARGEST_BUDGET));
  if (budget === 0 && !thinking.canStop) {
    loss({ what: "reasoning.effort", action: "downgraded", reason: "the model cannot stop reasoning" });
    budget = undefined;
  }
  if (budget === 0) return { config: { thinkingBudget: 0 }, isThinking: false, isVisible: false };
  return { config: filled({ thinkingBudget: budget, includeThoughts }), isThinking: true, isVisible: visible };
}

/** What the caller says natively. */
export function nativeThinking({ vendorOptions }: TargetRequest): Foreign {
  return asObject(asObject(vendorOptions?.gemini?.["generationConfig"])["thinkingConfig"]);
}

import { asNumber, isJsonObject, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import { clampEffort, defined, reasoningBudget, takeUnless } from "@understudy/core/toolkit";
import type { BedrockModel } from "./models.ts";

export interface ReasoningPlan {
  /** Goes into `additionalModelRequestFields`. */
  readonly own: JsonObject;
  /** Goes into `outputConfig`. */
  readonly effort?: string | undefined;
  /** The model reasons, as far as is known. */
  readonly isThinking: boolean;
  /** What it reasons can be seen. */
  readonly isVisible: boolean;
  /** A call cannot be forced beside it. */
  readonly excludesForcedTools: boolean;
}

const OFF: ReasoningPlan = { own: {}, isThinking: false, isVisible: false, excludesForcedTools: false };

/** How a request's wishes for reasoning are said to one model: each family has its own field for it. */
export function planReasoning(
  request: TargetRequest,
  model: BedrockModel,
  native: JsonObject,
  loss: (loss: Loss) => void,
): ReasoningPlan {
  const said = native["thinking"] ?? native["reasoning_config"] ?? native["reasoningConfig"];
  if (isJsonObject(said)) {
    const isThinking = said["type"] !== "disabled";
    const isVisible = isThinking && (model.showsByDefault || said["display"] === "summarized");
    return { ...OFF, isThinking, isVisible, excludesForcedTools: said["type"] === "enabled" };
  }
  const { effort, budgetTokens } = request.reasoning;
  if (model.thinking === "adaptive") return adaptive(request, model, loss);
  if (model.thinking === "budget") return budgeted(request, model, loss);
  takeUnless("the model takes no budget", "reasoning.budgetTokens", budgetTokens, loss);
  const shown = { ...OFF, isThinking: model.reasonsByDefault, isVisible: model.reasonsByDefault };
  if (effort === undefined) return shown;
  if (effort === "none") {
    if (model.reasonsByDefault)
      loss({ what: "reasoning.effort", action: "dropped", reason: "the model always reasons" });
    return shown;
  }
  if (model.thinking === "never") {
    clampEffort(effort, [], loss);
    return shown;
  }
  const level = clampEffort(effort, model.efforts, loss);
  const on = { ...OFF, isThinking: true, isVisible: true };
  if (model.thinking === "output") return { ...on, effort: level };
  if (model.thinking === "effort") return { ...on, own: defined({ reasoning_effort: level }) };
  const maxReasoningEffort = bounded(level, request, loss);
  // It says `[REDACTED]` in place of what it thinks.
  return { ...on, isVisible: false, own: { reasoningConfig: defined({ type: "enabled", maxReasoningEffort }) } };
}

/** Nova's highest effort takes no limit of tokens, and the limit is kept: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function bounded(
  level: string | undefined,
  { maxOutputTokens }: TargetRequest,
  loss: (loss: Loss) => void,
): string | undefined {
  if (level !== "high" || maxOutputTokens === undefined) return level;
  loss({ what: "reasoning.effort", action: "downgraded", reason: "high excludes maxOutputTokens" });
  return "medium";
}

/** Claude decides itself how long it reasons, guided by an effort. */
function adaptive(request: TargetRequest, model: BedrockModel, loss: (loss: Loss) => void): ReasoningPlan {
  const { effort, budgetTokens, visible } = request.reasoning;
  const display = visible === model.showsByDefault ? {} : { display: visible ? "summarized" : "omitted" };
  const on = (level: string | undefined): ReasoningPlan => ({
    own: { thinking: { type: "adaptive", ...display } },
    effort: level,
    isThinking: true,
    isVisible: visible,
    excludesForcedTools: false,
  });
  if (effort === "none") {
    if (!model.reasonsByDefault) return OFF;
    if (model.reasoning === "optional") return { ...OFF, own: { thinking: { type: "disabled" } } };
    return on(clampEffort("none", model.efforts, loss));
  }
  takeUnless("the model decides its own budget", "reasoning.budgetTokens", budgetTokens, loss);
  const level = effort === undefined ? undefined : clampEffort(effort, model.efforts, loss);
  if (effort !== undefined || budgetTokens !== undefined) return on(level);
  if (!model.reasonsByDefault) return OFF;
  // Asked for explicitly: nothing else shows that the model is working.
  return visible ? on(level) : { ...OFF, isThinking: true, isVisible: model.showsByDefault };
}

/** Older Claude models reason within a number of tokens, which are part of the answer's. */
function budgeted(request: TargetRequest, model: BedrockModel, loss: (loss: Loss) => void): ReasoningPlan {
  const { effort, budgetTokens } = request.reasoning;
  const wanted = effort === undefined || effort === "none" ? undefined : effort;
  const level =
    wanted === undefined || model.efforts.length === 0 ? undefined : clampEffort(wanted, model.efforts, loss);
  if (effort === "none" || (effort === undefined && budgetTokens === undefined)) return OFF;
  const budget = reasoningBudget(request, asNumber(request.maxOutputTokens) ?? Infinity, loss);
  if (budget === undefined) return { ...OFF, effort: level };
  const thinking = { type: "enabled", budget_tokens: budget };
  return { own: { thinking }, effort: level, isThinking: true, isVisible: true, excludesForcedTools: true };
}

import {
  isJsonObject,
  type JsonObject,
  type Loss,
  type ReasoningEffort,
  type TargetRequest,
} from "@understudy/core/adapter";
import { takeUnless } from "@understudy/core/toolkit";
import type { DeepSeekEffort, DeepSeekModel } from "./models.ts";

export interface ReasoningPlan {
  readonly thinking?: JsonObject | undefined;
  readonly effort?: DeepSeekEffort | undefined;
  /** The model reasons, and what it reasons can be seen. */
  readonly isThinking: boolean;
}

/** As the vendor's server maps them; `none` has its own switch: https://api-docs.deepseek.com (thinking mode). */
const EFFORTS: Readonly<Record<Exclude<ReasoningEffort, "none">, DeepSeekEffort>> = {
  minimal: "low",
  low: "low",
  medium: "high",
  high: "high",
  xhigh: "high",
  max: "max",
};

/** How a request's wishes for reasoning are said to one model. `forcesTool`: the request does. */
export function planReasoning(
  request: TargetRequest,
  model: DeepSeekModel,
  forcesTool: boolean,
  loss: (loss: Loss) => void,
): ReasoningPlan {
  const { effort, budgetTokens } = request.reasoning;
  takeUnless("the model decides its own budget", "reasoning.budgetTokens", budgetTokens, loss);
  const given = request.vendorOptions?.deepseek?.["thinking"];
  const native = isJsonObject(given) ? given : undefined;
  const asked = effort === undefined ? undefined : effort !== "none";
  const isOn = native === undefined ? (asked ?? model.reasonsByDefault) : native["type"] !== "disabled";
  if (native !== undefined && asked === !isOn) {
    loss({ what: "reasoning", action: "dropped", reason: "a native field says something else" });
  }
  if (!isOn) {
    return { isThinking: false, thinking: native ?? (model.reasonsByDefault ? { type: "disabled" } : undefined) };
  }
  if (forcesTool) {
    // Refused together. Which tool is called is the application's need; thinking is only a way to it.
    loss({ what: "reasoning", action: "dropped", reason: "excludes a forced tool call" });
    return { isThinking: false, thinking: { type: "disabled" } };
  }
  if (effort === undefined || effort === "none") return { isThinking: true, thinking: native };
  const nearest = EFFORTS[effort];
  if (nearest !== effort) {
    const reason = `${effort} is not among the model's, ${nearest} was asked`;
    loss({ what: "reasoning.effort", action: "downgraded", reason });
  }
  return { isThinking: true, thinking: { type: "enabled", ...native }, effort: nearest };
}

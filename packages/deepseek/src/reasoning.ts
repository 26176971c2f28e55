import {
  isJsonObject,
  takeUnless,
  type JsonObject,
  type Loss,
  type ReasoningEffort,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { DeepSeekEffort, DeepSeekModel } from "./models.ts";

export interface ReasoningPlan {
  readonly thinking?: JsonObject | undefined;
  readonly effort?: DeepSeekEffort | undefined;
  /** The model reasons, and what it reasons can be seen. */
  readonly isThinking: boolean;
}

/** As the vendor's server maps them; `none` has a switch of its own. */
const EFFORTS: Readonly<Record<Exclude<ReasoningEffort, "none">, DeepSeekEffort>> = {
  minimal: "low",
  low: "low",
  medium: "high",
  high: "high",
  xhigh: "high",
  max: "max",
};

/** How a request's wishes for reasoning are said to one model. */
export function planReasoning(request: TargetRequest, model: DeepSeekModel, loss: (loss: Loss) => void): ReasoningPlan {
  const { effort, budgetTokens } = request.reasoning;
  takeUnless("the model decides its own budget", "reasoning.budgetTokens", budgetTokens, loss);
  const native = request.vendorOptions?.deepseek?.["thinking"];
  if (isJsonObject(native)) return { isThinking: native["type"] !== "disabled" };
  if (effort === "none") return off(model);
  const wants = effort !== undefined || model.thinksByDefault;
  if (!wants) return { isThinking: false };
  if (forcesTool(request)) {
    // Refused together. Which tool is called is the application's need; thinking is only a way to it.
    loss({ what: "reasoning", action: "dropped", reason: "excludes a forced tool call" });
    return off(model);
  }
  if (effort === undefined) return { isThinking: true };
  const nearest = EFFORTS[effort];
  if (nearest !== effort) {
    const reason = `${effort} is not among the model's, ${nearest} was asked`;
    loss({ what: "reasoning.effort", action: "downgraded", reason });
  }
  return { isThinking: true, thinking: { type: "enabled" }, effort: nearest };
}

function off({ thinksByDefault }: DeepSeekModel): ReasoningPlan {
  return { isThinking: false, thinking: thinksByDefault ? { type: "disabled" } : undefined };
}

function forcesTool({ tools, toolChoice }: TargetRequest): boolean {
  return tools.length > 0 && toolChoice !== "auto" && toolChoice !== "none";
}

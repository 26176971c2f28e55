import type { Loss } from "../../model/trace.ts";
import type { TargetRequest } from "../../model/target.ts";
import { lacksReasoning } from "./lacks-reasoning.ts";

const LEAST = 1_024;
/** For models that take no effort: what it comes to in tokens. */
const BUDGETS: Readonly<Record<string, number>> = { minimal: 1_024, low: 4_096, medium: 10_240, high: 24_576 };
const LARGEST = 32_768;

/** For models that reason within a number of tokens, of those of the answer: that number, or undefined where it cannot be. */
export function reasoningBudget(
  { reasoning, messages }: TargetRequest,
  answerTokens: number,
  loss: (loss: Loss) => void,
): number | undefined {
  if (lacksReasoning(messages)) {
    // Refused: with a budget, an assistant turn that calls tools has to begin with its reasoning.
    loss({ what: "reasoning", action: "dropped", reason: "earlier tool calls are not its own" });
    return undefined;
  }
  const { effort, budgetTokens } = reasoning;
  const asked = budgetTokens ?? BUDGETS[effort ?? ""] ?? LARGEST;
  const budget = Math.min(Math.max(asked, LEAST), answerTokens - 1);
  if (budget < LEAST) {
    loss({ what: "reasoning", action: "dropped", reason: "maxOutputTokens leaves no room for it" });
    return undefined;
  }
  if (budgetTokens !== undefined && budget !== asked) {
    loss({ what: "reasoning.budgetTokens", action: "downgraded", reason: `${budget} was asked` });
  }
  return budget;
}

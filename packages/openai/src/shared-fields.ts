import type { JsonValue, Loss, TargetRequest } from "@understudy/core/adapter";
import { takeUnless, type ReasoningPlan } from "@understudy/core/toolkit";

/** Why both APIs leave a parameter out. */
export const NO_PARAMETER = "the API has no such parameter";

/** What fields say of a request: a choice only where it is one. */
export function saysOf(
  { toolChoice }: TargetRequest,
  says: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return toolChoice === "auto" ? says : { ...says, tool_choice: "toolChoice" };
}

/** Not with the least effort, which the first models of this kind take alone. */
export function parallelCalls({ effort }: ReasoningPlan, tools: readonly JsonValue[]): false | undefined {
  return effort === "minimal" && tools.length > 0 ? false : undefined;
}

export function toUserId({ userId }: TargetRequest, most: number, loss: (loss: Loss) => void): string | undefined {
  const isTooLong = userId !== undefined && userId.length > most;
  return takeUnless(isTooLong ? `longer than ${most} characters` : undefined, "userId", userId, loss);
}

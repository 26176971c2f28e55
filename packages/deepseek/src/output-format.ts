import type { Loss, TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, type FormatPlan } from "@understudy/core/toolkit";

/** JSON without a schema has a native switch, which still wants the word in the prompt; a schema has only words. */
export function toFormat({ output }: TargetRequest, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  if (output.schema !== undefined) {
    loss({ what: "output.schema", action: "translated", reason: "the API takes no schema; it is asked for in words" });
  }
  return { format: { type: "json_object" }, instruction: jsonInstruction(output.schema) };
}

import type { JsonValue, Loss, TargetRequest } from "@understudy/core/adapter";
import { planEffort } from "@understudy/core/toolkit";
import type { MistralModel } from "./models.ts";

/**
 * The effort to ask for; undefined: none is said. A wish to reason never becomes `none`, the only level below `high` that
 * most models have.
 */
export function planReasoning(
  request: TargetRequest,
  { efforts }: MistralModel,
  native: JsonValue | undefined,
  loss: (loss: Loss) => void,
): string | undefined {
  const isOff = request.reasoning.effort === "none";
  const offered = isOff ? efforts : efforts.filter((effort) => effort !== "none");
  return planEffort(request, { efforts: offered }, loss, native).effort;
}

import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined } from "./defined.ts";
import type { AnthropicModel } from "./models.ts";

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function toSampling(
  request: TargetRequest,
  model: AnthropicModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { temperature, topP, topK } = request;
  const take = (what: string, value: number | undefined, refusal: string | undefined): number | undefined => {
    if (value === undefined || refusal === undefined) return value;
    loss({ what, action: "dropped", reason: refusal });
    return undefined;
  };
  const never = model.sampling ? undefined : "the model does not take it";
  const whileThinking = never ?? (isThinking ? "not while the model reasons" : undefined);
  const warmth = take("temperature", temperature, whileThinking);
  if (warmth !== undefined && warmth > 1) loss({ what: "temperature", action: "downgraded", reason: "at most 1" });
  const narrow = topP !== undefined && topP < 0.95 ? whileThinking : never;
  return defined({
    temperature: warmth === undefined ? undefined : Math.min(warmth, 1),
    top_p: take("topP", topP, narrow ?? (warmth === undefined ? undefined : "not together with temperature")),
    top_k: take("topK", topK, whileThinking),
  });
}

import { defined, takeUnless, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { AnthropicModel } from "./models.ts";

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function toSampling(
  request: TargetRequest,
  model: AnthropicModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { temperature, topP, topK } = request;
  const never = model.sampling ? undefined : "the model does not take it";
  const whileThinking = never ?? (isThinking ? "not while the model reasons" : undefined);
  const warmth = takeUnless(whileThinking, "temperature", temperature, loss);
  if (warmth !== undefined && warmth > 1) loss({ what: "temperature", action: "downgraded", reason: "at most 1" });
  const narrow = topP !== undefined && topP < 0.95 ? whileThinking : never;
  const besideWarmth = warmth === undefined ? undefined : "not together with temperature";
  return defined({
    temperature: warmth === undefined ? undefined : Math.min(warmth, 1),
    top_p: takeUnless(narrow ?? besideWarmth, "topP", topP, loss),
    top_k: takeUnless(whileThinking, "topK", topK, loss),
  });
}

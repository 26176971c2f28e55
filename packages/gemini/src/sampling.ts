import { defined, takeUnless, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { GeminiModel } from "./models.ts";

/** The sampling parameters that a model takes; the others are reported. */
export function toSampling(request: TargetRequest, model: GeminiModel, loss: (loss: Loss) => void): JsonObject {
  const { temperature, topP, topK, seed } = request;
  const never = model.sampling ? undefined : "the model does not take it";
  return defined({
    temperature: takeUnless(never, "temperature", temperature, loss),
    topP: takeUnless(never, "topP", topP, loss),
    topK: takeUnless(never, "topK", topK, loss),
    seed,
  });
}

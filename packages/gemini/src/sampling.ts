import { defined, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { GeminiModel } from "./models.ts";

/** The sampling parameters that a model takes; the others are reported. */
export function toSampling(request: TargetRequest, model: GeminiModel, loss: (loss: Loss) => void): JsonObject {
  const { temperature, topP, topK, seed } = request;
  const take = (what: string, value: number | undefined): number | undefined => {
    if (value === undefined || model.sampling) return value;
    loss({ what, action: "dropped", reason: "the model does not take it" });
    return undefined;
  };
  return defined({
    temperature: take("temperature", temperature),
    topP: take("topP", topP),
    topK: take("topK", topK),
    seed,
  });
}

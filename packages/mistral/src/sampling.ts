import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeTemperature, takeUnless } from "@understudy/core/toolkit";

const MOST_TEMPERATURE = 1.5;

/** The ranges are those of the vendor's API description: https://docs.mistral.ai/api */
export function toSampling({ temperature, topP, topK, seed }: TargetRequest, loss: (loss: Loss) => void): JsonObject {
  takeUnless("the API has none", "topK", topK, loss);
  return defined({
    temperature: takeTemperature(undefined, temperature, MOST_TEMPERATURE, loss),
    top_p: topP,
    random_seed: takeUnless((seed ?? 0) < 0 ? "not below 0" : undefined, "seed", seed, loss),
  });
}

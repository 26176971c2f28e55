import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeUnless } from "@understudy/core/toolkit";

const MOST_TEMPERATURE = 1.5;

/** The ranges are those of the vendor's API description: https://docs.mistral.ai/api */
export function toSampling({ temperature, topP, topK, seed }: TargetRequest, loss: (loss: Loss) => void): JsonObject {
  takeUnless("the API has none", "topK", topK, loss);
  const isTooWarm = temperature !== undefined && temperature > MOST_TEMPERATURE;
  if (isTooWarm) loss({ what: "temperature", action: "downgraded", reason: `at most ${MOST_TEMPERATURE}` });
  return defined({
    temperature: isTooWarm ? MOST_TEMPERATURE : temperature,
    top_p: topP,
    random_seed: takeUnless((seed ?? 0) < 0 ? "not below 0" : undefined, "seed", seed, loss),
  });
}

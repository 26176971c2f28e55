import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeUnless } from "@understudy/core/toolkit";
import type { GeminiModel } from "./models.ts";

const INT32 = 2_147_483_647;

/** The sampling parameters that a model takes; the others are reported. */
export function toSampling(request: TargetRequest, model: GeminiModel, loss: (loss: Loss) => void): JsonObject {
  const { temperature, topP, topK, seed } = request;
  const never = model.sampling ? undefined : "the model does not take it";
  return defined({
    temperature: takeUnless(never ?? outside(temperature, 0, 2), "temperature", temperature, loss),
    topP: takeUnless(never ?? outside(topP, 0, 1), "topP", topP, loss),
    topK: takeUnless(never ?? outside(topK, 1, INT32), "topK", topK, loss),
    seed: takeUnless(Number.isInteger(seed) ? outside(seed, -INT32, INT32) : "no integer", "seed", seed, loss),
  });
}

function outside(value: number | undefined, least: number, most: number): string | undefined {
  return value === undefined || (value >= least && value <= most) ? undefined : `not from ${least} to ${most}`;
}

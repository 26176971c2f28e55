import { asNumber, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import { defined, takeTemperature, takeUnless } from "@understudy/core/toolkit";
import type { AnthropicModel } from "./models.ts";

/** While the model reasons. */
const LEAST_TOP_P = 0.95;

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function toSampling(
  request: TargetRequest,
  native: JsonObject,
  model: AnthropicModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { temperature, topP, topK } = request;
  const never = model.sampling ? undefined : "the model does not take it";
  const whileThinking = never ?? (isThinking ? "not while the model reasons" : undefined);
  const besideRange = native["top_p"] === undefined ? undefined : "not together with top_p";
  const warmth = takeTemperature(whileThinking ?? besideRange, temperature, 1, loss);
  const narrow = topP !== undefined && topP < LEAST_TOP_P ? whileThinking : never;
  const isWarm = warmth !== undefined || native["temperature"] !== undefined;
  return defined({
    temperature: warmth,
    top_p: takeUnless(narrow ?? (isWarm ? "not together with temperature" : undefined), "topP", topP, loss),
    top_k: takeUnless(whileThinking, "topK", topK, loss),
  });
}

/** Sampling in the vendor's own words that leaves no room for reasoning. */
export function excludesThinking({ temperature = 1, top_p, top_k }: JsonObject): boolean {
  return temperature !== 1 || top_k !== undefined || (asNumber(top_p) ?? 1) < LEAST_TOP_P;
}

/** Whether a body holds any, which the newest version of the API refuses. */
export function isSampled({ temperature, top_p, top_k }: JsonObject): boolean {
  return (temperature ?? top_p ?? top_k) !== undefined;
}

import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeFilledStops, takeTemperature, takeUnless } from "@understudy/core/toolkit";
import type { BedrockModel } from "./models.ts";

/** Settings of an answer: what all models have in common, and what goes into a family's own fields. */
export interface SamplingPlan {
  readonly common: JsonObject;
  readonly own: JsonObject;
}

/**
 * The common settings reach every model; the best few have a field in some families only, and a seed in none.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
 */
export function toSampling(
  request: TargetRequest,
  native: JsonObject,
  { sampling, topK: topKField }: BedrockModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): SamplingPlan {
  const { temperature, topP, topK, seed, maxOutputTokens } = request;
  const whileThinking = sampling === "without-reasoning" && isThinking ? "not while the model reasons" : undefined;
  const refusal = sampling === "never" ? "the model does not take it" : whileThinking;
  takeUnless("the API has none", "seed", seed, loss);
  const noField = topKField === undefined ? "the API has none for this model" : refusal;
  const few = takeUnless(noField, "topK", topK, loss);
  const isClaude = topKField === "claude";
  const beside = isClaude && native["topP"] !== undefined ? "not together with topP" : undefined;
  const warmth = takeTemperature(refusal ?? beside, temperature, 1, loss);
  const isWarm = isClaude && (warmth ?? native["temperature"]) !== undefined;
  const stops = takeFilledStops(request, loss);
  return {
    common: defined({
      maxTokens: maxOutputTokens,
      temperature: warmth,
      topP: takeUnless(refusal ?? (isWarm ? "not together with temperature" : undefined), "topP", topP, loss),
      stopSequences: stops && [...stops],
    }),
    own: few === undefined ? {} : topKField === "nova" ? { inferenceConfig: { topK: few } } : { top_k: few },
  };
}

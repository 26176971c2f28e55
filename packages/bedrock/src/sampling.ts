import type { JsonObject, JsonValue, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeFilledStops, takeUnless } from "@understudy/core/toolkit";
import type { BedrockModel } from "./models.ts";

/** Settings of an answer: what all models have in common, and what goes into a family's own fields. */
export interface SamplingPlan {
  readonly common: JsonObject;
  readonly own: JsonObject;
}

/** The common settings reach every model; the best few have a field in some families only, and a seed in none. */
export function toSampling(
  request: TargetRequest,
  { sampling, topK: topKField }: BedrockModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): SamplingPlan {
  const { temperature, topP, topK, seed, maxOutputTokens } = request;
  const whileThinking = sampling === "without-reasoning" && isThinking ? "not while the model reasons" : undefined;
  const refusal = sampling === "never" ? "the model does not take it" : whileThinking;
  const take = <Value>(what: string, value: Value | undefined, reason = refusal): Value | undefined =>
    takeUnless(reason, what, value, loss);
  take("seed", seed, "the API has none");
  const few = take("topK", topK, topKField === undefined ? "the API has none for this model" : refusal);
  return {
    common: defined({
      maxTokens: maxOutputTokens,
      temperature: take("temperature", temperature),
      topP: take("topP", topP),
      stopSequences: mutable(takeFilledStops(request, loss)),
    }),
    own: few === undefined ? {} : topKField === "nova" ? { inferenceConfig: { topK: few } } : { top_k: few },
  };
}

function mutable(list: readonly JsonValue[] | undefined): JsonValue[] | undefined {
  return list === undefined ? undefined : [...list];
}

import { defined, takeUnless, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { OpenAIModel } from "./models.ts";

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function toSampling(
  { temperature, topP }: TargetRequest,
  { sampling }: OpenAIModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const whileThinking = sampling === "without-reasoning" && isThinking ? "not while the model reasons" : undefined;
  const refusal = sampling === "never" ? "the model does not take it" : whileThinking;
  return defined({
    temperature: takeUnless(refusal, "temperature", temperature, loss),
    top_p: takeUnless(refusal, "topP", topP, loss),
  });
}

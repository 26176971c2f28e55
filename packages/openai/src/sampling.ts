import { defined, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { OpenAIModel } from "./models.ts";

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function toSampling(
  { temperature, topP }: TargetRequest,
  { sampling }: OpenAIModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const isTaken = sampling === "always" || sampling === "unknown" || (sampling === "without-reasoning" && !isThinking);
  if (isTaken) return defined({ temperature, top_p: topP });
  const reason = sampling === "never" ? "the model does not take it" : "not while the model reasons";
  if (temperature !== undefined) loss({ what: "temperature", action: "dropped", reason });
  if (topP !== undefined) loss({ what: "topP", action: "dropped", reason });
  return {};
}

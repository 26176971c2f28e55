import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, takeUnless } from "@understudy/core/toolkit";
import type { DeepSeekModel } from "./models.ts";

const LEAST_TOP_P = 0.95;

/**
 * The sampling parameters that have an effect; the others are reported. The vendor takes them all and says nothing
 * about those it ignores: https://api-docs.deepseek.com (create chat completion).
 */
export function toSampling(
  request: TargetRequest,
  model: DeepSeekModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { temperature, topP, topK, seed } = request;
  takeUnless("the API has none", "topK", topK, loss);
  takeUnless("the API has none", "seed", seed, loss);
  const whileThinking = isThinking ? "no effect while the model thinks" : undefined;
  const unlessThinking = isThinking ? undefined : "no effect unless the model thinks";
  const nucleus = takeUnless(model.topP === "thinking" ? unlessThinking : whileThinking, "topP", topP, loss);
  const isTooNarrow = isThinking && nucleus !== undefined && nucleus < LEAST_TOP_P;
  if (isTooNarrow) {
    loss({ what: "topP", action: "downgraded", reason: `at least ${LEAST_TOP_P} while the model thinks` });
  }
  return defined({
    temperature: takeUnless(whileThinking, "temperature", temperature, loss),
    top_p: isTooNarrow ? LEAST_TOP_P : nucleus,
  });
}

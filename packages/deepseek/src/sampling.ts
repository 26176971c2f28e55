import { defined, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import type { DeepSeekModel } from "./models.ts";

const LEAST_TOP_P = 0.95;

/**
 * The sampling parameters that have an effect; the others are reported. The vendor takes them all and says nothing
 * about those it ignores.
 */
export function toSampling(
  request: TargetRequest,
  model: DeepSeekModel,
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { temperature, topP, topK, seed } = request;
  const take = (what: string, value: number | undefined, refusal: string | undefined): number | undefined => {
    if (value === undefined || refusal === undefined) return value;
    loss({ what, action: "dropped", reason: refusal });
    return undefined;
  };
  take("topK", topK, "the API has none");
  take("seed", seed, "the API has none");
  const whileThinking = isThinking ? "no effect while the model thinks" : undefined;
  const unlessThinking = isThinking ? undefined : "no effect unless the model thinks";
  const nucleus = take("topP", topP, model.topP === "thinking" ? unlessThinking : whileThinking);
  const isTooNarrow = isThinking && nucleus !== undefined && nucleus < LEAST_TOP_P;
  if (isTooNarrow) {
    loss({ what: "topP", action: "downgraded", reason: `at least ${LEAST_TOP_P} while the model thinks` });
  }
  return defined({
    temperature: take("temperature", temperature, whileThinking),
    top_p: isTooNarrow ? LEAST_TOP_P : nucleus,
  });
}

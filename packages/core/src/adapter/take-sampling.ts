import type { JsonObject } from "../model/json.ts";
import type { TargetRequest } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";
import { defined } from "./native-fields.ts";
import { takeUnless } from "./take-unless.ts";

/** The sampling parameters that a model takes beside the rest of the request; the others are reported. */
export function takeSampling(
  { temperature, topP }: TargetRequest,
  /** `without-reasoning`: not while the model reasons. */
  { sampling }: { readonly sampling: "always" | "without-reasoning" | "never" | "unknown" },
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

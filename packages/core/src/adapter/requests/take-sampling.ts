import type { JsonObject } from "../../model/json.ts";
import type { Loss } from "../../model/trace.ts";
import { defined } from "./native-fields.ts";
import { takeUnless } from "./take-unless.ts";

/** Sampling parameters of a body, and what a request calls them. */
const SAMPLING = [
  ["temperature", "temperature"],
  ["top_p", "topP"],
  ["logprobs", "logprobs"],
  ["top_logprobs", "top_logprobs"],
] as const;

/** A body with those sampling parameters that the model takes beside the rest of it; the others are reported. */
export function takeSampling(
  body: JsonObject,
  /** `without-reasoning`: not while the model reasons. */
  { sampling }: { readonly sampling: "always" | "without-reasoning" | "never" | "unknown" },
  isThinking: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const whileThinking = sampling === "without-reasoning" && isThinking ? "not while the model reasons" : undefined;
  const refusal = sampling === "never" ? "the model does not take it" : whileThinking;
  if (refusal === undefined) return body;
  const found = SAMPLING.filter(([name]) => body[name] !== undefined && body[name] !== null);
  return defined({
    ...body,
    ...Object.fromEntries(found.map(([name, what]) => [name, takeUnless(refusal, what, body[name], loss)])),
  });
}

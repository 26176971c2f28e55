import type { TargetMessage, TargetRequest } from "../../model/target.ts";
import type { ContinuesBy, Given } from "./seam.ts";

const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/** What is asked in words, where the caller has none of their own. */
export function defaultWording(_partial: string, lastWords: string): string {
  return (
    "Your answer was cut off. Go on with it exactly where it stops: begin with its last words, character for character, " +
    `and then continue. Write nothing else. Its last words are:\n\n${lastWords}`
  );
}

/** The beginning of an answer as a target may be given it. */
export function given(shown: string, by: ContinuesBy): Given {
  const whole = shown.replace(HALF_CHARACTER, "");
  return { shown, sent: by === "prefill" ? whole.trimEnd() : whole, by };
}

/**
 * The same request with the beginning of its answer, and with words that ask to go on where the target needs them. Nothing of
 * the caller's is changed, and no system prompt is added.
 */
export function continuationRequest(request: TargetRequest, { sent, by }: Given, wording: string): TargetRequest {
  const turn: TargetMessage = { role: "assistant", content: [{ type: "text", text: sent }] };
  const asked: TargetMessage = { role: "user", content: [{ type: "text", text: wording }] };
  if (by === "instruct") return { ...request, continuation: by, messages: [...request.messages, turn, asked] };
  // A model that reasons first does not go on with a turn, or is not allowed to.
  const { visible } = request.reasoning;
  return {
    ...request,
    continuation: by,
    messages: [...request.messages, turn],
    reasoning: { effort: "none", visible },
  };
}

import type { AttemptPlan, TargetRequest } from "../../model/target.ts";
import type { NotContinued } from "../../model/trace.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { ShownPart } from "../attempt/assembly.ts";
import { lastWords } from "./last-words.ts";
import type { ContinuesBy } from "./seam.ts";

/** Below it, to begin again is cheaper, and nobody has read much. */
const LEAST_CHARS = 200;
/** What a native field asks for that belongs to one answer's own text. */
const BOUND_TO_TEXT = /"[^"]*(?:logprobs|citation|search|grounding)[^"]*":(?!false|null)/i;

/** What was shown of the answer that broke off. */
export interface Partial {
  readonly parts: readonly ShownPart[];
  /** The vendor ran tools on its side, or the model began to call some. */
  readonly hasActed: boolean;
}

/** Who would go on. */
export interface Successor {
  readonly vendor: string;
  readonly plan: AttemptPlan | TargetFailure;
  readonly by: ContinuesBy;
}

/** The text that was shown, in order. */
export function textOf({ parts }: Partial): string {
  return parts.map(({ part }) => (part?.type === "text" ? part.text : "")).join("");
}

/** Whether a target may go on with what was shown; if not, why. */
export function mayContinue(request: TargetRequest, partial: Partial, successor: Successor): NotContinued | undefined {
  const { plan, vendor, by } = successor;
  if (request.output.type === "json") return "json";
  if (request.tools.length > 0 || ("nativeTools" in plan && (plan.nativeTools ?? []).length > 0)) return "tools";
  const native: unknown = Reflect.get(request.vendorOptions ?? {}, vendor);
  if (BOUND_TO_TEXT.test(JSON.stringify(native ?? {})) || asksForCitations(request)) return "native-fields";
  if (request.messages.at(-1)?.role === "assistant") return "ends-with-answer";
  if (partial.hasActed || !isPlainText(partial)) return "not-plain-text";
  const text = textOf(partial);
  if (text.length < LEAST_CHARS) return "too-short";
  return by === "instruct" && lastWords(text) === undefined ? "repetitive" : undefined;
}

function asksForCitations({ messages }: TargetRequest): boolean {
  return messages.some(({ content }) => content.some((part) => part.type === "file" && part.citations === true));
}

/** One text may be open, and only the last: else it is not known where the answer goes on. */
function isPlainText({ parts }: Partial): boolean {
  const texts = parts.filter(({ part }) => part?.type === "text");
  return (
    parts.every(({ part }) => part?.type === "text" || part?.type === "reasoning") &&
    texts.every(({ part }) => part?.type !== "text" || part.citations === undefined) &&
    texts.slice(0, -1).every(({ isOpen }) => !isOpen)
  );
}

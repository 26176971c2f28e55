import type { ReasoningEffort } from "../../model/request.ts";
import type { Capabilities, TargetRequest } from "../../model/target.ts";
import type { Candidate } from "../tier.ts";

/** Why an answer is less than the chain's first target would give. */
export type Degradation = "marked" | "smaller-model" | "no-reasoning";

/** With what is unknown, every comparison is false. */
const RANKS: Readonly<Record<Capabilities["size"], number>> = {
  small: 1,
  balanced: 2,
  flagship: 3,
  unknown: Number.NaN,
};

/** Undefined where the answer is not known to be less: nothing is claimed of what is unknown. */
export function degradation(
  { tier, target: { capabilities, vendor } }: Candidate,
  { target: first }: Candidate,
  { reasoning: { effort } }: TargetRequest,
): Degradation | undefined {
  if (tier.degraded) return "marked";
  const { size } = capabilities;
  // One vendor's balanced model is as good as another's flagship: only of its own it says which is less.
  const isComparable = size === "small" || vendor === first.vendor;
  if (isComparable && RANKS[size] < RANKS[first.capabilities.size]) return "smaller-model";
  return reasons(capabilities, effort) < reasons(first.capabilities, effort) ? "no-reasoning" : undefined;
}

/** 1 when a model reasons that is asked for this effort, else 0. */
function reasons({ reasoning, reasonsByDefault }: Capabilities, effort: ReasoningEffort | undefined): number {
  // Of undefined too, a number is NaN.
  const optional = Number(effort === undefined ? reasonsByDefault : effort !== "none");
  return { always: 1, optional, never: 0, unknown: Number.NaN }[reasoning];
}

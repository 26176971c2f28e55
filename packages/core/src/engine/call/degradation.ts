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
  { tier, target }: Candidate,
  { target: { capabilities: first } }: Candidate,
  { reasoning: { effort = "none" } }: TargetRequest,
): Degradation | undefined {
  if (tier.degraded) return "marked";
  const { size, reasoning } = target.capabilities;
  if (RANKS[size] < RANKS[first.size]) return "smaller-model";
  const reasoned = first.reasoning === "always" || (first.reasoning === "optional" && effort !== "none");
  return reasoned && reasoning === "never" ? "no-reasoning" : undefined;
}

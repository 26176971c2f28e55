import type { Profile } from "./world/plan.ts";

/**
 * Seeds that found a bug of the engine, with the bug; played again in every check. A seed means one schedule only as
 * long as the generator stays as it is: after a change, look for the bug again (`mutants/` holds most of them) and
 * write down the new seed.
 */
export const CORPUS: readonly { readonly seed: number; readonly profile: Profile; readonly found: string }[] = [
  { seed: 54, profile: "storm", found: "a repeat went to a route that others had found sick during its wait" },
  { seed: 98, profile: "narrow", found: "a stated time that is no number blocked a route for good" },
  { seed: 153, profile: "storm", found: "a stream that had been left threw the error it had not read" },
  { seed: 558, profile: "storm", found: "calls waiting for a repeat together counted on the same token" },
  { seed: 588, profile: "storm", found: "the limit for silence was armed by content, not by the first byte" },
  { seed: 400_793, profile: "narrow", found: "a consumer that stopped behind an awaited event was noticed late" },
  { seed: 679_984, profile: "narrow", found: "the same, while the next target only pinged" },
];

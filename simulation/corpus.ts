import type { Profile } from "./world/plan.ts";

/** Seeds that once broke an invariant. They are played again in every check. */
export const CORPUS: readonly { readonly seed: number; readonly profile: Profile }[] = [
  { seed: 27, profile: "storm" },
  { seed: 40, profile: "narrow" },
  { seed: 57, profile: "storm" },
  { seed: 75, profile: "storm" },
  { seed: 102, profile: "storm" },
  { seed: 112, profile: "narrow" },
  { seed: 254, profile: "narrow" },
  { seed: 2851, profile: "narrow" },
];

import { CONTINUING_MUTANTS } from "./ahead-continuing.ts";
import { COURSE_MUTANTS } from "./ahead-courses.ts";
import { HEDGE_MUTANTS } from "./ahead-hedge.ts";
import { TOGETHER_MUTANTS } from "./ahead-together.ts";
import { ATTEMPT_MUTANTS } from "./attempts.ts";
import { HEALTH_MUTANTS } from "./health.ts";
import type { Mutant } from "./mutant.ts";
import { ORDERED_MUTANTS } from "./ordered.ts";
import { OUTPUT_MUTANTS } from "./output.ts";
import { SHARED_MUTANTS } from "./shared.ts";

/** Deliberate bugs. A simulation that does not find one of them is blind to the mechanism it breaks. */
export const CATALOGUE: readonly Mutant[] = [
  ...OUTPUT_MUTANTS,
  ...ATTEMPT_MUTANTS,
  ...HEALTH_MUTANTS,
  ...COURSE_MUTANTS,
  ...HEDGE_MUTANTS,
  ...TOGETHER_MUTANTS,
  ...CONTINUING_MUTANTS,
  ...SHARED_MUTANTS,
  ...ORDERED_MUTANTS,
];

/** How often the patch applies; it must be once. */
export function countMatches(source: string, { search }: Mutant): number {
  return source.split(search).length - 1;
}

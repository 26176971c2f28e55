import type { Profile } from "./world/plan.ts";

/**
 * Seeds that found a bug of the engine, with the bug; played again in every check. A seed means one schedule only as
 * long as the generator stays as it is: after a change, look for the bug again (`mutants/` holds most of them) and
 * write down the new seed.
 */
export const CORPUS: readonly { readonly seed: number; readonly profile: Profile; readonly found: string }[] = [
  {
    seed: 1,
    profile: "narrow",
    found: "repeats took the attempts of untried tiers, and dead connections were the vendor's",
  },
  {
    seed: 6,
    profile: "storm",
    found: "no limit was ever whole on a clock that creeps; garbage was bought a third time",
  },
  { seed: 21, profile: "storm", found: "calls that still waited were counted as verdicts" },
  {
    seed: 24,
    profile: "storm",
    found: "a promised repeat was taken back, a deadline came before a limit, a last resort was a probe",
  },
  { seed: 36, profile: "storm", found: "a probe that said nothing was due again at once" },
  { seed: 60, profile: "storm", found: "a stream that had been left threw the error it had not read" },
  { seed: 85, profile: "narrow", found: "a stated time that is no number blocked a route for good" },
  { seed: 141, profile: "storm", found: "long answers from before an outage hid it" },
  {
    seed: 339,
    profile: "storm",
    found: "calls waiting for a repeat counted on the same token; one that was left before its repeat kept its permit",
  },
  { seed: 437, profile: "narrow", found: "the limit for silence was armed by content, not by the first byte" },
  {
    seed: 847,
    profile: "narrow",
    found: "after a standstill a limit was decided unread, because a gate was due first",
  },
  { seed: 1_209, profile: "storm", found: "a probe whose answer broke left the breaker closed" },
  { seed: 9_100, profile: "narrow", found: "a standstill within the turns before a decision counted against a vendor" },
  {
    seed: 12_927,
    profile: "storm",
    found: "failures around one that had waited were no row when it ended without a word",
  },
  { seed: 253_344, profile: "storm", found: "repeats took the attempt of a tier that was cooling down for a moment" },
  {
    seed: 3_058_318,
    profile: "narrow",
    found: "a limit that passed behind a gate, in a standstill within the turns, counted against a vendor",
  },
];

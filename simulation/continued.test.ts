import { testProfile } from "./profile-tests.ts";

testProfile({
  of: "in which answers are gone on with",
  profile: "continued",
  most: 6_000,
  least: 100,
  sample: { seed: 85, signs: [`"mode":"continue"`] },
});

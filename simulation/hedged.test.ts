import { testProfile } from "./profile-tests.ts";

testProfile({
  of: "with hedges",
  profile: "hedge",
  most: 6_000,
  least: 100,
  sample: { seed: 3, signs: [`"stoppedBy":"hedge"`] },
});

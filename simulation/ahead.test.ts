import { testProfile } from "./profile-tests.ts";

testProfile({
  of: "with pins, limits, hedges and answers that go on, all at once,",
  profile: "ahead",
  most: 6_000,
  least: 50,
  sample: { seed: 64, signs: [`"stoppedBy":"hedge"`, `"mode":"continue"`, "pin-left", "quota-low"] },
});

import { testProfile } from "./profile-tests.ts";

testProfile({
  of: "with pins, limits and bounds of cost",
  profile: "steered",
  most: 6_000,
  least: 100,
  sample: { seed: 7, signs: ["quota-low"] },
});

import { testProfile } from "./profile-tests.ts";

testProfile({ of: "of few calls with many faults", profile: "narrow", most: 14_000, least: 100 });

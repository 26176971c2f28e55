import { testProfile } from "./profile-tests.ts";

testProfile({ of: "of many calls through outages", profile: "storm", most: 6_000, least: 100 });

import { describe, expect, test } from "vitest";
import { targetScopes } from "./target-scopes.ts";

describe("targetScopes", () => {
  const parts = { vendor: "v", endpoint: "host", credential: "key-1" };

  test("tells credentials apart and does not show them", () => {
    const scopes = targetScopes(parts);

    expect(scopes.key).toMatch(/^[0-9a-f]{16}$/);
    expect(scopes.quota).toBe(scopes.key);
    expect(targetScopes({ ...parts, credential: "key-2" }).key).not.toBe(scopes.key);
  });

  test("gives keys of one quota group one quota", () => {
    const [one, two] = ["key-1", "key-2"].map((credential) =>
      targetScopes({ ...parts, credential, quotaGroup: "org" }),
    );

    expect(one?.quota).toBe(two?.quota);
    expect(one?.key).not.toBe(two?.key);
  });
});

import { expect, test } from "vitest";
import { models } from "./known-models.ts";
import { deepseek } from "./target.ts";

test("every documented name is a small model that can be asked not to think: the Flash model answers them all", () => {
  expect(models.map(({ id }) => id)).toContain("deepseek-v4-pro");
  for (const { id, capabilities } of models) {
    expect(capabilities).toMatchObject({ size: "small", reasoning: "optional" });
    // At the vendor's own host.
    expect(deepseek(id, { apiKey: "k" }).capabilities).toEqual({ ...capabilities, continuation: "prefix" });
  }
});

test("nothing is said of a name that is not documented, and of a name that is gone, when it ended", () => {
  expect(deepseek("deepseek-v9", { apiKey: "k" }).capabilities).toMatchObject({
    size: "unknown",
    reasoning: "unknown",
  });
  expect(deepseek("deepseek-chat", { apiKey: "k" }).capabilities.retiresOn).toBe("2026-07-24");
});

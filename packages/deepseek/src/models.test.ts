import { describe, expect, test } from "vitest";
import { deepSeekModel } from "./models.ts";

describe("deepSeekModel", () => {
  test("knows the current model", () => {
    expect(deepSeekModel("deepseek-flash")).toMatchObject({
      thinksByDefault: true,
      images: true,
      contextWindow: 1_000_000,
    });
  });

  test("knows which ids have ended, and which of them did not think", () => {
    expect(deepSeekModel("deepseek-chat")).toMatchObject({ thinksByDefault: false, retiresOn: "2026-07-24" });
    expect(deepSeekModel("deepseek-reasoner")).toMatchObject({ thinksByDefault: true, retiresOn: "2026-07-24" });
  });

  test("does not pretend to know what earlier names take, nor models of the future", () => {
    expect(deepSeekModel("deepseek-v4-pro").images).toBe("unknown");
    expect(deepSeekModel("deepseek-v9")).toMatchObject({
      thinksByDefault: true,
      tools: "unknown",
      contextWindow: "unknown",
    });
    expect(deepSeekModel("__proto__").contextWindow).toBe("unknown");
  });
});

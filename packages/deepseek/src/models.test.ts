import { describe, expect, test } from "vitest";
import { deepSeekModel } from "./models.ts";

describe("deepSeekModel", () => {
  test("knows the current model", () => {
    expect(deepSeekModel("deepseek-flash")).toMatchObject({
      reasonsByDefault: true,
      images: true,
      contextWindow: 1_000_000,
    });
  });

  test("knows which ids have ended, and which of them did not think", () => {
    expect(deepSeekModel("deepseek-chat")).toMatchObject({ reasonsByDefault: false, retiresOn: "2026-07-24" });
    expect(deepSeekModel("deepseek-reasoner")).toMatchObject({ reasonsByDefault: true, retiresOn: "2026-07-24" });
  });

  test("does not pretend to know what earlier names take, nor models of the future", () => {
    expect(deepSeekModel("deepseek-v4-pro").images).toBe("unknown");
    expect(deepSeekModel("deepseek-v9")).toMatchObject({
      reasonsByDefault: true,
      tools: "unknown",
      contextWindow: "unknown",
    });
    expect(deepSeekModel("__proto__").contextWindow).toBe("unknown");
  });
});

import { describe, expect, test } from "vitest";
import { models } from "./known-models.ts";
import { gemini } from "./target.ts";

describe("models", () => {
  test("lists models with what a target of each declares", () => {
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(["gemini-4-argon", "gemini-3.1-pro-preview"]));
    for (const { id, capabilities } of models) expect(gemini(id, { apiKey: "k" }).capabilities).toEqual(capabilities);
  });

  test.each([
    ["gemini-4-argon", "flagship", "always"],
    ["gemini-3.1-pro-preview", "flagship", "always"],
    ["gemini-2.5-pro", "flagship", "always"],
    ["gemini-3.8-flash", "balanced", "always"],
    ["models/gemini-3.6-flash-001", "balanced", "always"],
    ["gemini-2.5-flash", "balanced", "optional"],
    ["gemini-3.5-flash-lite", "small", "always"],
    ["gemini-flash-lite-latest", "small", "unknown"],
    // Nothing is said of how large these are.
    ["gemini-4-carbon", "unknown", "always"],
    ["gemini-2.0-flash", "unknown", "never"],
    ["gemini-3.8-flash-tts", "unknown", "always"],
    ["gemma-4-31b-it", "unknown", "unknown"],
  ])("says of %s that it is %s and reasons %s", (id, size, reasoning) => {
    expect(gemini(id, { apiKey: "k" }).capabilities).toMatchObject({ size, reasoning });
  });

  test("says when a model ends", () => {
    expect(gemini("gemini-2.5-pro", { apiKey: "k" }).capabilities.retiresOn).toBe("2026-12-01");
  });
});

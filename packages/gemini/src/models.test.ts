import { describe, expect, it } from "vitest";
import { geminiModel, type GeminiModel } from "./models.ts";

const ALL = ["minimal", "low", "medium", "high"];
const NO_MINIMAL = ["low", "medium", "high"];

describe("geminiModel", () => {
  it.each<[string, readonly string[], boolean]>([
    ["gemini-3-flash-preview", ALL, true],
    ["gemini-3-pro-preview", NO_MINIMAL, true],
    ["gemini-3.1-pro-preview", NO_MINIMAL, true],
    ["gemini-3.1-flash-lite", ALL, true],
    ["gemini-3.5-flash", ALL, true],
    ["gemini-3.5-flash-lite", ALL, false],
    ["gemini-3.6-flash", ALL, false],
    ["gemini-3.7-flash", NO_MINIMAL, false],
    ["gemini-3.8-flash", NO_MINIMAL, false],
    ["gemini-3.10-flash", NO_MINIMAL, false],
    ["gemini-4-argon", NO_MINIMAL, false],
    ["gemini-flash-latest", NO_MINIMAL, false],
    ["a-model-of-the-future", NO_MINIMAL, false],
  ])("knows levels and sampling of %s", (id, levels, sampling) => {
    const model = geminiModel(id);

    expect(model).toMatchObject({ thinking: { type: "level", levels }, sampling, needsSignatures: true });
  });

  it.each<[string, GeminiModel["thinking"]]>([
    ["gemini-2.5-flash", { type: "budget", canStop: true }],
    ["gemini-2.5-pro", { type: "budget", canStop: false }],
    ["gemini-2.0-flash-001", { type: "none" }],
    ["gemma-4-31b-it", { type: "none" }],
  ])("knows how %s thinks, and that it signs nothing", (id, thinking) => {
    expect(geminiModel(id)).toMatchObject({ thinking, needsSignatures: false, callIds: false });
  });

  it("knows a model by its full name too, and the end of some", () => {
    expect(geminiModel("models/gemini-2.5-pro").retiresOn).toBe("2026-12-01");
    expect(geminiModel("gemini-4-argon").retiresOn).toBeUndefined();
    expect(geminiModel("gemma-4-31b-it").systemInstruction).toBe(false);
  });
});

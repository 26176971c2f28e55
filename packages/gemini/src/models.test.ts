import { describe, expect, test } from "vitest";
import { geminiModel, type GeminiModel } from "./models.ts";

const ALL = ["minimal", "low", "medium", "high"];
const NO_MINIMAL = ["low", "medium", "high"];

describe("geminiModel", () => {
  test.each<[string, readonly string[], boolean]>([
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

  test.each<[string, GeminiModel["thinking"]]>([
    ["gemini-2.5-flash", { type: "budget", canStop: true }],
    ["gemini-2.5-pro", { type: "budget", canStop: false }],
    ["gemini-2.0-flash-001", { type: "none" }],
    ["gemma-4-31b-it", { type: "none" }],
  ])("knows how %s thinks, and that it signs nothing", (id, thinking) => {
    expect(geminiModel(id)).toMatchObject({ thinking, needsSignatures: false, callIds: false });
  });

  test("knows a model by its full name too, and the end of some", () => {
    expect(geminiModel("models/gemini-2.5-pro").retiresOn).toBe("2026-12-01");
    expect(geminiModel("gemini-4-argon").retiresOn).toBeUndefined();
    expect(geminiModel("gemma-4-31b-it").systemInstruction).toBe(false);
  });

  test.each<[string, number | "unknown", number | "unknown"]>([
    ["gemini-3.8-flash", 1_048_576, 65_536],
    ["models/gemini-3.5-flash-lite", 1_048_576, 65_536],
    ["gemini-3.1-pro-preview", 1_048_576, 65_536],
    ["gemini-3-flash-preview", 1_048_576, 65_536],
    ["gemini-2.5-flash-001", 1_048_576, 65_536],
    ["gemini-2.5-flash-preview-09-2025", 1_048_576, 65_536],
    ["gemini-2.5-pro", 1_048_576, 65_535],
    ["gemini-4-argon", 1_048_576, 1_048_576],
    ["gemini-2.5-flash-image", "unknown", "unknown"],
    ["gemini-2.5-flash-preview-tts", "unknown", "unknown"],
    ["gemini-2.0-flash", "unknown", "unknown"],
    ["gemini-3.9-flash", "unknown", "unknown"],
    ["gemini-flash-latest", "unknown", "unknown"],
    ["gemma-4-31b-it", "unknown", "unknown"],
  ])("knows the limits of %s as far as they are published", (id, contextWindow, maxOutputTokens) => {
    expect(geminiModel(id)).toMatchObject({ contextWindow, maxOutputTokens });
  });

  test.each<[string, string | undefined, string | undefined]>([
    ["gemini-2.0-flash", "2026-06-01", undefined],
    ["gemini-2.0-flash-lite-001", "2026-06-01", undefined],
    ["gemini-2.5-pro", "2026-12-01", "gemini-3.8-flash"],
    ["models/gemini-2.5-flash-001", "2026-12-01", "gemini-3.5-flash-lite"],
    ["gemini-3-pro-preview", "2026-03-09", "gemini-3.1-pro-preview"],
    ["gemini-3.1-flash-lite", "2027-05-07", undefined],
    ["gemini-2.5-flash-lite", undefined, undefined],
    ["constructor", undefined, undefined],
  ])("knows the end of %s, and who answers for it from then on", (id, day, successor) => {
    const end = day === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(day);

    expect(geminiModel(id).retiresOn).toBe(day);
    expect(geminiModel(id, end - 1)).toEqual(geminiModel(id));
    expect(geminiModel(id, end)).toEqual({ ...geminiModel(successor ?? id), retiresOn: day });
  });
});

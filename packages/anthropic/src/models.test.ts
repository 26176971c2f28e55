import { describe, expect, test } from "vitest";
import { anthropicModel, capabilitiesOf } from "./models.ts";

describe("anthropicModel", () => {
  test.each([
    ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"],
    ["us.anthropic.claude-opus-4-6-v1:0", "claude-opus-4-6"],
    ["anthropic.claude-haiku-5-5", "claude-haiku-5-5"],
    ["claude-fable-5-20260601", "claude-fable-5"],
    ["claude-sonnet-4-5@20250929", "claude-sonnet-4-5"],
    ["claude-opus-4-5@20251101", "claude-opus-4-5"],
    ["claude-3-7-sonnet@20250219", "claude-3-7-sonnet-20250219"],
  ])("finds %s as %s", (id, plain) => {
    expect(anthropicModel(id)).toBe(anthropicModel(plain));
  });

  test("goes on from a turn up to Claude 4.5, and by words from 4.6 on and where the model is not known", () => {
    for (const id of ["claude-haiku-4-5", "claude-3-7-sonnet-20250219"]) {
      expect(capabilitiesOf(id).continuation).toBe("prefill");
    }
    for (const id of ["claude-opus-4-6", "claude-sonnet-5-5", "claude-new"]) {
      expect(capabilitiesOf(id).continuation).toBeUndefined();
    }
  });

  test("keeps neighbours in a line apart", () => {
    const forced = ["claude-fable-5", "claude-fable-5-1", "claude-opus-5", "claude-opus-5-5", "claude-sonnet-5-5"];

    expect(forced.map((id) => anthropicModel(id).forcedTools)).toEqual([true, false, true, false, false]);
    expect(anthropicModel("claude-opus-5").thinking).toContain("disabled");
    expect(anthropicModel("claude-opus-5-5").thinking).toEqual(["adaptive"]);
  });

  test("AN-15 knows which models take sampling parameters", () => {
    const sampling = [
      "claude-opus-4-8",
      "claude-sonnet-5",
      "claude-opus-4-6",
      "claude-haiku-4-5",
      "claude-3-5-haiku-latest",
    ];

    expect(sampling.map((id) => anthropicModel(id).sampling)).toEqual([false, false, true, true, true]);
  });

  test("leaves unknown what nobody said: the limits of models it does not know", () => {
    for (const id of ["claude-opus-7", "my-deployment", "claude-sonnet-4-20250514"]) {
      expect(anthropicModel(id)).toMatchObject({ contextWindow: "unknown", maxOutputTokens: "unknown" });
    }
  });

  test.each<[id: string, window: number | "unknown", output: number | "unknown", thinking: string, efforts: string]>([
    ["claude-fable-5-2", 1_000_000, 128_000, "adaptive", "low medium high xhigh max"],
    ["claude-fable-5-1", 1_000_000, 128_000, "adaptive", "low medium high xhigh max"],
    ["claude-fable-5", 1_000_000, 128_000, "adaptive", "low medium high xhigh max"],
    ["claude-mythos-5-2", "unknown", "unknown", "adaptive", "low medium high xhigh max"],
    ["claude-mythos-5-1", "unknown", "unknown", "adaptive", "low medium high xhigh max"],
    ["claude-mythos-5", "unknown", "unknown", "adaptive", "low medium high xhigh max"],
    ["claude-mythos-preview", "unknown", "unknown", "adaptive enabled", "low medium high max"],
    ["claude-opus-5-5", 1_000_000, 128_000, "adaptive", "low medium high xhigh max"],
    ["claude-opus-5", 1_000_000, 128_000, "adaptive disabled", "low medium high xhigh max"],
    ["claude-opus-4-8", 1_000_000, 128_000, "adaptive disabled", "low medium high xhigh max"],
    ["claude-opus-4-7", 1_000_000, 128_000, "adaptive disabled", "low medium high xhigh max"],
    ["claude-opus-4-6", 1_000_000, 128_000, "adaptive enabled disabled", "low medium high max"],
    ["claude-opus-4-5", 200_000, 64_000, "enabled disabled", "low medium high"],
    ["claude-opus-4-5-20251101", 200_000, 64_000, "enabled disabled", "low medium high"],
    ["claude-sonnet-5-5", 1_000_000, 128_000, "adaptive between_tools", "low medium high xhigh max"],
    ["claude-sonnet-5", 1_000_000, 128_000, "adaptive disabled", "low medium high xhigh max"],
    ["claude-sonnet-4-6", 1_000_000, 128_000, "adaptive enabled disabled", "low medium high max"],
    ["claude-sonnet-4-5", 200_000, 64_000, "enabled disabled", ""],
    ["claude-sonnet-4-5-20250929", 200_000, 64_000, "enabled disabled", ""],
    ["claude-haiku-5-5", 1_000_000, 128_000, "adaptive disabled", "low medium high max"],
    ["claude-haiku-4-5", 200_000, 64_000, "enabled disabled", ""],
    ["claude-haiku-4-5-20251001", 200_000, 64_000, "enabled disabled", ""],
  ])("states the documented limits and levels of %s", (id, contextWindow, maxOutputTokens, thinking, efforts) => {
    const model = anthropicModel(id);

    expect(model).toMatchObject({ contextWindow, maxOutputTokens });
    expect(model.thinking.join(" ")).toBe(thinking);
    expect(model.efforts.join(" ")).toBe(efforts);
  });

  test("knows the announced end of a model", () => {
    expect(anthropicModel("claude-sonnet-4-5").retiresOn).toBe("2026-11-30");
  });
});

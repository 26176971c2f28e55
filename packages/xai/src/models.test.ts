import { describe, expect, test } from "vitest";
import { models } from "./known-models.ts";
import { capabilitiesOf, xaiModel } from "./models.ts";
import { xai } from "./target.ts";

describe("xaiModel", () => {
  test("knows which models take an effort, which of them can be asked not to reason, and which refuse all of it", () => {
    expect(xaiModel("grok-4.6")).toMatchObject({ efforts: ["low", "medium", "high", "xhigh"], reasoning: "always" });
    expect(xaiModel("grok-4.5")).toMatchObject({ efforts: ["low", "medium", "high"], reasoning: "always" });
    expect(xaiModel("grok-4.3")).toMatchObject({ efforts: ["none", "low", "medium", "high"], reasoning: "optional" });
    expect(xaiModel("grok-4.20-reasoning")).toMatchObject({ efforts: [], reasoning: "always" });
    expect(xaiModel("grok-4.20-0309-non-reasoning")).toMatchObject({ efforts: [], reasoning: "never" });
    expect(xaiModel("grok-build-0.1")).toMatchObject({ efforts: [], reasoning: "unknown" });
  });

  test("says nothing of ids that it does not know, and tries what the API has", () => {
    for (const id of ["grok-latest", "grok-9", "grok-4.6-x", "xgrok-4.5", "__proto__"]) {
      expect(xaiModel(id)).toEqual({
        efforts: "unknown",
        reasoning: "unknown",
        images: "unknown",
        contextWindow: "unknown",
      });
    }
  });

  test("states the windows that the vendor states, and no limit of output and no size, which it does not state", () => {
    const windows = models.map(({ id, capabilities }) => [id, capabilities.contextWindow]);

    expect(Object.fromEntries(windows)).toEqual({
      "grok-4.6": 500_000,
      "grok-4.5": 500_000,
      "grok-4.3": 1_000_000,
      "grok-4.20-reasoning": "unknown",
      "grok-4.20-non-reasoning": "unknown",
      "grok-build-0.1": "unknown",
      "grok-latest": "unknown",
    });
    expect(capabilitiesOf("grok-4.6")).toMatchObject({ maxOutputTokens: "unknown", size: "unknown" });
  });

  test("lists what a target says of itself", () => {
    for (const { id, capabilities } of models) {
      expect(xai(id, { apiKey: "k" }).capabilities).toEqual(capabilities);
    }
  });
});

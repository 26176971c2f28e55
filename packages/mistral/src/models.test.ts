import { describe, expect, test } from "vitest";
import { capabilitiesOf, mistralModel } from "./models.ts";

describe("mistralModel", () => {
  test("knows which models can be asked to reason, which always do and which never", () => {
    expect(mistralModel("mistral-small-latest")).toMatchObject({ efforts: ["none", "high"], reasoning: "optional" });
    expect(mistralModel("mistral-medium-3-5")).toMatchObject({ efforts: ["none", "high"], reasoning: "optional" });
    expect(mistralModel("magistral-medium-latest").reasoning).toBe("always");
    expect(mistralModel("mistral-large-latest")).toMatchObject({ efforts: [], reasoning: "never" });
    expect(mistralModel("ministral-3b-latest")).toMatchObject({ efforts: [], reasoning: "never" });
  });

  test("goes on from a turn, unless the model would reason first", () => {
    expect(capabilitiesOf("mistral-large-latest").continuation).toBe("prefix");
    expect(capabilitiesOf("magistral-medium-latest").continuation).toBeUndefined();
  });

  test("says nothing of ids that it does not know, and tries what the API has", () => {
    for (const id of ["open-mistral-nemo", "mistral-large-9", "mistral-small-latest-x", "__proto__"]) {
      expect(mistralModel(id)).toMatchObject({
        efforts: ["none", "minimal", "low", "medium", "high", "xhigh"],
        tools: "unknown",
        images: "unknown",
        size: "unknown",
        reasoning: "unknown",
        contextWindow: "unknown",
      });
    }
  });

  test("states the windows of the vendor's page of limits, and no limit of output, for which there is none", () => {
    const windows = ["mistral-large-latest", "codestral-latest", "magistral-medium-latest", "magistral-small-latest"];

    expect(windows.map((id) => capabilitiesOf(id).contextWindow)).toEqual([256_000, 128_000, 128_000, "unknown"]);
    expect(capabilitiesOf("mistral-large-latest").maxOutputTokens).toBe("unknown");
  });
});

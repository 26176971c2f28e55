import { expect, test } from "vitest";
import { models } from "./known-models.ts";
import { mistralModel } from "./models.ts";
import { mistral } from "./target.ts";

test("every listed name has a row, and its target says the same", () => {
  const unknown = mistralModel("no-such-model");

  expect(models.map(({ id }) => id)).toContain("mistral-medium-latest");
  for (const { id, capabilities } of models) {
    expect(mistralModel(id)).not.toEqual(unknown);
    expect(mistral(id, { apiKey: "k" }).capabilities).toEqual(capabilities);
  }
});

const sizeOf = (id: string) => models.find((model) => model.id === id)?.capabilities.size;

test("Large and Medium are flagships in the vendor's words, Small and Ministral are small", () => {
  expect(
    ["mistral-large-latest", "mistral-medium-latest", "mistral-small-latest", "ministral-8b-latest"].map(sizeOf),
  ).toEqual(["flagship", "flagship", "small", "small"]);
  expect(sizeOf("codestral-latest")).toBe("unknown");
});

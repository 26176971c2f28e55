import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "./known-models.ts";
import { openai } from "./target.ts";

/** Is in the types, and is not a model. */
const NO_MODEL = "gpt-5.1-mini";

/** The ids that the vendor's own types name. */
function idsOfSdk(): string[] {
  const sdk = createRequire(import.meta.url).resolve("openai");
  const types = readFileSync(join(sdk, "../resources/shared.d.ts"), "utf8");
  const unions = [...types.matchAll(/^export type (?:ChatModel|ResponsesModel) = (.*);$/gm)].map((match) => match[1]);
  return [...unions.join(" ").matchAll(/'([^']+)'/g)].map(([, id = ""]) => id).filter((id) => id !== NO_MODEL);
}

describe("models", () => {
  test("lists every id that the vendor's SDK names, and GPT-6.2, with what a target of it declares", () => {
    expect(models.map(({ id }) => id)).toEqual(["gpt-6.2-astra", "gpt-6.2-sol", ...idsOfSdk()]);
    for (const { id, capabilities } of models) expect(openai(id, { apiKey: "k" }).capabilities).toEqual(capabilities);
  });

  test.each([
    ["gpt-6.2-astra", "flagship", "always"],
    ["gpt-6.1-sol", "balanced", "always"],
    ["gpt-6.1-terra", "balanced", "optional"],
    ["gpt-6-luna", "small", "optional"],
    ["gpt-5.6-sol", "flagship", "optional"],
    ["gpt-5.5-2026-04-23", "flagship", "optional"],
    ["gpt-5.4-mini", "small", "optional"],
    ["gpt-5-nano", "small", "always"],
    ["gpt-4.1", "flagship", "never"],
    ["ft:gpt-4.1-mini-2025-04-14:org::id", "small", "never"],
    ["gpt-4o-2024-08-06", "flagship", "never"],
    ["o4-mini", "small", "always"],
    // Nothing is said of how large these are.
    ["gpt-6-sol", "unknown", "optional"],
    ["o3", "unknown", "always"],
    ["gpt-5-codex", "unknown", "always"],
    ["gpt-4o-mini-search-preview", "unknown", "never"],
    ["llama-4-mini", "unknown", "unknown"],
  ])("says of %s that it is %s and reasons %s", (id, size, reasoning) => {
    const options = { apiKey: "k" };

    expect(openai(id, options).capabilities).toMatchObject({ size, reasoning });
    expect(openai.chat(id, options).capabilities).toMatchObject({ size, reasoning });
  });

  test.each([
    ["gpt-5.4", false],
    ["gpt-5.4-mini", false],
    ["gpt-5.2", false],
    ["gpt-5.1", false],
    ["gpt-6.1-terra", true],
    ["gpt-5.5", true],
    // Always, or never, or nobody knows.
    ["gpt-6.2-astra", undefined],
    ["gpt-4.1", undefined],
    ["llama-4-mini", undefined],
  ])("says of %s whether it reasons when no effort is named: %s", (id, reasonsByDefault) => {
    for (const target of [openai(id, { apiKey: "k" }), openai.chat(id, { apiKey: "k" })]) {
      expect(target.capabilities.reasonsByDefault).toBe(reasonsByDefault);
    }
  });

  test("says when a model ends", () => {
    expect(openai("gpt-5", { apiKey: "k" }).capabilities.retiresOn).toBe("2026-12-11");
    expect(openai("gpt-6.2-sol", { apiKey: "k" }).capabilities.retiresOn).toBeUndefined();
  });
});

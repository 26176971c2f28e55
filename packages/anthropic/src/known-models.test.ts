import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "./known-models.ts";
import { anthropic } from "./target.ts";

/** The ids that the vendor's own types name. */
function idsOfSdk(): string[] {
  const sdk = createRequire(import.meta.url).resolve("@anthropic-ai/sdk");
  const types = readFileSync(join(sdk, "../resources/messages/messages.d.ts"), "utf8");
  const union = /^export type Model = (.*);$/m.exec(types)?.[1] ?? "";
  return [...union.matchAll(/'([^']+)'/g)].map(([, id = ""]) => id);
}

describe("models", () => {
  test("lists every id that the vendor's SDK names, with what a target of it declares", () => {
    expect(models.map(({ id }) => id)).toEqual(idsOfSdk());
    for (const { id, capabilities } of models)
      expect(anthropic(id, { apiKey: "k" }).capabilities).toEqual(capabilities);
  });

  test.each([
    ["claude-fable-5-2", "flagship", "always"],
    ["claude-mythos-preview", "flagship", "always"],
    ["claude-opus-5-5", "flagship", "always"],
    ["claude-opus-4-8", "flagship", "optional"],
    ["claude-sonnet-5-5", "balanced", "always"],
    ["claude-sonnet-5", "balanced", "optional"],
    ["claude-haiku-5-5", "small", "optional"],
    ["claude-haiku-4-5-20251001", "small", "optional"],
    ["us.anthropic.claude-haiku-5-5-v1:0", "small", "optional"],
    // Nothing is said of how these reason.
    ["claude-3-5-haiku-latest", "small", "unknown"],
    ["claude-opus-9", "flagship", "unknown"],
    ["my-deployment", "unknown", "unknown"],
  ])("says of %s that it is %s and reasons %s", (id, size, reasoning) => {
    expect(anthropic(id, { apiKey: "k" }).capabilities).toMatchObject({ size, reasoning });
  });

  test.each([
    ["claude-haiku-5-5", true],
    ["claude-opus-5", true],
    ["claude-opus-4-8", false],
    ["claude-sonnet-4-6", false],
  ])("says of %s whether it reasons when no effort is named: %s", (id, reasonsByDefault) => {
    expect(anthropic(id, { apiKey: "k" }).capabilities).toMatchObject({ reasoning: "optional", reasonsByDefault });
  });

  test("says when a model ends, and lets the user know better", () => {
    expect(anthropic("claude-sonnet-4-5", { apiKey: "k" }).capabilities.retiresOn).toBe("2026-11-30");
    const capabilities = { size: "small", reasoning: "never", retiresOn: "2027-02-01" } as const;
    expect(anthropic("claude-opus-5", { apiKey: "k", capabilities }).capabilities).toMatchObject(capabilities);
  });
});

import { describe, expect, it } from "vitest";
import { openAIModel } from "./models.ts";

describe("openAIModel", () => {
  it.each([
    ["gpt-6-astra", "low medium high xhigh max", "never", "never"],
    ["gpt-6.1-sol", "low medium high xhigh max", "never", "never"],
    ["gpt-6.2-anything", "low medium high xhigh max", "never", "never"],
    ["gpt-6-luna", "none low medium high xhigh max", "without-reasoning", "without-reasoning"],
    ["gpt-5.6-terra", "none low medium high xhigh max", "without-reasoning", "always"],
    ["gpt-5.5-2026-04-23", "none low medium high xhigh", "without-reasoning", "always"],
    ["gpt-5.2", "none low medium high xhigh", "without-reasoning", "always"],
    ["gpt-5.2-pro", "medium high xhigh", "never", "never"],
    ["gpt-5.1-2025-11-13", "none low medium high", "never", "always"],
    ["gpt-5.1-codex-max", "low medium high xhigh", "never", "never"],
    ["gpt-5.1-chat-latest", "medium", "never", "always"],
    ["gpt-5-nano-2025-08-07", "minimal low medium high", "never", "always"],
    ["gpt-5-codex", "low medium high", "never", "never"],
    ["gpt-5-pro", "high", "never", "never"],
    ["o4-mini", "low medium high", "never", "always"],
    ["o3-deep-research", "low medium high", "never", "never"],
    ["gpt-4.1-mini", "", "always", "always"],
    ["ft:gpt-4o-mini:acme", "", "always", "always"],
    ["gpt-3.5-turbo", "", "always", "always"],
  ])("knows %s", (id, efforts, sampling, chatTools) => {
    const model = openAIModel(id);

    expect(model).toMatchObject({ efforts: efforts.split(" ").filter(Boolean), sampling, chatTools });
  });

  it.each(["gpt-6.1-terra", "gpt-5.5-pro", "gpt-7", "llama-4", "my-deployment", "gpt-oss-20b", "__proto__", ""])(
    "takes nothing for granted of %j",
    (id) => {
      expect(openAIModel(id)).toMatchObject({ efforts: "unknown", sampling: "unknown", contextWindow: "unknown" });
    },
  );

  it.each([
    ["gpt-5", "2026-12-11"],
    ["gpt-5-mini-2025-08-07", "2026-12-11"],
    ["o3", "2026-12-11"],
    ["gpt-4.1-mini", "2027-01-14"],
    ["gpt-4o-mini", "2027-01-14"],
    ["gpt-5.4-nano", "2027-04-01"],
    ["gpt-5.1", "2027-04-01"],
  ])("knows that %s ends on %s", (id, date) => {
    expect(openAIModel(id).retiresOn).toBe(date);
  });

  it.each(["gpt-6-astra", "gpt-5.5", "gpt-5.4", "gpt-5.1-codex-max", "o3-pro", "o1-pro", "gpt-4.5"])(
    "knows no end of %s",
    (id) => {
      expect(openAIModel(id)).not.toHaveProperty("retiresOn");
    },
  );
});

import { describe, expect, test } from "vitest";
import { openAIModel } from "./models.ts";

describe("openAIModel", () => {
  test.each([
    ["gpt-6-astra", "low medium high xhigh max", "never", "never"],
    ["gpt-6.1-sol", "low medium high xhigh max", "never", "never"],
    ["gpt-6.2-anything", "low medium high xhigh max", "never", "never"],
    ["gpt-6.1-terra", "none low medium high xhigh max", "without-reasoning", "without-reasoning"],
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

  test.each(["gpt-6-cyber", "gpt-7", "llama-4", "my-deployment", "gpt-oss-20b", "__proto__", ""])(
    "takes nothing for granted of %j",
    (id) => {
      expect(openAIModel(id)).toMatchObject({ efforts: "unknown", sampling: "unknown", contextWindow: "unknown" });
    },
  );

  test.each<[string, number, number]>([
    ["gpt-6.2-astra", 1_050_000, 128_000],
    ["gpt-6.1-terra", 1_050_000, 128_000],
    ["gpt-5.6-luna", 1_050_000, 128_000],
    ["gpt-5.5-pro", 1_050_000, 128_000],
    ["gpt-5.4", 1_050_000, 128_000],
    ["gpt-5.4-mini-2026-03-17", 400_000, 128_000],
    ["gpt-5.2", 400_000, 128_000],
    ["gpt-5-nano", 400_000, 128_000],
    ["gpt-5.2-chat-latest", 128_000, 16_384],
    ["gpt-4.1-mini", 1_047_576, 32_768],
    ["gpt-4o", 128_000, 16_384],
    ["ft:gpt-4o-mini:acme", 128_000, 16_384],
    ["gpt-4o-2024-05-13", 128_000, 4_096],
    ["gpt-4-turbo", 128_000, 4_096],
    ["gpt-4", 8_192, 8_192],
    ["gpt-4-0613", 8_192, 8_192],
    ["gpt-3.5-turbo", 16_385, 4_096],
  ])("knows how much goes into %s and comes out", (id, contextWindow, maxOutputTokens) => {
    expect(openAIModel(id)).toMatchObject({ contextWindow, maxOutputTokens });
  });

  test.each(["gpt-5-pro", "gpt-5.4-nano", "gpt-audio", "o1", "o1-preview", "o4-mini-deep-research", "gpt-4-32k"])(
    "knows no limits of %s",
    (id) => {
      expect(openAIModel(id)).toMatchObject({ contextWindow: "unknown", maxOutputTokens: "unknown" });
    },
  );

  test.each([
    ["gpt-5.1-codex", "2026-07-23"],
    ["gpt-5-chat-latest", "2026-07-23"],
    ["gpt-4o-mini-search-preview", "2026-07-23"],
    ["gpt-5.3-chat-latest", "2026-08-10"],
    ["gpt-3.5-turbo-1106", "2026-09-28"],
    ["o1", "2026-10-23"],
    ["o1-2024-12-17", "2026-10-23"],
    ["o4-mini", "2026-10-23"],
    ["gpt-4.1-nano", "2026-10-23"],
    ["gpt-4o-2024-05-13", "2026-10-23"],
    ["gpt-4-turbo", "2026-10-23"],
    ["gpt-4", "2026-10-23"],
    ["gpt-3.5-turbo", "2026-10-23"],
    ["gpt-3.5-turbo-0125", "2026-10-23"],
    ["gpt-4o-2024-08-06", "2027-01-14"],
    ["gpt-audio-mini", "2027-01-20"],
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

  test.each(["gpt-6-astra", "gpt-5.5", "gpt-5.4", "gpt-5.1-codex-max", "o3-pro", "o1-pro", "gpt-4.5"])(
    "knows no end of %s",
    (id) => {
      expect(openAIModel(id)).not.toHaveProperty("retiresOn");
    },
  );
});

import { expect, test } from "vitest";
import { models } from "./known-models.ts";
import { bedrockModel } from "./models.ts";
import { bedrock } from "./target.ts";

test("every listed name has a row, and its target says the same", () => {
  const unknown = bedrockModel("no-such-model");

  expect(models.map(({ id }) => id)).toContain("amazon.nova-2-lite-v1:0");
  for (const { id, capabilities } of models) {
    expect(bedrockModel(id)).not.toEqual(unknown);
    expect(bedrock(id, { apiKey: "k", region: "us-east-1" }).capabilities).toEqual(capabilities);
  }
});

test("a model, its inference profile and its ARN are the same model; limits are stated by nobody", () => {
  const id = "anthropic.claude-haiku-4-5-20251001-v1:0";
  const profile = `arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.${id}`;

  for (const name of [id, `us.${id}`, `global.${id}`, profile]) expect(bedrockModel(name)).toEqual(bedrockModel(id));
  expect(bedrockModel(id)).toMatchObject({ size: "small", thinking: "budget", cache: "everywhere" });
  for (const { capabilities } of models) {
    expect(capabilities).toMatchObject({ contextWindow: "unknown", maxOutputTokens: "unknown", urls: "unknown" });
  }
});

test("nothing is claimed of models without a row, and everything is tried", () => {
  expect(bedrockModel("vendor.model-of-tomorrow-v1:0")).toMatchObject({
    thinking: "output",
    tools: "unknown",
    size: "unknown",
    reasoning: "unknown",
    toolCallId: { maxLength: 64 },
  });
});

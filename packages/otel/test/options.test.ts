import { expect, test } from "vitest";
import { openTelemetry } from "../src/index.ts";
import { operationOf, providerOf, serverOf } from "../src/names.ts";
import { readOptions } from "../src/options.ts";

test("what is left out comes from the environment, else from the defaults", () => {
  const plain = { conventions: "1.41", captureContent: false, metrics: true };
  const optIn = "OTEL_SEMCONV_STABILITY_OPT_IN";
  const capture = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

  expect(readOptions({}, {})).toMatchObject(plain);
  expect(readOptions({}, { [optIn]: "http, gen_ai_latest_experimental" })).toMatchObject({ conventions: "latest" });
  expect(readOptions({}, { [optIn]: "gen_ai_latest" })).toMatchObject(plain);
  for (const [said, captureContent] of Object.entries({ true: true, SPAN_ONLY: true, EVENT_ONLY: false, "": false })) {
    expect(readOptions({}, { [capture]: said })).toMatchObject({ captureContent });
  }
  expect(
    readOptions(
      { conventions: "1.41", captureContent: false },
      { [optIn]: "gen_ai_latest_experimental", [capture]: "true" },
    ),
  ).toMatchObject(plain);
});

test("everything that is wrong is named at once", () => {
  const wrong = {
    chian: "chat",
    chain: "",
    conventions: "1.42",
    captureContent: "yes",
    metrics: 1,
    tracerProvider: {},
    meterProvider: 7,
  };

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  expect(() => openTelemetry(wrong as object)).toThrow(
    new TypeError(
      'openTelemetry cannot be set up: there is no option "chian"; `chain` must be a string that is not empty; ' +
        "`conventions` must be '1.41' or 'latest'; `captureContent` must be true or false; `metrics` must be true or false; " +
        "`tracerProvider` must have getTracer; `meterProvider` must have getMeter.",
    ),
  );
});

test.each([
  ["anthropic", "api.anthropic.com", "anthropic", "chat"],
  ["openai", "api.openai.com", "openai", "chat"],
  ["openai", "acme.openai.azure.com", "azure.ai.openai", "chat"],
  ["openai", "llm.example.com", "openai", "chat"],
  ["deepseek", "api.deepseek.com", "deepseek", "chat"],
  ["gemini", "generativelanguage.googleapis.com", "gcp.gemini", "generate_content"],
  ["gemini", "europe-west1-aiplatform.googleapis.com", "gcp.vertex_ai", "generate_content"],
  ["anthropic", "aiplatform.eu.rep.googleapis.com", "gcp.vertex_ai", "chat"],
  ["vertex", "europe", "gcp.vertex_ai", "generate_content"],
  ["bedrock", "eu-west-1", "aws.bedrock", "chat"],
  ["azure", "x", "azure.ai.openai", "chat"],
  ["mistral", "api.mistral.ai", "mistral_ai", "chat"],
  ["xai", "api.x.ai", "x_ai", "chat"],
  ["groq", "api.groq.com", "groq", "chat"],
])("%s at %s is the provider %s, asked by %s", (vendor, endpoint, provider, operation) => {
  expect([providerOf(vendor, endpoint), operationOf(providerOf(vendor, endpoint), vendor)]).toEqual([
    provider,
    operation,
  ]);
});

test.each([
  ["api.anthropic.com", "api.anthropic.com", 443],
  ["127.0.0.1:8080", "127.0.0.1", 8080],
  ["[::1]:8080", "[::1]", 8080],
  ["localhost", "localhost", 443],
  ["localhost:11434", "localhost", 11434],
  ["gateway:4000", "gateway", 4000],
  ["client", undefined, undefined],
  ["eu-west-1", undefined, undefined],
  ["in-process", undefined, undefined],
  ["two words.com", undefined, undefined],
])("the endpoint %s is the server %s at port %s", (endpoint, address, port) => {
  expect(Object.values(serverOf(endpoint))).toEqual(address === undefined ? [] : [address, port]);
});

import { describe, expect, test } from "vitest";
import { startAnthropic } from "../anthropic/wire.ts";
import { startGemini } from "../gemini/wire.ts";
import type { Vendor } from "../vendor.ts";

const CLAUDE = "/v1/projects/p1/locations/eu/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict";
const GEMINI = "/v1beta1/projects/p1/locations/eu/publishers/google/models/gemini-3.8-flash:generateContent";
const TOKEN = { authorization: "Bearer t" };
const MESSAGES = { anthropic_version: "vertex-2023-10-16", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };
const CONTENTS = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  vendor: Vendor,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const response = await fetch(vendor.url + path, init);
  return { status: response.status, text: await response.text() };
}

describe("Vertex, simulated", () => {
  test("answers both vendors' requests in a project", async () => {
    await using claude = await startAnthropic({ vertex: true });
    await using gemini = await startGemini({ vertex: true });

    expect(await ask(claude, CLAUDE, MESSAGES, TOKEN)).toMatchObject({ status: 200 });
    expect(await ask(gemini, GEMINI, CONTENTS, TOKEN)).toMatchObject({ status: 200 });
    expect(claude.requests[0]).toMatchObject({ model: "claude-haiku-4-5@20251001", path: CLAUDE });
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ["nothing", {}, "CREDENTIALS_MISSING"],
    ["a key", { "x-goog-api-key": "k" }, "API keys are not supported"],
    ["a key beside the token", { ...TOKEN, "x-goog-api-key": "k" }, "API keys are not supported"],
    ["a token that has expired", { authorization: "Bearer expired-1" }, "ACCESS_TOKEN_EXPIRED"],
    ["a bad token", { authorization: "Bearer bad-key" }, "ACCESS_TOKEN_TYPE_UNSUPPORTED"],
  ])("refuses %s with a 401", async (_, headers, words) => {
    await using gemini = await startGemini({ vertex: true });

    const { status, text } = await ask(gemini, GEMINI, CONTENTS, headers);

    expect([status, JSON.parse(text).error.status]).toEqual([401, "UNAUTHENTICATED"]);
    expect(text).toContain(words);
  });

  test.each<readonly [string, string, object, number, string]>([
    ["the vendor's own path", "/v1/messages", MESSAGES, 404, "was not found on this server"],
    ["another version of the path", CLAUDE.replace("/v1/", "/v1beta1/"), MESSAGES, 404, "was not found on this server"],
    ["another publisher", CLAUDE.replace("anthropic", "google"), MESSAGES, 404, "was not found on this server"],
    ["a zone", CLAUDE.replace("/eu/", "/us-central1-a/"), MESSAGES, 400, "INVALID_ARGUMENT"],
    ["a model that is not there", CLAUDE.replace("claude", "no-such-claude"), MESSAGES, 404, "Publisher Model"],
    ["a model in the body", CLAUDE, { ...MESSAGES, model: "x" }, 400, "model: Extra inputs"],
    ["no version", CLAUDE, { ...MESSAGES, anthropic_version: undefined }, 400, "anthropic_version: Field required"],
    ["the vendor's name of a version", CLAUDE, { ...MESSAGES, anthropic_version: "2023-06-01" }, 400, "valid version"],
    ["a stream from the other method", CLAUDE, { ...MESSAGES, stream: true }, 400, "does not fit the method"],
    ["what the model's vendor refuses", CLAUDE, { ...MESSAGES, messages: [] }, 400, "at least one message"],
  ])("refuses %s for Claude", async (_, path, body, status, words) => {
    await using claude = await startAnthropic({ vertex: true });

    const answer = await ask(claude, path, body, TOKEN);

    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
  });

  test.each<readonly [string, object, string]>([
    ["a field of the Gemini API", { store: true }, "store"],
    ["a tool of the Gemini API", { tools: [{ fileSearch: {} }] }, "fileSearch"],
    [
      "an id of a call",
      { contents: [...CONTENTS.contents, { role: "model", parts: [{ functionCall: { id: "a", name: "f" } }] }] },
      'Unknown name \\"id\\"',
    ],
    [
      "a file of the Gemini API",
      { contents: [{ role: "user", parts: [{ fileData: { mimeType: "text/plain", fileUri: "files/abc" } }] }] },
      "Invalid file URI",
    ],
    [
      "a file without its type",
      { contents: [{ role: "user", parts: [{ fileData: { fileUri: "gs://bucket/a.pdf" } }] }] },
      "empty mimeType",
    ],
  ])("refuses %s for Gemini", async (_, fields, words) => {
    await using gemini = await startGemini({ vertex: true });

    const answer = await ask(gemini, GEMINI, { ...CONTENTS, ...fields }, TOKEN);

    expect(answer.status).toBe(400);
    expect(answer.text).toContain(words);
  });

  test("takes the field that only Vertex has", async () => {
    await using gemini = await startGemini({ vertex: true });
    const body = { ...CONTENTS, modelArmorConfig: { promptTemplateName: "a" } };

    expect(await ask(gemini, GEMINI, body, TOKEN)).toMatchObject({ status: 200 });
  });

  test("refuses an option that is no switch", async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- plain JavaScript calls with anything
    await expect(startGemini({ vertex: "yes" as never })).rejects.toThrow("vertex must be true or false");
  });
});

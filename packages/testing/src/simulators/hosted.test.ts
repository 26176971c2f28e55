import { expect, test } from "vitest";
import type { WireObject } from "./json.ts";
import { startAnthropic } from "./anthropic/wire.ts";
import { startGemini } from "./gemini/wire.ts";
import { startOpenAI } from "./openai-responses/wire.ts";
import { startXAI } from "./xai/wire.ts";

const USED = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "rain" } };
const FOUND = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
const SEARCH = { type: "web_search_call", id: "ws_1", status: "completed" };
const CODE = { executableCode: { language: "PYTHON", code: "print(1)" } };

const HI = { messages: [{ role: "user", content: "Hi" }], max_tokens: 10 };
const ASKED = { model: "claude-sonnet-5-5", ...HI };
const INPUT = { model: "gpt-6.1-terra", input: "Hi" };
const CONTENTS = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
const GEMINI = "/v1beta/models/gemini-3.8-flash";

interface Case {
  readonly name: string;
  readonly start: typeof startOpenAI;
  readonly hosted: readonly WireObject[];
  readonly whole: { readonly path: string; readonly body: object };
  readonly stream: { readonly path: string; readonly body: object };
  /** What the stream holds of it. */
  readonly streamed: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "anthropic",
    start: startAnthropic,
    hosted: [USED, FOUND],
    whole: { path: "/v1/messages", body: ASKED },
    stream: { path: "/v1/messages", body: { ...ASKED, stream: true } },
    streamed: [JSON.stringify({ ...USED, input: {} }), String.raw`{\"query\":\"rain\"}`, JSON.stringify(FOUND)],
  },
  ...[startOpenAI, startXAI].map((start) => ({
    name: start === startXAI ? "xai" : "openai",
    start,
    hosted: [SEARCH],
    whole: { path: "/responses", body: INPUT },
    stream: { path: "/responses", body: { ...INPUT, stream: true } },
    streamed: [JSON.stringify({ ...SEARCH, status: "in_progress" }), JSON.stringify(SEARCH)],
  })),
  {
    name: "gemini",
    start: startGemini,
    hosted: [CODE],
    whole: { path: `${GEMINI}:generateContent`, body: CONTENTS },
    stream: { path: `${GEMINI}:streamGenerateContent?alt=sse`, body: CONTENTS },
    streamed: [JSON.stringify(CODE)],
  },
];

test.each(CASES)(
  "what the tools of $name did stands in its answer as scripted, whole and streamed",
  async ({ start, hosted, whole, stream, streamed }) => {
    await using vendor = await start();
    vendor.answer({ hosted, text: "It rains." });
    const ask = async ({ path, body }: Case["whole"]): Promise<string> => {
      const headers = { authorization: "Bearer k", "x-goog-api-key": "k", "anthropic-version": "2026-10-21" };
      const response = await fetch(vendor.url + path, { method: "POST", headers, body: JSON.stringify(body) });
      return response.text();
    };

    const [answer, events] = [await ask(whole), await ask(stream)];

    for (const one of hosted) expect(answer).toContain(JSON.stringify(one));
    for (const piece of streamed) expect(events).toContain(piece);
    expect(answer.indexOf(JSON.stringify(hosted[0]))).toBeLessThan(answer.indexOf("It rains."));
  },
);

test("what a vendor's tools did is an array of objects, or the script is refused", async () => {
  await using vendor = await startOpenAI();

  expect(() => vendor.answer(JSON.parse('{ "hosted": ["web_search"] }'))).toThrow(
    "hosted must be an array of objects, as the vendor sends them",
  );
});

import type { ScriptedAnswer, Vendor } from "@understudy/testing";
import { textOf } from "./frames.ts";
import type { RecordedWire } from "./wires.ts";

/** Answers that use every kind of content and ending. */
export const sampleAnswers: Readonly<Record<string, ScriptedAnswer>> = {
  text: { text: "The sky is blue because of the way light scatters." },
  reasoning: { reasoning: "First think, then speak.", text: ["The sky ", "is blue."] },
  "reasoning and tool call": {
    reasoning: "I need a tool.",
    toolCalls: [{ name: "weather", input: { city: "Paris" } }],
  },
  "parallel tool calls": {
    toolCalls: [
      { name: "weather", input: { city: "Paris" } },
      { name: "weather", input: { city: "Rome" } },
    ],
  },
  "tool call without arguments": { toolCalls: [{ name: "weather" }] },
  "text and tool call": { text: "Let me look.", toolCalls: [{ name: "weather", input: { city: "Oslo" } }] },
  refusal: { refusal: "I cannot help with that." },
  length: { text: "The sky is", finish: "length" },
  filtered: { text: "The sky", finish: "content-filter" },
  citations: {
    text: "It rains.",
    citations: [{ url: "https://example.com/", title: "Weather", citedText: "It rains." }],
  },
  cached: { text: "Again.", usage: { inputTokens: 2000, cacheReadTokens: 1024, outputTokens: 5 } },
};

export interface Sample {
  /** Content type and body as they came. */
  readonly contentType: string;
  readonly body: string;
}

/** Asks the simulator for one answer over HTTP. */
export async function sample(
  wire: RecordedWire,
  vendor: Vendor,
  answer: ScriptedAnswer,
  streamed: boolean,
  extra: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  vendor.answer(answer);
  const { path, body } = wire.question(streamed);
  const response = await fetch(vendor.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...wire.headers("sample-key"), ...extra },
    body: JSON.stringify(body),
  });
  const text = textOf(new Uint8Array(await response.arrayBuffer()));
  if (response.status !== 200) throw new Error(`${wire.vendor} refused the sample request: ${text}`);
  return { contentType: response.headers.get("content-type") ?? "", body: text };
}

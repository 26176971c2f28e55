import { describe, expect, test } from "vitest";
import { adaptedWires, bedrockWire, type AdaptedWire } from "../src/adapters.ts";
import { runTarget } from "../src/replay/run.ts";

const choice = (delta: object, finish_reason: string | null) => ({ choices: [{ index: 0, delta, finish_reason }] });
const chat: readonly (object | string)[] = [choice({ content: "Hi" }, null), choice({}, "stop"), "[DONE]"];

/** A streamed "Hi" in the native events of each wire. */
const answers: Readonly<Record<string, readonly (object | string)[]>> = {
  anthropic: [
    { type: "message_start", message: { model: "m" } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" } },
    { type: "message_stop" },
  ],
  "openai-responses": [
    { type: "response.created", response: {} },
    { type: "response.output_item.added", output_index: 0, item: { type: "message" } },
    { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hi" },
    { type: "response.completed", response: { status: "completed", output: [] } },
  ],
  "openai-chat": chat,
  deepseek: chat,
  mistral: chat,
  gemini: [{ candidates: [{ content: { parts: [{ text: "Hi" }] } }] }, { candidates: [{ finishReason: "STOP" }] }],
};

/** Also under the names of events that mean something on some wire. */
const beats = [
  "data:\n\n",
  "data: \n\n",
  "data: null\n\n",
  "data: ping\n\n",
  "data: : keep-alive\n\n",
  "event: ping\n\n",
  "event: response.completed\ndata:\n\n",
  "event: message_stop\ndata: null\n\n",
  "event: error\ndata: \n\n",
];

async function readBy(wire: AdaptedWire, between: string): Promise<unknown> {
  const events = (answers[wire.name] ?? []).map((data) => {
    return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  });
  const body = between + events.join(between) + between;
  const { parts, failure } = await runTarget(wire.inProcess(wire.usualModel, () => new Response(body)));
  const text = parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join("");
  return {
    text,
    finish: parts.flatMap((part) => (part.type === "end" ? [part.finishReason] : [])),
    failure: failure?.class,
  };
}

/** In binary frames there are no lines. */
const wires = adaptedWires.filter((wire) => wire !== bedrockWire);

describe.each(wires)("on the wire of $name", (wire) => {
  test.each(beats)("R5.14 %j is a heartbeat before, between and behind all events", async (beat) => {
    expect(await readBy(wire, beat)).toEqual({ text: "Hi", finish: ["stop"], failure: undefined });
  });

  test.each(["data: {\n\n", 'data: {"a":oops}\n\n', "data: [1\n\n"])("R5.14 %j is malformed", async (broken) => {
    expect(await readBy(wire, broken)).toMatchObject({ finish: [], failure: "stream.malformed" });
  });
});

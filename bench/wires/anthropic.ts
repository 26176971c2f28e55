import type { Wire } from "./wire.ts";

const model = "claude-sonnet-5-5";
const usage = { input_tokens: 11, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
const message = {
  id: "msg_01BenchmarkBenchmarkBench",
  type: "message",
  role: "assistant",
  model,
};

function frame(type: string, fields: object, padding = 0): string {
  // The vendor pads the JSON with spaces before its last brace, a different number each time.
  const json = JSON.stringify({ type, ...fields });
  return `event: ${type}\ndata: ${json.slice(0, -1)}${" ".repeat(padding)}}\n\n`;
}

export const anthropicWire: Wire = {
  contentType: "text/event-stream; charset=utf-8",
  model,
  opening: () => [
    frame("message_start", {
      message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage },
    }),
    frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    frame("ping", {}),
  ],
  delta: (index, text) =>
    frame("content_block_delta", { index: 0, delta: { type: "text_delta", text } }, (index * 7) % 16),
  closing: (_text, deltas) => [
    frame("content_block_stop", { index: 0 }),
    frame("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { ...usage, output_tokens: deltas },
    }),
    frame("message_stop", {}),
  ],
  failure: () => frame("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
  whole: (text) => ({
    ...message,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage,
  }),
  unavailable: () => ({ type: "error", error: { type: "api_error", message: "Service unavailable" } }),
};

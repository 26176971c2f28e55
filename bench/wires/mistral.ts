import type { Wire } from "./wire.ts";

const model = "mistral-small-latest";
const identity = { id: "95e349e3e7c04cc6b2c1700095d121f7", created: 1_787_150_178, model };
const PADDING = "abcdefghijklmnopqrstuvwxyz0123456789";

function usage(deltas: number): object {
  return {
    prompt_tokens: 12,
    total_tokens: 12 + deltas,
    completion_tokens: deltas,
    prompt_tokens_details: { cached_tokens: 0 },
    service_tier: "standard",
  };
}

function chunk(delta: object, padding: number, finishReason: string | null = null, counted: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  const p = PADDING.slice(0, padding % PADDING.length);
  return `data: ${JSON.stringify({ ...identity, object: "chat.completion.chunk", choices, ...counted, p })}\n\n`;
}

export const mistralWire: Wire = {
  contentType: "text/event-stream; charset=utf-8",
  model,
  opening: () => [chunk({ role: "assistant", content: "" }, 0)],
  delta: (index, text) => chunk({ content: text }, index),
  closing: (_text, deltas) => [chunk({ content: "" }, 9, "stop", { usage: usage(deltas) }), "data: [DONE]\n\n"],
  failure: () => `data: ${JSON.stringify(UNAVAILABLE)}\n\n`,
  whole: (text) => ({
    ...identity,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: text, tool_calls: null }, finish_reason: "stop" }],
    usage: usage(12),
  }),
  unavailable: () => UNAVAILABLE,
};

const UNAVAILABLE = {
  object: "error",
  message: "Service unavailable.",
  type: "internal_server_error",
  param: null,
  code: null,
  raw_status_code: 503,
};

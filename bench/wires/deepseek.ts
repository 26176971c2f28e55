import type { Wire } from "./wire.ts";

const model = "deepseek-flash";
const identity = {
  id: "ae36ce18-5dd0-4b09-9f33-09d49ad5be9c",
  created: 1_752_602_178,
  model,
  system_fingerprint: "fp_8802369eaa_prod0623_fp8_kvcache",
};

function usage(deltas: number): object {
  return {
    prompt_tokens: 12,
    completion_tokens: deltas,
    total_tokens: 12 + deltas,
    prompt_tokens_details: { cached_tokens: 0 },
    prompt_cache_hit_tokens: 0,
    prompt_cache_miss_tokens: 12,
  };
}

function chunk(delta: object, finishReason: string | null = null, counted: object | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...identity, object: "chat.completion.chunk", choices, usage: counted })}\n\n`;
}

export const deepseekWire: Wire = {
  contentType: "text/event-stream; charset=utf-8",
  model,
  opening: () => [chunk({ role: "assistant", content: "" })],
  delta: (_index, text) => chunk({ content: text }),
  closing: (_text, deltas) => [chunk({ content: "" }, "stop", usage(deltas)), "data: [DONE]\n\n"],
  failure: () =>
    `data: ${JSON.stringify({ error: { message: "Service unavailable", type: "server_error", param: null, code: "server_error" } })}\n\n`,
  whole: (text) => ({
    ...identity,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: text }, logprobs: null, finish_reason: "stop" }],
    usage: usage(12),
  }),
  unavailable: () => ({
    error: { message: "Service unavailable", type: "server_error", param: null, code: "server_error" },
  }),
};

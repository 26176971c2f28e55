import type { Wire } from "./wire.ts";

const model = "gpt-6.1-terra";
const usage = { prompt_tokens: 11, completion_tokens: 12, total_tokens: 23 };

function chunk(fields: object): string {
  const head = {
    id: "chatcmpl-D8EA5fF3qB9JXQ0fMSoKp3Lbench",
    object: "chat.completion.chunk",
    created: 1_770_853_433,
    model,
    service_tier: "default",
    system_fingerprint: "fp_a127cc0295",
  };
  return `data: ${JSON.stringify({ ...head, ...fields })}\n\n`;
}

function choice(delta: object, finishReason: string | null = null): object {
  return { choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }], usage: null };
}

export const openaiChatWire: Wire = {
  contentType: "text/event-stream; charset=utf-8",
  model,
  opening: () => [chunk({ ...choice({ role: "assistant", content: "", refusal: null }), obfuscation: "ay3toCumcd" })],
  delta: (_index, text) => chunk({ ...choice({ content: text }), obfuscation: "A1nKaVJydGvBcZD".slice(text.length) }),
  closing: () => [
    chunk({ ...choice({}, "stop"), obfuscation: "Focfsl" }),
    chunk({ choices: [], usage }),
    "data: [DONE]\n\n",
  ],
  failure: () =>
    `data: ${JSON.stringify({ error: { message: "The server had an error", type: "server_error", param: null, code: null } })}\n\n`,
  whole: (text) => ({
    id: "chatcmpl-D8EA5fF3qB9JXQ0fMSoKp3Lbench",
    object: "chat.completion",
    created: 1_770_853_433,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage,
    service_tier: "default",
    system_fingerprint: "fp_a127cc0295",
  }),
  unavailable: () => ({
    error: { message: "Service unavailable", type: "server_error", param: null, code: null },
  }),
};

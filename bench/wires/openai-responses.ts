import type { Wire } from "./wire.ts";

const model = "gpt-6.1-terra";
const itemId = "msg_00592e63e61b66660169fab1bada8481a28ef92eb6bench";
const place = { item_id: itemId, output_index: 0, content_index: 0 };

/** The response object as it is repeated in the first, second and last event. */
function response(status: string, output: readonly unknown[], counted: object | null): object {
  return {
    id: "resp_00592e63e61b66660169fab1b9f8e481a2b3213561bench",
    object: "response",
    created_at: 1_778_037_177,
    status,
    background: false,
    completed_at: status === "completed" ? 1_778_037_178 : null,
    error: status === "failed" ? { code: "server_error", message: "An error occurred" } : null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model,
    output,
    parallel_tool_calls: true,
    presence_penalty: 0,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: "low", summary: null },
    safety_identifier: null,
    service_tier: "auto",
    store: false,
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_logprobs: 0,
    top_p: 0.98,
    truncation: "disabled",
    usage: counted,
    user: null,
    metadata: {},
  };
}

function item(status: string, content: readonly unknown[]): object {
  return { id: itemId, type: "message", status, content, phase: "final_answer", role: "assistant" };
}

function part(text: string): object {
  return { type: "output_text", annotations: [], logprobs: [], text };
}

function usage(deltas: number): object {
  return {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: deltas,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 11 + deltas,
  };
}

function frame(type: string, fields: object, sequence: number): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields, sequence_number: sequence })}\n\n`;
}

export const openaiResponsesWire: Wire = {
  contentType: "text/event-stream; charset=utf-8",
  model,
  opening: () => [
    frame("response.created", { response: response("in_progress", [], null) }, 0),
    frame("response.in_progress", { response: response("in_progress", [], null) }, 1),
    frame("response.output_item.added", { item: item("in_progress", []), output_index: 0 }, 2),
    frame("response.content_part.added", { ...place, part: part("") }, 3),
  ],
  delta: (index, text) =>
    frame(
      "response.output_text.delta",
      // The vendor pads every delta to about the same length, so that sizes on the wire tell nothing.
      { ...place, delta: text, logprobs: [], obfuscation: "mZhSFjZXJr0XbenQ".slice(text.length) },
      4 + index,
    ),
  closing: (text, deltas) => {
    const finished = item("completed", [part(text)]);
    return [
      frame("response.output_text.done", { ...place, logprobs: [], text }, deltas + 4),
      frame("response.content_part.done", { ...place, part: part(text) }, deltas + 5),
      frame("response.output_item.done", { item: finished, output_index: 0 }, deltas + 6),
      frame("response.completed", { response: response("completed", [finished], usage(deltas)) }, deltas + 7),
    ];
  },
  failure: () => frame("response.failed", { response: response("failed", [], null) }, 5),
  whole: (text) => response("completed", [item("completed", [part(text)])], usage(12)),
  unavailable: () => ({
    error: { message: "Service unavailable", type: "server_error", param: null, code: null },
  }),
};

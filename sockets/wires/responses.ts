import { asksInBody, event, type Reason, type Wire } from "./wire.ts";

/** One event, whose name stands in its data, too, with its place in the stream. */
function named(type: string, fields: object, place: number): Buffer {
  return event({ type, ...fields, sequence_number: place }, type);
}

const PLACE = { item_id: "msg_5a", output_index: 0, content_index: 0 };

function messageOf(text: string): object {
  return {
    id: "msg_5a",
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", text, annotations: [] }],
  };
}

function responseOf(model: string, status: string, output: readonly object[]): object {
  const usage =
    status === "completed"
      ? {
          input_tokens: 14,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 9,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 23,
        }
      : null;
  return { id: "resp_5a", object: "response", created_at: 1_790_000_000, status, error: null, model, output, usage };
}

const WORDS: Readonly<Partial<Record<Reason, readonly [type: string, code: string, message: string]>>> = {
  model: ["invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."],
  context: ["invalid_request_error", "context_length_exceeded", "Your input exceeds the context window of this model."],
  requests: ["requests", "rate_limit_exceeded", "Rate limit reached on requests per min (RPM): Limit 500, Used 500."],
  tokens: ["tokens", "rate_limit_exceeded", "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29990."],
  quota: ["insufficient_quota", "credit_balance_exhausted", "You have no credits left."],
  overloaded: ["service_unavailable_error", "server_is_overloaded", "Our servers are overloaded."],
  key: ["invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
};

/** What comes with a status on both of OpenAI's wires. */
export function refuse(status: number, reason?: Reason): { readonly body: string } | undefined {
  const words = reason === undefined ? undefined : WORDS[reason];
  if (reason !== undefined && words === undefined) return undefined;
  const usual = status >= 500 ? "server_error" : "invalid_request_error";
  const [type, code, message] = words ?? [usual, null, "It cannot be done."];
  return { body: JSON.stringify({ error: { message, type, param: null, code } }) };
}

export const responsesWire: Wire = responses("responses", "gpt-6.1-terra");

/** As two vendors speak it. */
export function responses(name: string, model: string): Wire {
  const [, code, message] = WORDS.overloaded ?? [];
  const terminal = named("response.completed", { response: responseOf(model, "completed", [messageOf("…")]) }, 9);
  return {
    name,
    contentType: "text/event-stream; charset=utf-8",
    isStreamAsked: asksInBody,
    preamble: Buffer.concat([
      named("response.created", { response: responseOf(model, "in_progress", []) }, 0),
      named("response.in_progress", { response: responseOf(model, "in_progress", []) }, 1),
      named(
        "response.output_item.added",
        {
          output_index: 0,
          item: { id: "msg_5a", type: "message", status: "in_progress", role: "assistant", content: [] },
        },
        2,
      ),
      named("response.content_part.added", { ...PLACE, part: { type: "output_text", text: "", annotations: [] } }, 3),
    ]),
    text: (text) => named("response.output_text.delta", { ...PLACE, delta: text, logprobs: [] }, 4),
    closing: terminal,
    terminal,
    ping: Buffer.from(": still here\n\n"),
    broken: event('{"type":"response.output_text.delta","item_id":"msg_5a","delta":', "response.output_text.delta"),
    endless: Buffer.from(
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","output_index":0,"delta":"',
    ),
    failing: named("error", { code, message, param: null }, 5),
    whole: (text) => JSON.stringify(responseOf(model, "completed", [messageOf(text)])),
    refuse,
  };
}

import { asksInBody, event, type Reason, type Wire } from "./wire.ts";

const USAGE = { input_tokens: 14, output_tokens: 3 };
const MESSAGE = {
  id: "msg_01Socket",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5-5",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
};
const STOPPED = { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null };

/** One event, whose name stands in its data, too. */
function named(type: string, fields: object): Buffer {
  return event({ type, ...fields }, type);
}

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const WORDS: Readonly<Partial<Record<Reason, string>>> = {
  model: "model: claude-sonnet-5-5",
  context: "prompt is too long: 212043 tokens > 200000 maximum",
  requests: "Number of requests has exceeded your limit.",
  tokens: "Number of tokens has exceeded your limit.",
  overloaded: "Overloaded",
  key: "invalid x-api-key",
  quota: "The spend limit of this workspace was reached.",
};

export const anthropicWire: Wire = {
  name: "anthropic",
  contentType: "text/event-stream; charset=utf-8",
  isStreamAsked: asksInBody,
  preamble: Buffer.concat([
    named("message_start", { message: { ...MESSAGE, usage: { input_tokens: 14, output_tokens: 1 } } }),
    named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    named("ping", {}),
  ]),
  text: (text) => named("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  closing: Buffer.concat([
    named("content_block_stop", { index: 0 }),
    named("message_delta", { delta: STOPPED, usage: { output_tokens: 9 } }),
    named("message_stop", {}),
  ]),
  terminal: named("message_stop", {}),
  ping: named("ping", {}),
  broken: event('{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":', "content_block_delta"),
  endless: Buffer.from(
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"',
  ),
  failing: named("error", { error: { type: "overloaded_error", message: "Overloaded" }, request_id: "req_011" }),
  whole: (text) =>
    JSON.stringify({ ...MESSAGE, ...STOPPED, content: [{ type: "text", text, citations: null }], usage: USAGE }),
  refuse: (status, reason) => {
    if (reason === "daily") return undefined;
    const details = reason === "quota" ? { error_code: "enforced_spend_limit_reached" } : undefined;
    const error = {
      type: TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error"),
      message: reason === undefined ? "It cannot be done." : WORDS[reason],
      details,
    };
    return {
      body: JSON.stringify({ type: "error", error, request_id: "req_011" }),
      headers: ["request-id: req_011", ...remaining(reason)],
    };
  },
};

/** Its words may change: which limit is used up stands in the headers. */
function remaining(reason: Reason | undefined): readonly string[] {
  if (reason !== "requests" && reason !== "tokens") return [];
  return [`anthropic-ratelimit-${reason}-limit: 50`, `anthropic-ratelimit-${reason}-remaining: 0`];
}

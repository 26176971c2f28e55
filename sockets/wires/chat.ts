import { refuse as refuseAsOpenAI } from "./responses.ts";
import { asksInBody, event, type Reason, type Refusal, type Wire } from "./wire.ts";

const COUNTS = { prompt_tokens: 14, completion_tokens: 9, total_tokens: 23 };

interface Dialect {
  readonly name: string;
  readonly model: string;
  readonly failing: object;
  readonly refuse: (status: number, reason?: Reason) => Refusal | undefined;
}

function chat({ name, model, failing, refuse }: Dialect): Wire {
  const chunk = (delta: object, finish: string | null = null, more: object = {}): Buffer =>
    event({
      id: "cmpl-7c",
      object: "chat.completion.chunk",
      created: 1_790_000_000,
      model,
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    });
  const finish = chunk({ content: "" }, "stop", { usage: COUNTS });
  const done = event("[DONE]");
  return {
    name,
    contentType: "text/event-stream",
    isStreamAsked: asksInBody,
    preamble: chunk({ role: "assistant", content: "" }),
    text: (text) => chunk({ content: text }),
    closing: Buffer.concat([finish, done]),
    terminal: Buffer.concat([finish, done]),
    ping: Buffer.from(": keep-alive\n\n"),
    broken: event('{"id":"cmpl-7c","choices":[{"index":0,"delta":{"content":'),
    endless: Buffer.from('data: {"id":"cmpl-7c","choices":[{"index":0,"finish_reason":null,"delta":{"content":"'),
    failing: event(failing),
    whole: (text) =>
      JSON.stringify({
        id: "cmpl-7c",
        object: "chat.completion",
        created: 1_790_000_000,
        model,
        choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
        usage: COUNTS,
      }),
    refuse,
  };
}

export const chatWire: Wire = chat({
  name: "chat",
  model: "gpt-5.2",
  failing: {
    error: {
      message: "Our servers are overloaded.",
      type: "service_unavailable_error",
      param: null,
      code: "server_is_overloaded",
    },
  },
  refuse: refuseAsOpenAI,
});

const DEEPSEEK_WORDS: Readonly<Partial<Record<Reason, string>>> = {
  context: "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens.",
  model: "Model Not Exist",
  tokens: "Rate limit reached for TPM",
  quota: "Insufficient Balance",
  overloaded: "The server is overloaded",
  key: "Authentication Fails (no such user)",
};

export const deepseekWire: Wire = chat({
  name: "deepseek",
  model: "deepseek-flash",
  failing: {
    error: { message: "The server is overloaded", type: "service_unavailable_error", param: null, code: 503 },
  },
  refuse: (status, reason) => {
    const message = reason === undefined ? "It cannot be done." : DEEPSEEK_WORDS[reason];
    // It states its balance by a status of its own.
    if (message === undefined || (reason === "quota" && status === 429)) return undefined;
    return {
      body: JSON.stringify({
        error: { message, type: "invalid_request_error", param: null, code: "invalid_request_error" },
      }),
    };
  },
});

const MISTRAL_WORDS: Readonly<Partial<Record<Reason, readonly [type: string, message: string]>>> = {
  model: ["invalid_model", "Invalid model: mistral-small-latest"],
  context: [
    "invalid_request_error",
    "Prompt contains 140000 tokens, too large for model with 131072 maximum context length",
  ],
  requests: ["rate_limited", "Requests rate limit exceeded"],
  overloaded: ["service_unavailable", "The service is overloaded"],
  key: ["unauthorized", "Unauthorized"],
};

export const mistralWire: Wire = chat({
  name: "mistral",
  model: "mistral-small-latest",
  failing: {
    object: "error",
    message: "The service is overloaded",
    type: "service_unavailable",
    param: null,
    code: 503,
  },
  refuse: (_status, reason) => {
    const words = reason === undefined ? ["error", "It cannot be done."] : MISTRAL_WORDS[reason];
    if (words === undefined) return undefined;
    const [type, message] = words;
    return { body: JSON.stringify({ object: "error", message, type, param: null, code: null }) };
  },
});

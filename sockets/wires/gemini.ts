import type { Reason, Wire } from "./wire.ts";

const MORE = { modelVersion: "gemini-3.8-flash", responseId: "r-31" };
const COUNTS = { promptTokenCount: 14, candidatesTokenCount: 9, totalTokenCount: 23 };

/** Its lines end as those of HTTP do. */
function chunk(data: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(data)}\r\n\r\n`);
}

function candidate(text: string, finishReason?: string): object {
  const content = { role: "model", parts: [{ text }] };
  return { candidates: [{ content, index: 0, finishReason }], usageMetadata: COUNTS, ...MORE };
}

const STATES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "RESOURCE_EXHAUSTED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const RPC = "type.googleapis.com/google.rpc";
const QUOTA_FAILURE = `${RPC}.QuotaFailure`;

const WORDS: Readonly<Partial<Record<Reason, readonly [message: string, details?: readonly object[]]>>> = {
  model: ["models/gemini-3.8-flash is not found for API version v1beta, or is not supported for generateContent."],
  context: ["The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."],
  requests: [
    "You exceeded your current quota.",
    [{ "@type": QUOTA_FAILURE, violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel" }] }],
  ],
  daily: [
    "You exceeded your current quota.",
    [{ "@type": QUOTA_FAILURE, violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel" }] }],
  ],
  quota: ["Your prepayment credits are depleted."],
  overloaded: ["This model is currently experiencing high demand. Please try again later."],
  key: [
    "API key not valid. Please pass a valid API key.",
    [{ "@type": `${RPC}.ErrorInfo`, reason: "API_KEY_INVALID", domain: "googleapis.com" }],
  ],
};

export const geminiWire: Wire = {
  name: "gemini",
  contentType: "text/event-stream",
  isStreamAsked: ({ path }) => path.includes(":streamGenerateContent"),
  preamble: chunk({ candidates: [{ content: { role: "model" }, index: 0 }], usageMetadata: COUNTS, ...MORE }),
  text: (text) => chunk(candidate(text)),
  closing: chunk(candidate("", "STOP")),
  terminal: chunk(candidate("", "STOP")),
  ping: Buffer.from(": here\r\n\r\n"),
  broken: Buffer.from('data: {"candidates": [{"content": {"parts": [{"text": \r\n\r\n'),
  endless: Buffer.from('data: {"candidates": [{"content": {"role": "model", "parts": [{"text": "'),
  failing: chunk({ error: { code: 503, message: WORDS.overloaded?.[0], status: "UNAVAILABLE" } }),
  whole: (text) => JSON.stringify(candidate(text, "STOP")),
  refuse: (status, reason) => {
    const [message, details] = (reason === undefined ? undefined : WORDS[reason]) ?? ["It cannot be done."];
    if (reason !== undefined && WORDS[reason] === undefined) return undefined;
    return { body: JSON.stringify({ error: { code: status, message, status: STATES[status] ?? "UNKNOWN", details } }) };
  },
};

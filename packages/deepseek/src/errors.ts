import {
  asObject,
  isJsonObject,
  readErrorFields,
  repairWith,
  stopReasoning,
  withoutStreaming,
  type FailureRow,
  type FailureTable,
  type VendorError,
} from "@understudy/core/adapter";

/** How this vendor fails. `stopStreaming` makes the target ask for answers in one piece from then on. */
export function failureTable(stopStreaming: () => void): FailureTable {
  return {
    rows: [...LIMITS, ...refusals(stopStreaming), ...IN_BAND],
    readError,
    requestIdHeaders: ["x-ds-trace-id", "x-request-id", "x-deepseek-request-id"],
  };
}

const LIMITS: readonly FailureRow[] = [
  // Shrinks with the balance of the account; its other keys share it.
  { status: 429, text: /concurren/i, class: "rate.concurrency" },
  { status: 429, text: /\bTPM\b|tokens per/i, class: "rate.tokens" },
  { status: 429, text: /\bRPM\b|requests per/i, class: "rate.requests" },
  { status: 503, text: /busy|overload/i, class: "server.overloaded" },
];

/** What a 400 is about is told in its message only: nearly all errors share one type and one code. */
function refusals(stopStreaming: () => void): readonly FailureRow[] {
  const refused = { status: [400, 422], class: "request.rejected" } as const;
  const unsupported = { status: [400, 422], class: "request.unsupported" } as const;
  // Without thinking nothing has to be known of earlier reasoning, and any tool may be forced.
  const withoutThinking = { ...refused, repair: repairWith("without thinking", stopReasoning) };
  return [
    {
      status: 400,
      text: /maximum context length is (?<window>\d[\d,]{0,15}) tokens/i,
      class: "request.context-length",
    },
    { status: 400, text: /supported API model names are|model not exist/i, class: "model.not-found" },
    { status: 400, text: /insufficient balance/i, class: "billing.exhausted" },
    { ...withoutThinking, text: /reasoning_content/ },
    { ...withoutThinking, text: /does not support this tool_choice/ },
    { ...unsupported, text: /unknown variant `image_url`/, capability: "images" },
    { ...unsupported, text: /unknown variant `file`/, capability: "files" },
    { ...unsupported, text: /unknown variant `input_audio`/, capability: "audio" },
    { ...unsupported, text: /response_format type is unavailable/, capability: "jsonOutput" },
    {
      ...unsupported,
      text: /\bstream(?:ing|ed)?\b.{0,60}\b(?:not|disabled|cannot)\b/i,
      repair: withoutStreaming(stopStreaming),
    },
  ];
}

const IN_BAND: readonly FailureRow[] = [
  { inBand: true, text: /too busy|overload/i, class: "server.overloaded" },
  { inBand: true, text: /insufficient balance/i, class: "billing.exhausted" },
  { inBand: true, text: /concurrency limit/i, class: "rate.concurrency" },
  { inBand: true, text: /rate limit/i, class: "rate.unknown" },
  { inBand: true, text: /maximum context length is (?<window>\d[\d,]{0,15}) tokens/i, class: "request.context-length" },
  { inBand: true, type: "authentication_error", class: "auth.invalid" },
  { inBand: true, type: "server_error", class: "server.error" },
];

/** `{ error: { message, type, param, code } }`. */
function readError(body: unknown): VendorError | undefined {
  const { error } = asObject(body);
  if (!isJsonObject(error)) return undefined;
  return readErrorFields(error);
}

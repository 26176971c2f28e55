import { asObject, isJsonObject, type FailureRow, type FailureTable } from "@understudy/core/adapter";
import {
  alsoNative,
  OVERLOADED,
  readErrorFields,
  STREAMING_REFUSED,
  WITHOUT_REASONING,
  type VendorError,
} from "@understudy/core/toolkit";

const WINDOW = /^This model's maximum context length is (?<window>\d[\d,]{0,15}) tokens/;
const NO_BALANCE = /^Insufficient Balance\.?$/i;
/** Shrinks with the balance of the account; its other keys share it. */
const CONCURRENCY = /^Your current concurrency is \d{1,9}, which exceeds your concurrency limit\b/;

const LIMITS: readonly FailureRow[] = [
  { status: 429, text: CONCURRENCY, class: "rate.concurrency" },
  { status: 429, text: /^Rate limit reached for (?:TPM|tokens per minute)\b/i, class: "rate.tokens" },
  { status: 429, text: /^Rate limit reached for (?:RPM|requests per minute)\b/i, class: "rate.requests" },
];

const refused = { status: [400, 422], class: "request.rejected" } as const;
const unsupported = { status: [400, 422], class: "request.unsupported" } as const;
/** Without thinking nothing has to be known of earlier reasoning, and any tool may be forced. */
const withoutThinking = {
  ...refused,
  repair: alsoNative(WITHOUT_REASONING, "deepseek", ["thinking", "reasoning_effort"]),
};

/** Only its message says what a 400 is about: nearly all errors share one type and one code. */
const REFUSALS: readonly FailureRow[] = [
  { status: 400, text: WINDOW, class: "request.context-length" },
  { status: 400, text: /^The supported API model names are\b/, class: "model.not-found" },
  { status: 400, text: NO_BALANCE, class: "billing.exhausted" },
  {
    ...withoutThinking,
    text: /^(?:The `(?:reasoning_content|content\[\]\.thinking)` in the thinking mode must be passed back\b|Missing `reasoning_content` field in the assistant message at message index \d)/,
  },
  { ...withoutThinking, text: /^(?:Thinking mode|[\w.-]{1,60}) does not support this tool_choice\b/ },
  { ...unsupported, text: unknownVariant("image_url"), capability: "images" },
  { ...unsupported, text: unknownVariant("file"), capability: "files" },
  { ...unsupported, text: unknownVariant("input_audio"), capability: "audio" },
  { ...unsupported, text: /^This response_format type is unavailable\b/, capability: "jsonOutput" },
  STREAMING_REFUSED,
];

const IN_BAND: readonly FailureRow[] = [
  { inBand: true, text: OVERLOADED, class: "server.overloaded" },
  { inBand: true, text: NO_BALANCE, class: "billing.exhausted" },
  { inBand: true, text: CONCURRENCY, class: "rate.concurrency" },
  { inBand: true, text: /^Rate limit reached\b/i, class: "rate.unknown" },
  { inBand: true, text: WINDOW, class: "request.context-length" },
  { inBand: true, type: "authentication_error", class: "auth.invalid" },
  { inBand: true, type: "server_error", class: "server.error" },
];

/** How this vendor fails: https://api-docs.deepseek.com (error codes, rate limit). */
export const failureTable: FailureTable = {
  rows: [...LIMITS, ...REFUSALS, ...IN_BAND],
  readError,
  requestIdHeaders: ["x-ds-trace-id", "x-request-id", "x-deepseek-request-id"],
};

/** The sentence of the vendor's parser for a kind of part that the model does not take. */
function unknownVariant(kind: string): RegExp {
  return new RegExp(
    "^(?:Failed to deserialize the JSON body into the target type: )?(?:messages\\[\\d{1,6}\\](?:\\.content\\[\\d{1,6}\\])?: )?" +
      `unknown variant \`${kind}\`, expected \``,
  );
}

/** `{ error: { message, type, param, code } }`. */
function readError(body: unknown): VendorError | undefined {
  const { error } = asObject(body);
  if (!isJsonObject(error)) return undefined;
  return readErrorFields(error);
}

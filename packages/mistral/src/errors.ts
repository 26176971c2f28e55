import {
  asString,
  isJsonObject,
  type FailureRow,
  type FailureTable,
  type RequestRepair,
} from "@understudy/core/adapter";
import {
  alsoNative,
  changeAnswers,
  CHAT_REFUSALS,
  leaveOut,
  looserSchemas,
  OVERLOADED,
  readAnyError,
  readChatError,
  STREAMING_REFUSED,
  USER_TURN,
  WITHOUT_EARLIER_REASONING,
  WITHOUT_EFFORT,
  type VendorError,
} from "@understudy/core/toolkit";

const WINDOW =
  /^Prompt contains \d[\d,]{0,15} tokens(?: and \d{1,9} draft tokens)?, too large for model with (?<window>\d[\d,]{0,15}) maximum context length/;
const EFFORT = alsoNative(WITHOUT_EFFORT, "mistral", ["reasoning_effort"]);
/** These servers now and then give an id that they refuse when it comes back. */
const USUAL_IDS: RequestRepair = {
  description: "with usual tool-call ids",
  once: true,
  apply: (request) =>
    changeAnswers(request, (parts) =>
      parts.map((part) => {
        if (part.type !== "tool-call" || part.opaque?.["callId"] === undefined) return part;
        const { callId: _, ...opaque } = part.opaque;
        return { ...part, opaque };
      }),
    ),
};

const refused = { status: [400, 422], class: "request.rejected" } as const;
const unsupported = { status: [400, 422], class: "request.unsupported" } as const;

/** Codes are texts of four digits. */
const REFUSALS: readonly FailureRow[] = [
  { code: "1500", class: "model.not-found" },
  { code: "3505", class: "server.overloaded" },
  { type: "service_tier_capacity_exceeded", class: "server.overloaded" },
  { status: 429, text: /^Requests rate limit exceeded\b/, class: "rate.requests" },
  { status: 400, text: WINDOW, class: "request.context-length" },
  { ...refused, code: "3280", repair: USUAL_IDS },
  { ...refused, text: /^Tool call id was [\w.:-]{0,200} but must be a-z, A-Z, 0-9\b/, repair: USUAL_IDS },
  { ...refused, text: /^Expected last role User or Tool\b/, repair: USER_TURN },
  {
    ...refused,
    text: /^Unexpected content chunk types in assistant message: \['ThinkChunk'/,
    repair: WITHOUT_EARLIER_REASONING,
  },
  { ...unsupported, text: /^Unexpected content chunk types in user message: \['Image/, capability: "images" },
  { ...unsupported, text: /^Unexpected content chunk types in user message: \['Audio/, capability: "audio" },
  { ...unsupported, text: /^reasoning_effort='\w{1,20}' is not supported for this model\b/, repair: EFFORT },
  { ...unsupported, param: "reasoning_effort", repair: EFFORT },
  { ...unsupported, text: /^Reasoning prompt mode is not enabled for this model\b/, repair: leaveOut("prompt_mode") },
  { ...unsupported, param: ["response_format", "json_schema"], capability: "jsonOutput", repair: looserSchemas },
  ...CHAT_REFUSALS,
  STREAMING_REFUSED,
];

const IN_BAND: readonly FailureRow[] = [{ inBand: true, text: OVERLOADED, class: "server.overloaded" }];

/** How this vendor fails: https://docs.mistral.ai/resources/error-glossary */
export const failureTable: FailureTable = {
  rows: [...REFUSALS, ...IN_BAND],
  readError,
  requestIdHeaders: ["mistral-correlation-id", "x-request-id", "x-kong-request-id"],
  rateLimitPrefix: "x-ratelimit-",
};

/** Of gateways, and the vendor's own: `{ object: "error", message, type, param, code }`, where `message` may be a list of faults, or that list as `detail`. */
function readError(body: unknown): VendorError | undefined {
  if (!isJsonObject(body) || (body["object"] !== "error" && body["detail"] === undefined)) return readChatError(body);
  return { ...readAnyError(body), requestId: asString(body["request_id"]) };
}

import {
  asJsonObject,
  type AssistantPart,
  type FailureRow,
  type FailureTable,
  type JsonObject,
  type RequestRepair,
} from "@understudy/core/adapter";
import {
  alsoNative,
  changeAnswers,
  OWN_REASONING,
  readRpcStatus,
  RPC_LIMITS,
  RPC_STATUSES,
  SCHEMA_IN_WORDS,
  STREAMING_REFUSED,
  SYSTEM_AS_MESSAGE,
  USER_TURN,
  WITHOUT_SAMPLING,
  withOutputTokens,
} from "@understudy/core/toolkit";
import { STAND_IN_SIGNATURE, VENDOR } from "./content.ts";

const CODES: readonly FailureRow[] = [
  // With status 400.
  { code: ["API_KEY_INVALID", "API_KEY_EXPIRED"], class: "auth.invalid" },
  { text: /^API key (?:not valid|expired)\b/i, class: "auth.invalid" },
  // The money is the project's; its other keys do not help.
  { code: "BILLING_DISABLED", class: "billing.exhausted" },
  { text: /^Your (?:prepayment credits are|prepaid balance is) depleted\b/i, class: "billing.exhausted" },
  {
    type: "FAILED_PRECONDITION",
    text: /^(?:Gemini API free tier is not available in your country\. )?Please enable billing on\b/i,
    class: "billing.exhausted",
  },
  // Where the caller stands, or what the project may do: no other request would fare better.
  { text: /^User location is not supported\b/i, class: "auth.forbidden", scope: "endpoint" },
  { type: "FAILED_PRECONDITION", class: "auth.forbidden", scope: "key" },
  // With 403 or 404. What the request names is gone, as caches and files are after a while; key and model are well.
  {
    text: /^(?:CachedContent not found|Not found: cached content|You do not have permission to access the File|File \S{1,150} not found)\b/,
    class: "request.rejected",
  },
  // Access is the project's, and others are asked at the same host.
  { status: 404, text: /^Publisher [Mm]odel\b/, class: "model.not-found", scope: "key+model" },
  // A service that is off, a missing role, a blocked key: it is so for all models.
  { type: "PERMISSION_DENIED", class: "auth.forbidden", scope: "key" },
];

const WITHOUT_SIGNATURES: RequestRepair = {
  description: "without earlier signatures",
  loss: { what: "messages reasoning", action: "dropped" },
  once: true,
  apply: (request) => changeAnswers(request, (parts) => parts.map(unsigned)),
};
/** For ids that the vendor answers with a newer model than the table knows. */
const STAND_INS: RequestRepair = {
  description: "with stand-ins for missing signatures",
  loss: { what: "messages reasoning", action: "translated" },
  apply: (request) =>
    changeAnswers(request, (parts) => {
      const first = parts.find((part) => part.type === "tool-call");
      if (first === undefined || isSigned(first)) return parts;
      const signed = { ...first, opaque: { ...first.opaque, thoughtSignature: STAND_IN_SIGNATURE } };
      return parts.map((part) => (part === first ? signed : part));
    }),
};
/** The end of an answer that was refused. */
export const MISSING_SIGNATURE = "MISSING_THOUGHT_SIGNATURE";
const OUTPUT_LIMIT =
  /^Unable to submit request because it has a maxOutputTokens value of \d{1,15} but the supported range is from 1 \(inclusive\) to (\d{1,15}) \(exclusive\)/;

const unsupported = { status: 400, class: "request.unsupported" } as const;
const PLACE = String.raw`(?:\* GenerateContentRequest\.generation_config\.|Unable to submit request because )?`;

/** What a 400 is about stands only in its message, sometimes behind the place in the request. */
const REFUSALS: readonly FailureRow[] = [
  {
    status: 400,
    text: /^The input token count(?: \(\d{1,15}\))? exceeds the maximum number of tokens allowed \(?(?<window>\d{1,15})/i,
    class: "request.context-length",
  },
  {
    status: 400,
    text: /^Unable to submit request because the input token count is \d{1,15} but model only supports up to (?<window>\d{1,15})/,
    class: "request.context-length",
  },
  {
    status: 400,
    text: /^(?:Corrupted|Invalid) thought[_ ]?signature\b/i,
    class: "request.rejected",
    repair: WITHOUT_SIGNATURES,
  },
  {
    status: 400,
    text: /^(?:Missing thought[_ ]?signature\b|Function call is missing a thought_signature\b|Unable to submit request because function call `[\w.:-]{1,150}` in the \d{1,6}\. content block is missing a `thought_signature`)/i,
    class: "request.rejected",
    repair: STAND_INS,
  },
  // A finish reason.
  { inBand: true, type: MISSING_SIGNATURE, class: "request.rejected", repair: STAND_INS },
  {
    ...unsupported,
    text: OUTPUT_LIMIT,
    repair: ({ message = "" }) => withOutputTokens(Number(OUTPUT_LIMIT.exec(message)?.[1]) - 1),
  },
  { ...unsupported, text: /^Requests ending with a model turn are not supported\b/i, repair: USER_TURN },
  {
    ...unsupported,
    text: new RegExp(`^${PLACE}(?:temperature|top_?[pk])(?: is| must|:)`, "i"),
    repair: alsoNative(WITHOUT_SAMPLING, VENDOR, [
      "generationConfig.temperature",
      "generationConfig.topP",
      "generationConfig.topK",
    ]),
  },
  {
    ...unsupported,
    text: new RegExp(
      `^(?:${PLACE}(?:The )?thinking(?:[ _](?:level|budget|config)(?:\\.\\w{1,30})?(?: -?\\w{1,20})?)? (?:is|can|must)\\b` +
        "|Budget -?\\d{1,9} is invalid\\. This model only works in thinking mode" +
        "|You can only set (?:only )?one of thinking budget and thinking level)",
      "i",
    ),
    repair: alsoNative(OWN_REASONING, VENDOR, ["generationConfig.thinkingConfig"]),
  },
  {
    ...unsupported,
    text: new RegExp(
      "^(?:Function calling with a response mime type\\b|JSON mode is not enabled for\\b|The specified schema produces a constraint\\b" +
        `|${PLACE}response_(?:mime_type|(?:json_)?schema)\\b` +
        '|Invalid JSON payload received\\. Unknown name "\\w{1,60}" at \'generation_config\\.response_(?:json_)?schema' +
        "|Invalid JSON payload received\\. Unknown name \"response_?(?:json_?)?schema\" at 'generation_config')",
      "i",
    ),
    capability: "jsonOutput",
    repair: SCHEMA_IN_WORDS,
  },
  {
    ...unsupported,
    text: /^(?:Developer|System) instruction is not (?:enabled|supported)\b/i,
    repair: SYSTEM_AS_MESSAGE,
  },
  STREAMING_REFUSED,
];

/** How this vendor fails. */
export const failureTable: FailureTable = {
  rows: [...CODES, ...RPC_LIMITS, ...REFUSALS, ...RPC_STATUSES],
  readError: readRpcStatus,
  requestIdHeaders: [],
};

/** What is on a part, and in one that goes back as it is. */
function attributesOf(part: AssistantPart): JsonObject {
  return asJsonObject(part.type === "opaque" ? part.data : part.opaque);
}

function isSigned(part: AssistantPart): boolean {
  return attributesOf(part)["thoughtSignature"] !== undefined;
}

function unsigned(part: AssistantPart): AssistantPart {
  if (!isSigned(part)) return part;
  const { thoughtSignature: _signature, ...rest } = attributesOf(part);
  return part.type === "opaque" ? { ...part, data: rest } : { ...part, opaque: rest };
}

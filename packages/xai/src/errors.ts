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
  DAILY,
  forgetOpaque,
  forgetReasoning,
  IN_BAND_WORDS,
  leaveOut,
  readErrorFields,
  SCHEMA,
  SCHEMA_IN_WORDS,
  STREAMING_REFUSED,
  WITHOUT_EFFORT,
  type VendorError,
} from "@understudy/core/toolkit";

const unsupported = { status: [400, 422], class: "request.unsupported" } as const;
const NOT_TAKEN =
  /^(?:Argument not supported on this model: |Model [\w.:-]{1,100} does not support parameter )(?<field>[\w.]{1,60})/;
/** Fields without which it would be another request. */
const NEEDED = /^(?:model|input|tools|tool_choice|text|max_output_tokens)$/;
const EFFORT = alsoNative(WITHOUT_EFFORT, "xai", ["reasoning"]);
/** What an answer left for its vendor, in a form that these servers do not read. */
const PLAIN_HISTORY: RequestRepair = {
  description: "without earlier reasoning",
  loss: { what: "messages reasoning", action: "dropped" },
  once: true,
  apply: (request) =>
    changeAnswers(forgetOpaque(forgetReasoning(request)), (parts) => parts.filter(({ type }) => type !== "opaque")),
};
const NO_CREDITS =
  /^(?:Your (?:newly created )?team (?:[\w-]{1,60} )?(?:doesn't have any credits|has (?:either )?used all available credits)|You have run out of credits)\b/i;

const ROWS: readonly FailureRow[] = [
  { status: 400, text: /^Incorrect API key provided\b/i, class: "auth.invalid" },
  { status: [402, 403, 429], text: NO_CREDITS, class: "billing.exhausted" },
  { status: 429, text: DAILY, class: "rate.daily" },
  { status: 403, text: /^Content violates usage guidelines\b/, class: "policy.input-blocked" },
  {
    status: 400,
    text: /^This model's maximum prompt length is (?<window>\d[\d,]{0,15}) but the request contains \d/,
    class: "request.context-length",
  },
  { ...unsupported, text: NOT_TAKEN, repair: withoutField },
  {
    ...unsupported,
    text: /^(?:[\w-]{1,64}: )?tool parameter root must be an object type\b/,
    repair: () => leaveOut(SCHEMA),
  },
  {
    ...unsupported,
    text: /^(?:The response_format parameter is unsupported\b|Invalid (?:JSON )?schema for (?:response_format|text\.format)\b)/i,
    capability: "jsonOutput",
    repair: SCHEMA_IN_WORDS,
  },
  {
    status: [400, 422],
    text: /^Failed to deserialize the JSON body into the target type: data did not match any variant of untagged enum ModelInput\b/,
    class: "request.rejected",
    repair: PLAIN_HISTORY,
  },
  {
    status: [400, 422],
    text: /^Could not (?:decrypt the provided encrypted_content|decode the compaction blob)\b/,
    class: "request.rejected",
    repair: PLAIN_HISTORY,
  },
  STREAMING_REFUSED,
  { code: "unavailable", class: "server.overloaded" },
  { inBand: true, text: /^The service is currently unavailable\b/, class: "server.overloaded" },
  { inBand: true, code: "server_error", class: "server.error" },
  ...IN_BAND_WORDS,
];

/** Errors with status 200 and in a stream state no other status. */
const STATUSES: Readonly<Record<string, number>> = {
  "invalid-argument": 400,
  "permission-denied": 403,
  "not-found": 404,
  "resource-exhausted": 429,
  internal: 500,
  unavailable: 503,
};
/** Codes are names or, in most answers, sentences. */
const NAMES: Readonly<Record<string, string>> = {
  "Client specified an invalid argument": "invalid-argument",
  "The caller does not have permission to execute the specified operation": "permission-denied",
  "Some requested entity was not found": "not-found",
  "Some resource has been exhausted": "resource-exhausted",
  "Internal error": "internal",
  "The service is currently unavailable": "unavailable",
};

/** How this vendor fails: https://docs.x.ai/developers/debugging */
export const failureTable: FailureTable = {
  rows: ROWS,
  readError,
  requestIdHeaders: ["x-request-id"],
  rateLimitPrefix: "x-ratelimit-",
  statuses: STATUSES,
};

/** `{ code, error: "text" }`, also with status 200; `{ error: { message, type, param, code } }`; flat in a stream. */
function readError(body: unknown): VendorError | undefined {
  if (!isJsonObject(body)) return undefined;
  const { error, code, message, type } = body;
  if (typeof error === "string" && error !== "") return byCode({ code: asString(code), message: error });
  if (isJsonObject(error)) return byCode(readErrorFields(error));
  const isBare = type === "error" || (typeof message === "string" && typeof code === "string");
  return isBare ? byCode(readErrorFields(body)) : undefined;
}

/** Where there is no type, the code says the kind of error. */
function byCode({ type, code, ...error }: VendorError): VendorError {
  const name = NAMES[code ?? ""] ?? code;
  return { ...error, code: name, type: type === undefined || type === "error" ? name : type };
}

/** The vendor spells the names of its fields in another way than it takes them. */
function withoutField({ message = "" }: VendorError): RequestRepair | undefined {
  const named = NOT_TAKEN.exec(message)?.groups?.["field"] ?? "";
  const field = named.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).split(".")[0] ?? "";
  if (/^reasoning(?:_effort)?$/.test(field)) return EFFORT;
  return field === "" || NEEDED.test(field) ? undefined : leaveOut(field);
}

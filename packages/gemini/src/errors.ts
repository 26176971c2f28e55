import {
  asArray,
  asNumber,
  asObject,
  asString,
  cleanId,
  isJsonObject,
  ownReasoning,
  parseDuration,
  parseJson,
  repairWith,
  schemaInWords,
  withoutStreaming,
  type FailureRow,
  type FailureTable,
  type Foreign,
  type TargetMessage,
  type TargetRequest,
  type VendorError,
} from "@understudy/core/adapter";

/** How this vendor fails. `stopStreaming` makes the target ask for answers in one piece from then on. */
export function failureTable(stopStreaming: () => void): FailureTable {
  return {
    rows: [...CODES, ...LIMITS, ...refusals(stopStreaming), ...STATUSES, ...IN_BAND],
    readError,
    requestIdHeaders: [],
  };
}

const CODES: readonly FailureRow[] = [
  // With status 400.
  { code: ["API_KEY_INVALID", "API_KEY_EXPIRED"], class: "auth.invalid" },
  { text: /^API key (?:not valid|expired)/i, class: "auth.invalid" },
  // The money is the project's; its other keys are no help.
  { text: /prepayment credits|prepaid balance/i, class: "billing.exhausted" },
  { type: "FAILED_PRECONDITION", text: /\bbilling\b/i, class: "billing.exhausted" },
  // Where the caller stands, or what the project may do: no other request would fare better.
  { text: /^User location is not supported/i, class: "auth.forbidden", scope: "endpoint" },
  { type: "FAILED_PRECONDITION", class: "auth.forbidden", scope: "key" },
];

/** The kind of quota, as read from the details. A short wait that stands beside a daily one means nothing. */
const LIMITS: readonly FailureRow[] = [
  { type: "PerDay", class: "rate.daily" },
  { type: "Tokens", class: "rate.tokens" },
  { type: "Requests", class: "rate.requests" },
];

/** What a 400 is about is told in its message only. */
function refusals(stopStreaming: () => void): readonly FailureRow[] {
  const unsupported = { status: 400, class: "request.unsupported" } as const;
  return [
    {
      status: 400,
      text: /token count .{0,40}exceeds the maximum number of tokens allowed \((?<window>\d{1,15})\)/i,
      class: "request.context-length",
    },
    {
      status: 400,
      text: /thought[_ ]?signature/i,
      class: "request.rejected",
      repair: repairWith("without earlier signatures", forgetSignatures),
    },
    { ...unsupported, text: /ending with a model turn/i },
    { ...unsupported, text: /\b(?:temperature|top_?[pk])\b/i, repair: repairWith("without sampling", dropSampling) },
    { ...unsupported, text: /\bthinking/i, repair: repairWith("with the model's own thinking", ownReasoning) },
    {
      ...unsupported,
      text: /response[_ ]?(?:mime[_ ]?type|(?:json[_ ]?)?schema)|schema produces a constraint/i,
      capability: "jsonOutput",
      repair: repairWith("with the schema in words", schemaInWords),
    },
    {
      ...unsupported,
      text: /(?:developer|system) instruction/i,
      repair: repairWith("with the system prompt as a message", moveSystem),
    },
    {
      ...unsupported,
      text: /\bstream(?:ing|ed|generatecontent)?\b.{0,60}\b(?:not|disabled|cannot)\b/i,
      repair: withoutStreaming(stopStreaming),
    },
  ];
}

const STATUSES: readonly FailureRow[] = [
  { status: 499, class: "server.error" },
  { status: 503, type: "UNAVAILABLE", class: "server.overloaded" },
];

/** With the number where the name is missing. */
const IN_BAND: readonly FailureRow[] = [
  { inBand: true, type: ["UNAVAILABLE", "503"], class: "server.overloaded" },
  { inBand: true, type: ["RESOURCE_EXHAUSTED", "429"], class: "rate.unknown" },
  { inBand: true, type: ["INTERNAL", "CANCELLED", "ABORTED", "UNKNOWN", "500", "499"], class: "server.error" },
  { inBand: true, type: ["DEADLINE_EXCEEDED", "504"], class: "timeout.upstream" },
  { inBand: true, type: ["UNAUTHENTICATED", "401"], class: "auth.invalid" },
  { inBand: true, type: ["PERMISSION_DENIED", "403"], class: "auth.forbidden" },
  { inBand: true, type: ["NOT_FOUND", "404"], class: "model.not-found" },
  { inBand: true, type: ["INVALID_ARGUMENT", "400"], class: "request.rejected" },
];

/**
 * `{ error: { code, message, status, details } }`, in an array where a stream was asked for, and sometimes framed as an
 * event. The reason in the details says more than the status, and the quota more than both.
 */
function readError(body: unknown): VendorError | undefined {
  const outer = typeof body === "string" ? unframed(body) : body;
  const { error } = asObject(Array.isArray(outer) ? outer[0] : outer);
  if (!isJsonObject(error)) return undefined;
  const details = asArray(error["details"]).map(asObject);
  const quotas = quotasOf(details);
  const reason = details.map((detail) => asString(detail["reason"])).find((one) => one !== undefined);
  return {
    type: kindOf(quotas) ?? asString(error["status"]) ?? cleanId(error["code"]),
    code: reason ?? quotas[0] ?? asString(error["status"]),
    message: asString(error["message"]),
    retryAfterMs: waitOf(details),
  };
}

function unframed(text: string): unknown {
  try {
    return parseJson(text.replace(/^\s*data:/, ""));
  } catch {
    // Words, from whoever stands in between.
    return undefined;
  }
}

function quotasOf(details: readonly Foreign[]): readonly string[] {
  const names = details.flatMap((detail) => [
    asObject(detail["metadata"])["quota_limit"],
    ...asArray(detail["violations"]).map((violation) => asObject(violation)["quotaId"]),
  ]);
  return names.filter((name) => typeof name === "string");
}

function kindOf(quotas: readonly string[]): string | undefined {
  return ["PerDay", "Tokens", "Requests"].find((kind) => quotas.some((quota) => quota.includes(kind)));
}

function waitOf(details: readonly Foreign[]): number | undefined {
  return details
    .map((detail) => parseDuration(asString(detail["retryDelay"])))
    .find((wait) => asNumber(wait) !== undefined);
}

function forgetSignatures(request: TargetRequest): TargetRequest {
  return {
    ...request,
    messages: request.messages.map((message): TargetMessage => {
      if (message.role !== "assistant") return message;
      const content = message.content.map((part) => {
        if (part.type === "opaque" || part.opaque === undefined) return part;
        const { thoughtSignature: _signature, ...opaque } = part.opaque;
        return { ...part, opaque };
      });
      return { ...message, content };
    }),
  };
}

function dropSampling(request: TargetRequest): TargetRequest {
  return { ...request, temperature: undefined, topP: undefined, topK: undefined };
}

function moveSystem(request: TargetRequest): TargetRequest {
  const { system, messages } = request;
  if (system === undefined) return request;
  const first: TargetMessage = { role: "user", content: [{ type: "text", text: system }] };
  return { ...request, system: undefined, messages: [first, ...messages] };
}

import type { FailureRow } from "./failure-table.ts";
import { asObject, asString } from "../foreign.ts";
import { readRpcStatus, RPC_LIMITS } from "./rpc-status.ts";
import { readAnyError, type VendorError } from "./vendor-error.ts";

/** What one cloud puts before an error of the model's own. */
const OF_MODEL = /^The model returned the following errors: /;

const PUBLISHER_MODEL = /^Publisher [Mm]odel\b/;
const PROJECT_WIDE = [
  "SERVICE_DISABLED",
  "CONSUMER_INVALID",
  "CONSUMER_SUSPENDED",
  "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
  "USER_PROJECT_DENIED",
];

/** What clouds that serve models of others say in their own words, and the status of one of them for a failed model. */
export const CLOUD_FAILURES: readonly FailureRow[] = [
  ...RPC_LIMITS,
  {
    status: 400,
    text: /^(?:The number of requests exceeds the service quota|Your (?:account|requests?) (?:has exceeded|exceeds?) (?:the |your )?(?:service )?quota)\b/,
    class: "rate.unknown",
  },
  // Access is the project's, and others are asked at the same host.
  { status: 404, text: PUBLISHER_MODEL, class: "model.not-found", scope: "key+model" },
  {
    status: 400,
    text: /^(?:Invocation of model ID \S{1,200} with on-demand throughput isn.t supported|Publisher [Mm]odel `?[^`\s]{1,200}`? (?:is not servable|is not supported) in (?:region|location)|The model is not (?:available|servable) in (?:this )?(?:region|location))\b/,
    class: "model.not-found",
  },
  {
    status: 400,
    text: /^Input (?:is too long for requested model\b|Tokens Exceeded: Number of input tokens exceeds maximum length\b)/,
    class: "request.context-length",
  },
  // The money is the project's.
  { code: "BILLING_DISABLED", class: "billing.exhausted" },
  // What a project, a token or an account may not do is so for all models.
  { status: 403, code: PROJECT_WIDE, class: "auth.forbidden", scope: "key" },
  { status: 400, type: "FAILED_PRECONDITION", class: "auth.forbidden" },
  {
    status: 403,
    text: /^(?:User: [\w:/@.+=,-]{1,200} is not authorized to perform|You don.t have access to the model\b|Your account is not authorized to invoke\b)/,
    class: "auth.forbidden",
  },
  { status: 424, class: "server.error" },
];

/** For `FailureTable.statuses`: what one of them names its errors inside a stream. */
export const CLOUD_STATUSES: Readonly<Record<string, number>> = {
  validationException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  modelTimeoutException: 408,
  modelErrorException: 424,
  modelStreamErrorException: 424,
  throttlingException: 429,
  serviceQuotaExceededException: 429,
  internalServerException: 500,
  serviceUnavailableException: 529,
  modelNotReadyException: 529,
};

/**
 * An error of a cloud that serves the vendor's models: `{ error: { code, status, message } }`, with more or less of it, or
 * `{ message }`, of which only what it says of the model is known not to be a gateway's.
 */
export function readCloudError(body: unknown): VendorError | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  const ofModel = asString(outer["message"])?.split(OF_MODEL)[1];
  if (ofModel !== undefined) return readAnyError(ofModel);
  const error = asObject(outer["error"]);
  const isCloud = asString(error["message"]) !== undefined && (error["code"] ?? error["status"]) !== undefined;
  if (!isCloud) return undefined;
  const { type, code, message: _, ...waits } = readRpcStatus(body) ?? {};
  const given = readAnyError(body);
  // Details say more than the status does, where there are any.
  const isTold = code !== undefined && code !== asString(error["status"]);
  return isTold ? { ...given, ...waits, type, code } : { ...given, ...waits };
}

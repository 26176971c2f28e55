import { isJsonObject } from "../../model/json.ts";
import { parseBoundedJson } from "../../model/json-structure.ts";
import type { FailureRow } from "./failure-table.ts";
import { asArray, asNumber, asObject, asString, type Foreign } from "../foreign.ts";
import { parseDuration } from "./retry-after.ts";
import type { VendorError } from "./vendor-error.ts";

/** The kind of quota, as read from the details. A short wait that stands beside a daily one means nothing. */
export const RPC_LIMITS: readonly FailureRow[] = [
  { type: "PerDay", class: "rate.daily" },
  { type: "Tokens", class: "rate.tokens" },
  { type: "Requests", class: "rate.requests" },
];

/** The canonical names of RPC errors (https://google.aip.dev/193). Put them behind rows that go by code or text. */
export const RPC_STATUSES: readonly FailureRow[] = [
  { status: 499, class: "server.error" },
  { status: 503, type: "UNAVAILABLE", class: "server.overloaded" },
  // Where the number is missing that decides otherwise.
  { inBand: true, type: "UNAVAILABLE", class: "server.overloaded" },
  { inBand: true, type: "RESOURCE_EXHAUSTED", class: "rate.unknown" },
  { inBand: true, type: ["INTERNAL", "CANCELLED", "ABORTED", "UNKNOWN"], class: "server.error" },
  { inBand: true, type: "DEADLINE_EXCEEDED", class: "timeout.upstream" },
  { inBand: true, type: "UNAUTHENTICATED", class: "auth.invalid" },
  { inBand: true, type: "PERMISSION_DENIED", class: "auth.forbidden" },
  { inBand: true, type: "NOT_FOUND", class: "model.not-found" },
  { inBand: true, type: "INVALID_ARGUMENT", class: "request.rejected" },
];

/**
 * `{ error: { code, message, status, details } }`, in an array where a stream was asked for, and sometimes framed as an
 * event. The reason in the details says more than the status, and the quota more than both.
 */
export function readRpcStatus(body: unknown): VendorError | undefined {
  const outer = typeof body === "string" ? unframed(body) : body;
  const { error } = asObject(Array.isArray(outer) ? outer[0] : outer);
  if (!isJsonObject(error)) return undefined;
  const details = asArray(error["details"]).map(asObject);
  const quotas = quotasOf(details);
  const reason = details.map((detail) => asString(detail["reason"])).find((one) => one !== undefined);
  return {
    type: kindOf(quotas) ?? asString(error["status"]),
    code: reason ?? quotas[0] ?? asString(error["status"]),
    message: asString(error["message"]),
    retryAfterMs: waitOf(details),
  };
}

function unframed(text: string): unknown {
  try {
    return parseBoundedJson(text.replace(/^\s*data:/, ""));
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

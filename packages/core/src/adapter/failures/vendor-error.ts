import { isJsonObject } from "../../model/json.ts";
import { parseBoundedJson } from "../../model/json-structure.ts";
import { asObject, asString, type Foreign } from "../foreign.ts";

/** What a vendor's error object says, under names that all vendors share. */
export interface VendorError {
  /** The kind of error in the vendor's words. */
  readonly type?: string | undefined;
  /** A finer code than `type`, where the vendor has one; numbers as text. */
  readonly code?: string | undefined;
  /** The request's parameter that is at fault. */
  readonly param?: string | undefined;
  /** The vendor's sentence. May quote the request: never shown unredacted. */
  readonly message?: string | undefined;
  /** The vendor's id of the request, where the body repeats it. */
  readonly requestId?: string | undefined;
  /** Stated in the body in a way of this vendor's own. */
  readonly retryAfterMs?: number | undefined;
}

const MAX_DEPTH = 4;
const INNER = ["error", "detail", "errors", "Error", "fault", "message"];
const MESSAGES = ["message", "msg", "Message", "error_description", "faultstring"];
const STATUSES = ["code", "status", "status_code", "http_status", "statusCode", "http_code", "raw_status_code"];

/** From an error object whose fields have these very names. */
export function readErrorFields(error: Foreign): VendorError {
  return {
    type: asString(error["type"]),
    code: codeOf(error["code"]),
    param: asString(error["param"]),
    message: asString(error["message"]),
  };
}

/**
 * The error in a body of whatever server stands in between: OpenAI's shape, FastAPI's `detail`, Google's and AWS's, a
 * bare text, one inside another, or as JSON in the text of another. What stands further inside says more.
 */
export function readAnyError(body: unknown, depth: number = MAX_DEPTH): VendorError | undefined {
  if (typeof body === "string") return readText(body, depth);
  const value: unknown = Array.isArray(body) ? body[0] : body;
  if (!isJsonObject(value) || depth === 0) return undefined;
  const own: VendorError = {
    type: asString(value["type"]) ?? asString(value["__type"]) ?? asString(value["status"]),
    code: codeOf(value["code"]),
    param: asString(value["param"]) ?? placeOf(value["loc"]),
    message: MESSAGES.map((name) => asString(value[name])).find((text) => text !== undefined),
  };
  const unpacked = own.message === undefined ? undefined : readJson(own.message, depth - 1);
  const inner = INNER.map((name) => readAnyError(value[name], depth - 1)).find((found) => found !== undefined);
  const all = merge(merge(own, unpacked), inner);
  return Object.values(all).every((part) => part === undefined) ? undefined : all;
}

/** A number from 400 to 599 that a body states where vendors put an HTTP status. */
export function statedStatus(body: unknown): number | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  const inner = asObject(outer["error"]);
  for (const place of [asObject(inner["error"]), inner, asObject(outer["detail"]), outer]) {
    for (const name of STATUSES) {
      const status = toStatus(place[name]);
      if (status !== undefined) return status;
    }
  }
  return undefined;
}

/** JSON whatever the content type says, else the text. */
export function parsedBody(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return parseBoundedJson(body);
  } catch {
    return body;
  }
}

function readText(text: string, depth: number): VendorError | undefined {
  return text === "" ? undefined : (readJson(text, depth) ?? { message: text });
}

/** Gateways put the error that they got into the text of theirs. */
function readJson(text: string, depth: number): VendorError | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const value = parsedBody(text);
  return typeof value === "string" ? undefined : readAnyError(value, depth);
}

function merge(outer: VendorError, inner: VendorError | undefined): VendorError {
  return {
    type: inner?.type ?? outer.type,
    code: inner?.code ?? outer.code,
    param: inner?.param ?? outer.param,
    message: inner?.message ?? outer.message,
  };
}

function codeOf(code: unknown): string | undefined {
  return typeof code === "number" ? String(code) : asString(code);
}

/** Where validators of Python's find the fault: `["body", "model"]`. */
function placeOf(place: unknown): string | undefined {
  return Array.isArray(place) ? asString(place.at(-1)) : undefined;
}

function toStatus(value: unknown): number | undefined {
  const status = typeof value === "string" && /^[45]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}

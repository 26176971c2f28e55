import type { RequestRepair } from "../../model/target.ts";
import type { FailureRow } from "../failures/failure-table.ts";
import { asString } from "../foreign.ts";
import { leaveOut, SCHEMA_IN_WORDS, withoutStreaming } from "../repairs/repairs.ts";
import { readAnyError, type VendorError } from "../failures/vendor-error.ts";

const unsupported = { status: [400, 422], class: "request.unsupported" } as const;
/** Fields without which it would be another request. */
const NEEDED = /^(?:model|messages|tools|tool_choice|function|parameters|name|content|role)$/;
const FORMAT = /^(?:response_format|json_schema|json_object)$/;

/** How validators of many kinds say that they do not know a field. */
const UNKNOWN_FIELD =
  /^(?:Invalid JSON payload received\. Unknown name |Extra inputs are not permitted, field: |Unknown parameter: |Unsupported parameter: |Unrecognized request argument supplied: |Argument not supported on this model: |Additional properties are not allowed \(|property |(?:json: )?unknown field )["'`]?(?<field>[\w.]{1,100})/i;
/** How servers say that only other models have a setting. */
const NOT_ENABLED = /^(?<field>[A-Z][a-z]{1,20}) (?:is|are) not enabled for this model\b/;
/** How servers say that they take JSON in another form, or in none. */
const NO_FORMAT =
  /^(?:This response_format type is unavailable\b|This model does not support response format\b|'response_format\.type' must be\b|[`'"]?response_format[`'"]?(?: of type [`'"]?\w{1,20}[`'"]?)? (?:is|are) not supported\b|(?:Invalid|Unsupported) (?:value for )?[`'"]?response_format\b)/i;

/** How servers fail that speak this format, beside the words of its vendor. */
export const CHAT_REFUSALS: readonly FailureRow[] = [
  { code: "tool_use_failed", class: "output.malformed" },
  { status: 400, text: /^Incorrect API key provided\b/i, class: "auth.invalid" },
  { status: 403, text: /^[\w/.:-]{1,100} requires moderation on \w/, class: "policy.input-blocked" },
  {
    status: 403,
    text: /^Your (?:newly created )?team (?:[\w-]{1,60} )?(?:doesn't have any credits|has (?:either )?used all available credits)/i,
    class: "billing.exhausted",
  },
  { ...unsupported, text: NO_FORMAT, capability: "jsonOutput", repair: SCHEMA_IN_WORDS },
  {
    ...unsupported,
    param: ["response_format", "response_format.type"],
    code: ["unsupported_parameter", "unsupported_value", "unknown_parameter", "invalid_value"],
    capability: "jsonOutput",
    repair: SCHEMA_IN_WORDS,
  },
  { ...unsupported, type: ["extra_forbidden", "value_error.extra"], repair: withoutField },
  { ...unsupported, text: /^Extra (?:inputs|fields) (?:are )?not permitted$/i, repair: withoutField },
  { ...unsupported, text: UNKNOWN_FIELD, repair: withoutField },
  { ...unsupported, text: NOT_ENABLED, repair: withoutField },
];

/** Any JSON error is theirs. */
export function readChatError(body: unknown): VendorError | undefined {
  const error = typeof body === "string" ? undefined : readAnyError(body);
  return error?.message !== undefined && (error.code ?? error.type) !== undefined ? error : undefined;
}

/** A field inside of messages or tools goes as one of the request itself does. */
function withoutField({ param, message = "" }: VendorError): RequestRepair | undefined {
  const named = fieldIn(UNKNOWN_FIELD, message) ?? fieldIn(NOT_ENABLED, message)?.toLowerCase() ?? param ?? "";
  const field = named.split(".").at(-1) ?? "";
  if (FORMAT.test(field)) return SCHEMA_IN_WORDS;
  if (field === "stream") return withoutStreaming();
  return field === "" || NEEDED.test(field) ? undefined : leaveOut(field);
}

function fieldIn(sentence: RegExp, message: string): string | undefined {
  return asString(sentence.exec(message)?.groups?.["field"]);
}

import type { Cut } from "../../faults/fault.ts";
import type { VendorErrorName } from "../../simulators/wire.ts";

/** Where, as the cases that vary it call it. `later` is after text. */
type Where = "headers" | "preamble" | "later" | "content" | "evidence";
export type GatewayCode = 401 | 402 | 403 | 404 | "404-model" | 408 | 413 | 429 | 500 | 502 | 503 | 504 | 524 | 529;

/** Errors by their common name that every vendor has. */
export type NamedError = Exclude<VendorErrorName, "daily-limit" | "concurrency-limit" | "spend-limit">;
export type StatusCode = 400 | 402 | 404 | 408 | 409 | 418 | 422 | 429 | 500 | 502 | 503 | 504 | 529;

/** The cases of the conformance kit that an adapter may be exempted from. */
export type CaseId =
  | `error.${NamedError}`
  | `status.${StatusCode | 204 | 600 | 999 | "000"}`
  | `phrase.${"503-foreign" | "429-foreign" | "429-umlaut" | "429-latin1" | "503-none" | "401-foreign"}`
  | `headers.${"reset" | "close" | "not-http" | "flood"}`
  | `page.${200 | 403 | 502}`
  | `json.${"stranger" | "error" | "answer"}`
  | "empty-body"
  | `silence.${"all" | Exclude<Where, "content">}`
  | `keep-alives.${"only" | "preamble" | "later" | "some"}`
  | `heartbeat.${"empty" | "ping" | "comment"}.${Exclude<Where, "preamble">}`
  | `early-finish.${"every" | "first" | "first-and-last" | "paused"}`
  | `early-finish.${"every" | "first" | "first-and-last"}.${"fin" | "reset"}`
  | `broken-off.${"abort" | "cancelled" | "error" | "failed" | "timeout"}.${"text" | "tool-call"}`
  | `cut.${Cut}.${Where | "in-event" | "in-character"}`
  | `body.${"gzip-cut" | "bad-chunk-size" | "too-short" | "too-long" | "open-end"}`
  | `in-band.${"preamble" | "headers" | "later" | "evidence" | "nested" | "failed" | "bare" | "rate-limited" | "out-of-quota"}`
  | `gateway.${GatewayCode}.${"number" | "string"}.${"headers" | "later"}`
  | `wait.${41_054 | 17_000}.${"preamble" | "later" | "nested" | "failed" | "gateway"}`
  | `usage.${"300-ms-late" | "1500-ms-late" | "shrinks"}`
  | `event.${"malformed" | "invalid-utf8" | "oversized" | "second-terminal" | "no-evidence" | "late" | "unknown" | "split-surrogate" | "dripped"}`
  | SingleCaseId
  | DeadCaseId
  | RequestCaseId
  | AnswerCaseId;

/** Cases with a test of their own. */
export type SingleCaseId = "refused-connection" | "redirect" | "stated-wait" | "wrong-options";
/** Pooled connections that died idle: how, and how many at once. */
export type DeadCaseId = `dead.${"closed" | "fin" | "reset"}.${1 | 4 | 12}`;

/** What of a request has to arrive. */
export type RequestCaseId =
  | `request.${"model" | "system" | "roles" | "user-parts" | "verbatim" | "prefill" | "everything"}`
  | `request.${"tools" | "no-arguments" | "tool-choice" | "json" | "json-schema" | "vendor-options" | "tool-options"}`
  | `request.${"max-output-tokens" | "temperature" | "top-p" | "top-k" | "seed" | "stop" | "effort" | "budget"}`
  | `request.${"cache" | "user-id" | "headers" | "fetch" | "request-id" | "frozen"}`
  | `history.${"calls" | "arguments" | "call-ids" | "id-rule" | "results" | "is-error" | "foreign" | "own-reasoning" | "refusal"}`
  | `media.${"image" | "image-url" | "pdf" | "text-file" | "file-name" | "citations" | "audio" | "vendor-file"}`
  | `media.${"tool-result" | "answer"}`;

/** What of a good answer has to be read, streamed (`stream`) and in one piece (`generate`). */
export type AnswerCaseId =
  `answer.${"text" | "length" | "future-finish" | "future-finish-call" | "calls" | "everything"}`;

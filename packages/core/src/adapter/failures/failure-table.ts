import type { FailureClass, FailureScope } from "../../model/failure.ts";
import type { Capabilities, RequestRepair, TargetRequest } from "../../model/target.ts";
import type { VendorError } from "./vendor-error.ts";

/**
 * One line of a vendor's table of failures: every condition that is given has to hold. Rows are read from the top and
 * the first that fits wins, so put codes before types and types before texts.
 */
export interface FailureRow {
  /** The HTTP status, or any of these. */
  readonly status?: number | readonly number[] | undefined;
  /** Only errors inside a stream or a body with status 200 that do not state their own status. */
  readonly inBand?: true | undefined;
  /** The vendor's `type` of the error, or any of these. */
  readonly type?: string | readonly string[] | undefined;
  /** The vendor's `code` of the error, any of these, or a pattern for it. */
  readonly code?: string | readonly string[] | RegExp | undefined;
  /** The request's parameter at fault, as the vendor names it, or any of these. */
  readonly param?: string | readonly string[] | undefined;
  /**
   * The last resort: wordings change. Begins with `^` and spells the vendor's own sentence out, without a wildcard that
   * spans words: messages quote what users wrote, and that must not match. Searched in the first 2 KiB of the message.
   * A group named `window` is the context window in tokens.
   */
  readonly text?: RegExp | undefined;
  /** The class of a failure that fits this row. */
  readonly class: FailureClass;
  /** Overrides the scope of the class's rule. */
  readonly scope?: FailureScope | undefined;
  /** For `request.unsupported`: what the next tier has to have. */
  readonly capability?: keyof Capabilities | undefined;
  /**
   * One further attempt with a changed request; undefined when this error does not say what to change. `request` is the
   * refused one, with the repairs that did not help; it is missing where the classifier was not given it.
   */
  readonly repair?:
    | RequestRepair
    | ((error: VendorError, request: TargetRequest | undefined) => RequestRepair | undefined)
    | undefined;
}

/** What an adapter knows about its vendor's failures. Pure data but for its reader. */
export interface FailureTable {
  /** Read from the top; an error that fits no row is classified by its status. */
  readonly rows: readonly FailureRow[];
  /** The vendor's error in a parsed body; undefined when the body is none of this vendor's. */
  readonly readError: (body: unknown) => VendorError | undefined;
  /** Response headers that hold the request's id, best first. */
  readonly requestIdHeaders: readonly string[];
  /** How the names of rate-limit headers begin: what it matches is cut off. */
  readonly rateLimitPrefix?: string | RegExp | undefined;
  /** What a 429 may be about: the first limit of which nothing remains. */
  readonly limits?: readonly LimitHeaders[] | undefined;
  /** The status that goes with an error's type, for errors inside a stream or a body that state none. */
  readonly statuses?: Readonly<Record<string, number>> | undefined;
}

/** Of one limit, the names of its headers without the prefix. */
export interface LimitHeaders {
  /** The class of a 429 when nothing of this limit remains. */
  readonly class: "rate.requests" | "rate.tokens" | "rate.daily" | "rate.concurrency";
  /** Holds how much is left of the limit. */
  readonly remaining: string;
  /** When it is full again. */
  readonly reset: string;
}

const TEXT_CHARS = 2_048;

/** The status that the response or the error states, and the one that counts. */
export interface RowStatus {
  readonly stated: number | undefined;
  readonly status: number | undefined;
}

export function matchRow(
  rows: readonly FailureRow[],
  error: VendorError,
  { stated, status }: RowStatus,
): FailureRow | undefined {
  const text = textOf(error);
  return rows.find(
    (row) =>
      isOneOf(row.status, status) &&
      (row.inBand === undefined || stated === undefined) &&
      isOneOf(row.type, error.type) &&
      (row.code instanceof RegExp ? row.code.test(error.code ?? "") : isOneOf(row.code, error.code)) &&
      isOneOf(row.param, error.param) &&
      (row.text === undefined || row.text.test(text)),
  );
}

/** The context window that the matched sentence states, in tokens. */
export function windowOf(row: FailureRow | undefined, error: VendorError): number | undefined {
  const window = row?.text?.exec(textOf(error))?.groups?.["window"];
  return window === undefined ? undefined : Number(window.replaceAll(",", ""));
}

function textOf({ message = "" }: VendorError): string {
  return message.slice(0, TEXT_CHARS);
}

function isOneOf<Value>(wanted: Value | readonly Value[] | undefined, value: Value | undefined): boolean {
  if (wanted === undefined) return true;
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}

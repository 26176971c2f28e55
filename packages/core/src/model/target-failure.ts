import { isMarked } from "./error.ts";
import { cleanId, cleanLine } from "./clean-text.ts";
import type { FailureClass, FailureScope } from "./failure.ts";
import type { Capabilities, TargetRequest } from "./target.ts";

const MARKER: unique symbol = Symbol.for("understudy.target-failure");

/** How to ask again after a rejection that the adapter understands. */
export interface Repair {
  /** What is changed, in a few words, for the trace. */
  readonly description: string;
  /** Returns the changed request; the one given stays as it is. */
  readonly apply: (request: TargetRequest) => TargetRequest;
}

/** What is known of a failure beside its class. */
export interface TargetFailureDetails {
  /** Overrides the scope of the class's rule. */
  readonly scope?: FailureScope | undefined;
  /** The HTTP status, or one that an error inside a 200 states. */
  readonly status?: number | undefined;
  /** The vendor's own code; dropped unless it is made of at most 64 harmless characters. */
  readonly vendorCode?: string | undefined;
  /** The vendor's id of the request; dropped unless it is made of at most 64 harmless characters. */
  readonly requestId?: string | undefined;
  /** The vendor's own words; cut and redacted by the adapter helpers. */
  readonly vendorMessage?: string | undefined;
  /** What is wrong in our own words, without any content of request or answer. */
  readonly explanation?: string | undefined;
  /** Time the vendor stated until trying again can help. */
  readonly retryAfterMs?: number | undefined;
  /** The vendor forbids to ask again (`x-should-retry: false`). */
  readonly repeatForbidden?: boolean | undefined;
  /** The connection died before any byte of the response. */
  readonly beforeResponse?: boolean | undefined;
  /** Whether the connection had carried a request before, where the transport knows. */
  readonly connection?: "new" | "reused" | undefined;
  /** For `request.unsupported`: what the next tier has to have. */
  readonly capability?: keyof Capabilities | undefined;
  /** For `request.context-length`: the limit the vendor stated, in tokens. */
  readonly contextWindow?: number | undefined;
  /** One further attempt with a changed request. */
  readonly repair?: Repair | undefined;
  /** What the response said about remaining quota. */
  readonly rateLimits?:
    | {
        /** By header name without the vendor's prefix. */
        readonly [name: string]: string;
      }
    | undefined;
}

/**
 * What an adapter throws. Classified once, in the adapter; the engine decides on the class and never on text.
 * Its message is made from class and status only.
 */
export class TargetFailure extends Error {
  /** Always `TargetFailure`. */
  override readonly name: string = "TargetFailure";
  /** What kind of failure it is: the key into the failure rules. */
  readonly class: FailureClass;
  /** What else is known. Not enumerable: it may hold the vendor's words. */
  declare readonly details: TargetFailureDetails;

  constructor(failureClass: FailureClass, details: TargetFailureDetails = {}) {
    super(details.status === undefined ? failureClass : `${failureClass} (status ${details.status})`);
    this.class = failureClass;
    Object.defineProperty(this, MARKER, { value: true });
    // Not enumerable: it holds the vendor's words.
    Object.defineProperty(this, "details", { value: checked(details) });
  }
}

function checked(details: TargetFailureDetails): TargetFailureDetails {
  const { retryAfterMs, vendorCode, requestId, repair } = details;
  // NaN or a negative wait would never end; `>= 0` is false for both.
  const isTime = retryAfterMs !== undefined && retryAfterMs >= 0;
  return {
    ...details,
    retryAfterMs: isTime ? retryAfterMs : undefined,
    // They end up in messages, events and traces.
    vendorCode: cleanId(vendorCode),
    requestId: cleanId(requestId),
    repair: repair && { ...repair, description: cleanLine(repair.description) },
  };
}

export function isTargetFailure(value: unknown): value is TargetFailure {
  return isMarked(value, MARKER);
}

/** Every throwable has a class: what is not a `TargetFailure` is the adapter's own mistake. */
export function toTargetFailure(error: unknown): TargetFailure {
  if (isTargetFailure(error)) return error;
  return new TargetFailure("adapter.threw", { vendorCode: error instanceof Error ? error.name : typeof error });
}

/** The same for what an adapter throws before it sends anything: that says nothing about the vendor's health. */
export function toUnsentFailure(error: unknown): TargetFailure {
  return isTargetFailure(error) ? error : new TargetFailure("adapter.contract", toTargetFailure(error).details);
}

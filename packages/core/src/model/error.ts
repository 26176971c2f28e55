import type { ErrorCode } from "./failure.ts";
import type { ReasoningPart, TextPart } from "./parts.ts";
import type { AttemptRecord } from "./trace.ts";

const MARKER: unique symbol = Symbol.for("understudy.error");
const FACTS = ["scope", "reason", "retryAfterMs", "status", "vendorCode", "requestId"] as const;

/** What an `UnderstudyError` is made of. */
export interface UnderstudyErrorDetails {
  /** What a caller branches on. */
  readonly code: ErrorCode;
  /** What went wrong and how to fix it, without any content of request or answer. */
  readonly message: string;
  /** Which deadline (`start`, `total`), or what the failure belongs to. */
  readonly scope?: string | undefined;
  /** Why, where the code leaves it open: a failure class, or `consumer-idle`. */
  readonly reason?: string | undefined;
  /** Milliseconds until trying again can help, where known. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** The vendor's own code for the failure. */
  readonly vendorCode?: string | undefined;
  /** The vendor's id of the failed request. */
  readonly requestId?: string | undefined;
  /** The vendor's own words, redacted. Kept, but not enumerable. */
  readonly vendorMessage?: string | undefined;
  /** Every attempt of the call, in order. Default: none. */
  readonly attempts?: readonly AttemptRecord[] | undefined;
  /** What was delivered before the failure. Kept, but not enumerable. */
  readonly partial?: PartialAnswer | undefined;
  /** What was thrown underneath. */
  readonly cause?: unknown;
}

/** What was delivered before the call failed. Never holds a tool call: those of a broken answer must not be run. */
export interface PartialAnswer {
  /** All text that reached the consumer from the last attempt. */
  readonly text: string;
  /** Text and reasoning as far as they came. */
  readonly content: readonly (TextPart | ReasoningPart)[];
  /** Names of the tools that the answer had begun to call, in order; without ids and arguments. */
  readonly unreleasedToolCalls: readonly string[];
}

/**
 * The one error type callers see. Message, stack, `inspect` output and JSON never hold a key, a prompt or a completion:
 * `partial` and `vendorMessage` are there to be read, but not enumerable.
 */
export class UnderstudyError extends Error {
  /** Always `UnderstudyError`. */
  override readonly name: string = "UnderstudyError";
  /** What to branch on. */
  readonly code: ErrorCode;
  /** Which deadline (`start`, `total`), or what the failure belongs to. */
  declare readonly scope?: string | undefined;
  /** Why, where the code leaves it open: a failure class, or `consumer-idle`. */
  declare readonly reason?: string | undefined;
  /** Milliseconds until trying again can help, where known. */
  declare readonly retryAfterMs?: number | undefined;
  /** The HTTP status of the failure that decided, where there was one. */
  declare readonly status?: number | undefined;
  /** The vendor's own code for it, where it gave one that is safe to show. */
  declare readonly vendorCode?: string | undefined;
  /** The vendor's id of the failed request, for its support. */
  declare readonly requestId?: string | undefined;
  /** Every attempt of the call, in order; empty when none was made. */
  readonly attempts: readonly AttemptRecord[];
  /** What was delivered before the call failed. Not enumerable. */
  declare readonly partial?: PartialAnswer | undefined;
  /** The vendor's own words, redacted and cut to 500 characters. Not enumerable: it may repeat parts of the prompt. */
  declare readonly vendorMessage?: string | undefined;

  constructor(details: UnderstudyErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.attempts = details.attempts ?? [];
    for (const fact of FACTS) if (details[fact] !== undefined) Object.assign(this, { [fact]: details[fact] });
    Object.defineProperty(this, MARKER, { value: true });
    Object.defineProperty(this, "partial", { value: details.partial });
    Object.defineProperty(this, "vendorMessage", { value: details.vendorMessage });
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), { value: () => describe(this) });
  }

  /** Everything but `partial`, `vendorMessage`, stack and cause: safe to log. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, attempts } = this;
    return { name, message, code, ...Object.fromEntries(FACTS.map((fact) => [fact, this[fact]])), attempts };
  }
}

/** What a caller handed over cannot be used. */
export function misuse(code: "config" | "invalid-request", message: string, cause?: unknown): UnderstudyError {
  return new UnderstudyError({ code, message, cause });
}

function describe(error: UnderstudyError): string {
  const lines = [error.stack ?? `${error.name}: ${error.message}`, `  code: ${error.code}`];
  for (const attempt of error.attempts) {
    lines.push(`  attempt ${attempt.attempt}: ${attempt.tier} ${attempt.class ?? attempt.outcome}`);
  }
  // Only our own errors are shown: a caller's abort reason may hold anything.
  if (isUnderstudyError(error.cause)) lines.push(`  cause: ${error.cause.code}: ${error.cause.message}`);
  return lines.join("\n");
}

/**
 * Recognises the error by a marker, so that two installed copies of the package still know each other's. Throws nothing,
 * whatever is asked about.
 */
export function isUnderstudyError(value: unknown): value is UnderstudyError {
  return isMarked(value, MARKER);
}

export function isMarked(value: unknown, marker: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && marker in value;
  } catch {
    // A proxy of another library's.
    return false;
  }
}

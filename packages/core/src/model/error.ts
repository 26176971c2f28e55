import type { ErrorCode } from "./failure.ts";
import type { ReasoningPart, TextPart } from "./parts.ts";
import type { AttemptRecord } from "./trace.ts";

const MARKER: unique symbol = Symbol.for("understudy.error");
const FACTS = ["scope", "reason", "retryAfterMs", "status", "vendorCode", "requestId"] as const;

export interface UnderstudyErrorDetails {
  readonly code: ErrorCode;
  readonly message: string;
  /** Which deadline (`start`, `total`), or what the failure belongs to. */
  readonly scope?: string | undefined;
  /** Why, where the code leaves it open: a failure class, or `consumer-idle`. */
  readonly reason?: string | undefined;
  /** Milliseconds until trying again can help, where known. */
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly vendorCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly vendorMessage?: string | undefined;
  readonly attempts?: readonly AttemptRecord[] | undefined;
  readonly partial?: PartialAnswer | undefined;
  readonly cause?: unknown;
}

/** What was delivered before the call failed. Never holds a tool call: nobody may act on one of an answer that broke. */
export interface PartialAnswer {
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
  override readonly name: string = "UnderstudyError";
  readonly code: ErrorCode;
  declare readonly scope?: string | undefined;
  declare readonly reason?: string | undefined;
  declare readonly retryAfterMs?: number | undefined;
  declare readonly status?: number | undefined;
  declare readonly vendorCode?: string | undefined;
  declare readonly requestId?: string | undefined;
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
    // A proxy of somebody else's.
    return false;
  }
}

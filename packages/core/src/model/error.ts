import type { ErrorCode } from "./failure.ts";
import type { ReasoningPart, TextPart } from "./parts.ts";
import { wordsOf, type AttemptRecord, type Trace } from "./trace.ts";
import type { UsageTotal } from "./usage.ts";

const MARKER: unique symbol = Symbol.for("understudy.error");
const FACTS = ["callId", "scope", "reason", "retryAfterMs", "status", "vendorCode", "requestId"] as const;
/** They hold what users wrote, or would bury everything else when an uncaught error is printed. */
const HIDDEN = ["trace", "usageTotal", "issues", "partial", "vendorMessage"] as const;

/** What an `UnderstudyError` is made of. */
export interface UnderstudyErrorDetails {
  /** What a caller branches on. */
  readonly code: ErrorCode;
  /** What went wrong and how to fix it, without any content of request or answer. */
  readonly message: string;
  /** Which call of the chain it was, as in events and traces. */
  readonly callId?: number | undefined;
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
  /** What the call did: its attempts, and what it passed over. Kept, but not enumerable. */
  readonly trace?: Trace | undefined;
  /** Tokens of all attempts. Kept, but not enumerable. */
  readonly usageTotal?: UsageTotal | undefined;
  /** What does not fit the schema, one sentence each. Kept, but not enumerable. */
  readonly issues?: readonly string[] | undefined;
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
 * `partial`, `issues` and `vendorMessage` are there to be read, but not enumerable. The stack begins where the caller called.
 */
export class UnderstudyError extends Error {
  /** Always `UnderstudyError`. */
  override readonly name: string = "UnderstudyError";
  /** What to branch on. */
  readonly code: ErrorCode;
  /** Which call of the chain it was, as in events and traces; absent when none had begun. */
  declare readonly callId?: number | undefined;
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
  /** What the call did: its attempts, and what it passed over; absent when none had begun. Not enumerable. */
  declare readonly trace?: Trace | undefined;
  /** Tokens of all attempts: failed ones are usually billed too. Not enumerable. */
  declare readonly usageTotal?: UsageTotal | undefined;
  /**
   * What does not fit the schema, one sentence each, in its library's words. Not enumerable: they may repeat parts of the
   * answer.
   */
  declare readonly issues?: readonly string[] | undefined;
  /** What was delivered before the call failed. Not enumerable. */
  declare readonly partial?: PartialAnswer | undefined;
  /** The vendor's own words, redacted and cut to 500 characters. Not enumerable: it may repeat parts of the prompt. */
  declare readonly vendorMessage?: string | undefined;

  constructor(details: UnderstudyErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    for (const fact of FACTS) if (details[fact] !== undefined) Object.assign(this, { [fact]: details[fact] });
    Object.defineProperty(this, MARKER, { value: true });
    for (const name of HIDDEN) Object.defineProperty(this, name, { value: details[name] });
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), { value: () => describe(this) });
  }

  /** Every attempt of the call, in order, as in `trace`; empty when none was made. */
  get attempts(): readonly AttemptRecord[] {
    return this.trace?.attempts ?? [];
  }

  /** Everything but `partial`, `issues`, `vendorMessage`, stack and cause, with the fields of `trace`: safe to log. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, attempts, usageTotal, trace } = this;
    const facts = Object.fromEntries(FACTS.map((fact) => [fact, this[fact]]));
    return { name, message, code, ...facts, attempts, usageTotal, ...trace };
  }
}

/** What a caller handed over cannot be used. */
export function misuse(code: "config" | "invalid-request", message: string, cause?: unknown): UnderstudyError {
  return new UnderstudyError({ code, message, cause });
}

/** What printing it shows. Nothing of the cause: the first attempt is there, and a caller's reason may hold anything. */
function describe(error: UnderstudyError): string {
  const lines = [String(error.stack ?? error)];
  for (const fact of ["code", ...FACTS] as const)
    if (error[fact] !== undefined) lines.push(`  ${fact}: ${error[fact]}`);
  for (const attempt of error.attempts) {
    const { endedMs, requestId = "" } = attempt;
    lines.push(
      `  attempt ${attempt.attempt}: ${wordsOf(attempt)}, after ${Math.round(endedMs)} ms ${requestId}`.trimEnd(),
    );
  }
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

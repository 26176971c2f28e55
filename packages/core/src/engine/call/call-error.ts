import {
  isUnderstudyError,
  UnderstudyError,
  type PartialAnswer,
  type UnderstudyErrorDetails,
} from "../../model/error.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import { listed } from "../../model/rules.ts";
import { placeOf, reasonOf, wordsOf, type AttemptRecord, type Trace } from "../../model/trace.ts";
import type { UsageTotal } from "../../model/usage.ts";

/** More would bury the beginning. */
const MOST_LISTED = 8;

/** An attempt that failed, with what it threw. */
export interface FailedAttempt {
  readonly record: AttemptRecord;
  readonly failure: TargetFailure;
  /** What of its answer does not fit the schema. */
  readonly issues: readonly string[] | undefined;
}

export interface CallErrorContext {
  readonly failed: readonly FailedAttempt[];
  readonly trace: Trace;
  readonly usageTotal: UsageTotal;
  readonly partial: PartialAnswer | undefined;
  /** Milliseconds until the chain itself would try again; undefined when it may now, or the time is not known. */
  readonly retryAfterMs: number | undefined;
}

/** Why a call was stopped before its candidates ran out. */
export interface Stop {
  readonly class: FailureClass;
  readonly message: string;
  readonly scope?: string | undefined;
  readonly reason?: string | undefined;
  /** The caller's own reason, for an abort. */
  readonly cause?: unknown;
}

/** The error of one attempt, as it appears as a cause. */
function attemptError(attempt: FailedAttempt): UnderstudyError {
  const { record, failure } = attempt;
  const error = new UnderstudyError({
    code: FAILURE_RULES[failure.class].code,
    message: `Attempt ${record.attempt} at ${wordsOf(record)}.`,
    scope: record.scope,
    retryAfterMs: failure.details.retryAfterMs,
    ...vendorDetails(attempt),
  });
  // Printed below another error it is one line: frames of ours and facts that its message holds would bury the rest.
  error.stack = String(error);
  for (const fact of Object.keys(error)) if (fact !== "code") Object.defineProperty(error, fact, { enumerable: false });
  return error;
}

/** A call that was stopped has the code of what stopped it. */
export function stoppedError(stop: Stop, context: CallErrorContext): UnderstudyError {
  return new UnderstudyError({
    code: FAILURE_RULES[stop.class].code,
    message: stop.message,
    scope: stop.scope,
    reason: stop.reason ?? stop.class,
    ...callDetails(context, stop.cause),
  });
}

/** The policy ended the call at this failure. */
export function finalError(last: FailedAttempt, context: CallErrorContext): UnderstudyError {
  return new UnderstudyError({
    code: FAILURE_RULES[last.failure.class].code,
    message: `The call ended when attempt ${last.record.attempt} at ${wordsOf(last.record)}.`,
    ...callDetails(context),
    ...vendorDetails(last),
  });
}

/** A chain that ran out has the code its failed attempts share, else `all-failed`. */
export function exhaustedError(context: CallErrorContext, isBudgetSpent: boolean): UnderstudyError {
  const { failed, trace } = context;
  const [first] = failed;
  const skips = listed(
    trace.skipped.map((skip) => `${placeOf(skip)} ${reasonOf(skip)}`),
    MOST_LISTED,
  );
  if (first === undefined) {
    const unsupported = trace.skipped.every((skip) => skip.reason === "unsupported");
    return new UnderstudyError({
      code: unsupported ? "unsupported" : "all-failed",
      message: `No candidate could be tried: ${skips}.`,
      reason: "engine.no-target",
      ...callDetails(context),
    });
  }
  const codes = new Set(failed.map(({ failure }) => FAILURE_RULES[failure.class].code));
  const [shared] = codes;
  const list = listed(
    failed.map(({ record }) => `${record.attempt} ${wordsOf(record)}`),
    MOST_LISTED,
  );
  const notTried = skips === "" ? "" : ` Not tried: ${skips}.`;
  const what = isBudgetSpent ? "attempt" : "candidate";
  return new UnderstudyError({
    code: codes.size === 1 && shared !== undefined ? shared : "all-failed",
    message: `No ${what} is left after ${failed.length} failed ${failed.length === 1 ? "attempt" : "attempts"}: ${list}.${notTried}`,
    reason: isBudgetSpent ? "engine.budget" : "engine.no-target",
    ...callDetails(context),
    ...(failed.length === 1 ? vendorDetails(first) : undefined),
  });
}

/** A function of the caller threw in mid-call, or a mistake of our own: the call still says what it had done. */
export function brokenError(error: unknown, context: CallErrorContext): UnderstudyError {
  const known = isUnderstudyError(error) ? error : undefined;
  return new UnderstudyError({
    code: known?.code ?? "adapter-error",
    message: known?.message ?? "The engine failed unexpectedly; see the cause.",
    reason: known?.reason,
    ...callDetails(context),
    cause: known === undefined ? error : known.cause,
  });
}

/** By the time that a call fails only frames of ours are left: the stack begins where the caller called. */
export function withCaller(error: UnderstudyError, caller: { readonly stack?: unknown }): void {
  try {
    const frames = /\n +at .*/s.exec(String(caller.stack))?.[0];
    if (frames !== undefined) error.stack = String(error) + frames.replaceAll(/\n.*node:internal.*/g, "");
  } catch {
    // It is made when it is read, by a function that the application may have replaced.
  }
}

/** What a call had done. The first attempt is the cause: a later tier's failure must not hide the primary's outage. */
function callDetails(
  { failed, trace, usageTotal, partial, retryAfterMs }: CallErrorContext,
  cause: unknown = failed[0] && attemptError(failed[0]),
): Partial<UnderstudyErrorDetails> {
  return { callId: trace.callId, trace, usageTotal, partial, retryAfterMs, cause };
}

function vendorDetails({ failure, issues }: FailedAttempt): Partial<UnderstudyErrorDetails> {
  const { status, vendorCode, requestId, vendorMessage } = failure.details;
  return { reason: failure.class, status, vendorCode, requestId, vendorMessage, issues };
}

import {
  isUnderstudyError,
  UnderstudyError,
  type PartialAnswer,
  type UnderstudyErrorDetails,
} from "../../model/error.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { AttemptRecord, SkipRecord } from "../../model/trace.ts";

/** An attempt that failed, with what it threw. */
export interface FailedAttempt {
  readonly record: AttemptRecord;
  readonly failure: TargetFailure;
}

export interface CallErrorContext {
  readonly failed: readonly FailedAttempt[];
  readonly attempts: readonly AttemptRecord[];
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
function attemptError({ record, failure }: FailedAttempt): UnderstudyError {
  return new UnderstudyError({
    code: FAILURE_RULES[failure.class].code,
    message: `Attempt ${record.attempt} at ${describe(record)}.`,
    scope: record.scope,
    retryAfterMs: failure.details.retryAfterMs,
    attempts: [record],
    ...vendorDetails({ record, failure }),
  });
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
    message: `The call ended with attempt ${last.record.attempt} at ${describe(last.record)}.`,
    ...callDetails(context),
    ...vendorDetails(last),
  });
}

/** A chain that ran out has the code its failed attempts share, else `all-failed`. */
export function exhaustedError(
  context: CallErrorContext,
  skipped: readonly SkipRecord[],
  isBudgetSpent: boolean,
): UnderstudyError {
  const { failed } = context;
  const [first] = failed;
  if (first === undefined) return nothingTriedError(skipped, context.retryAfterMs);
  const codes = new Set(failed.map(({ failure }) => FAILURE_RULES[failure.class].code));
  const [shared] = codes;
  const list = failed.map(({ record }) => `${record.attempt} ${describe(record)}`).join("; ");
  const ending = isBudgetSpent ? "No attempt (maxAttempts)" : "No candidate";
  return new UnderstudyError({
    code: codes.size === 1 && shared !== undefined ? shared : "all-failed",
    message: `${ending} is left after ${failed.length} failed ${failed.length === 1 ? "attempt" : "attempts"}: ${list}.`,
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
    attempts: context.attempts,
    partial: context.partial,
    cause: known === undefined ? error : known.cause,
  });
}

function nothingTriedError(skipped: readonly SkipRecord[], retryAfterMs: number | undefined): UnderstudyError {
  const unsupported = skipped.every((skip) => skip.reason === "unsupported");
  const list = skipped.map(
    (skip) => `${skip.tier} ${skip.reason}${skip.detail === undefined ? "" : ` (${skip.detail})`}`,
  );
  return new UnderstudyError({
    code: unsupported && skipped.length > 0 ? "unsupported" : "all-failed",
    message: `No candidate could be tried: ${list.join("; ")}.`,
    reason: "engine.no-target",
    retryAfterMs,
  });
}

/** What a call had done. The first attempt is the cause: a later tier's failure must not hide the primary's outage. */
function callDetails(
  { failed, attempts, partial, retryAfterMs }: CallErrorContext,
  cause: unknown = failed[0] && attemptError(failed[0]),
): Partial<UnderstudyErrorDetails> {
  return { attempts, partial, retryAfterMs, cause };
}

function vendorDetails({ failure }: FailedAttempt): Partial<UnderstudyErrorDetails> {
  const { status, vendorCode, requestId, vendorMessage } = failure.details;
  return { reason: failure.class, status, vendorCode, requestId, vendorMessage };
}

function describe(record: AttemptRecord): string {
  const status = record.status === undefined ? "" : ` (${record.status})`;
  const code = record.vendorCode === undefined ? "" : ` ${record.vendorCode}`;
  const explanation = record.explanation === undefined ? "" : `: ${record.explanation}`;
  return `${record.tier} failed with ${record.class ?? record.outcome}${status}${code}${explanation}`;
}

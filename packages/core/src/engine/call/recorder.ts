import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { AttemptRecord, SkipRecord, Trace } from "../../model/trace.ts";
import { sumUsage, type UsageTotal } from "../../model/usage.ts";
import type { AttemptRun } from "../attempt/attempt.ts";
import type { FailedAttempt } from "./call-error.ts";

/** How an attempt came about and how it ended, as far as the run itself does not know. */
export interface AttemptEnding {
  readonly outcome: AttemptRecord["outcome"];
  readonly failure?: TargetFailure | undefined;
  readonly repeat?: AttemptRecord["repeat"];
  readonly repair?: string | undefined;
  readonly venture?: AttemptRecord["venture"];
  readonly cooldownMs?: number | undefined;
  readonly breakerBefore: AttemptRecord["breakerBefore"];
  readonly breakerAfter: AttemptRecord["breakerAfter"];
}

/** Keeps the trace of one call: what was tried, what was passed over, and why. */
export class Recorder {
  readonly #startedAt: number;
  readonly #attempts: AttemptRecord[] = [];
  readonly #failed: FailedAttempt[] = [];
  readonly #skipped: SkipRecord[] = [];

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get attempts(): readonly AttemptRecord[] {
    return this.#attempts;
  }

  get failed(): readonly FailedAttempt[] {
    return this.#failed;
  }

  get skipped(): readonly SkipRecord[] {
    return this.#skipped;
  }

  /** Why the attempt of this number failed. */
  reasonOf(attempt: number): FailureClass {
    return this.#failed.find(({ record }) => record.n === attempt)?.failure.class ?? "unknown";
  }

  skip(record: SkipRecord): void {
    this.#skipped.push(Object.freeze(record));
  }

  record(run: AttemptRun, ending: AttemptEnding, now: number): AttemptRecord {
    const { failure, ...how } = ending;
    const { scope, status, vendorCode, explanation, requestId, retryAfterMs, rateLimits } = failure?.details ?? {};
    const { tier, vendor, model } = run.name;
    // Hooks see it before the caller does: none of them may change what the other reads.
    const record: AttemptRecord = Object.freeze({
      n: run.name.attempt,
      tier,
      vendor,
      model,
      endpoint: run.target.endpoint,
      startedAtMs: run.startedAt - this.#startedAt,
      firstContentMs: run.firstContentAt === undefined ? undefined : run.firstContentAt - run.startedAt,
      endedMs: now - run.startedAt,
      class: failure?.class,
      scope: failure && (scope ?? FAILURE_RULES[failure.class].scope),
      status,
      vendorCode,
      explanation,
      requestId: requestId ?? run.requestId,
      servedModel: run.servedModel,
      deliveredChars: run.isReleased ? run.assembly.textChars + run.assembly.reasoningChars : 0,
      retryAfterMs,
      ...how,
      usage: Object.freeze(run.usage),
      usageSource: run.usage === undefined ? "unknown" : "vendor",
      rateLimits: Object.freeze(run.rateLimits ?? rateLimits),
      losses: Object.freeze(run.losses.map((loss) => Object.freeze(loss))),
    });
    this.#attempts.push(record);
    if (failure !== undefined) this.#failed.push({ record, failure });
    return record;
  }

  trace(now: number): Trace {
    return {
      attempts: this.#attempts,
      skipped: this.#skipped,
      totalMs: now - this.#startedAt,
      needsAttention:
        this.#failed.some(({ failure }) => isLoud(failure.class)) || this.#skipped.some((skip) => isLoud(skip.class)),
    };
  }

  usageTotal(): UsageTotal {
    return sumUsage(
      this.#attempts
        .filter((attempt) => !isUnbilled(attempt))
        .map((attempt) => ({ usage: attempt.usage, complete: attempt.outcome === "answered" })),
    );
  }
}

/** A request that never arrived, or was answered with an error status, produced nothing to bill. */
function isUnbilled(attempt: AttemptRecord): boolean {
  if (attempt.usage !== undefined) return false;
  if (attempt.status !== undefined && attempt.status >= 400) return true;
  return attempt.class === "network.dns" || attempt.class === "network.refused" || attempt.class === "network.tls";
}

/** Whether somebody has to act. */
export function isLoud(failureClass: FailureClass | undefined): boolean {
  return failureClass !== undefined && FAILURE_RULES[failureClass].loud === true;
}

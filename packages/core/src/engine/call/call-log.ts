import type { Clock } from "../../model/clock.ts";
import type { AttemptName } from "../../model/events.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import { placeOf, type AttemptRecord, type BreakerState, type SkipRecord, type Trace } from "../../model/trace.ts";
import { sumUsage, type UsageTotal } from "../../model/usage.ts";
import type { Attempt } from "../attempt/attempt.ts";
import type { CallNews } from "../engine-events.ts";
import type { EventQueue } from "../event-queue.ts";
import type { Course } from "../ahead/course.ts";
import type { CallOptions } from "../options.ts";
import type { FailedAttempt } from "./call-error.ts";

/** How an attempt ended, as far as it does not know itself. */
export interface AttemptEnding {
  readonly outcome: AttemptRecord["outcome"];
  readonly failure?: TargetFailure | undefined;
  readonly cooldownMs?: number | undefined;
  readonly breakerAfter: BreakerState;
}

export interface CallLogSetup {
  readonly callId: number;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** Whether records keep the vendors' own words. */
  readonly vendorMessages: boolean;
  readonly options: Pick<CallOptions, "metadata">;
  readonly startedAt: number;
}

/** What one call has to say, in its trace and as events: what was tried, what was passed over, and why. */
export class CallLog {
  readonly #setup: CallLogSetup;
  readonly #course: Course | undefined;
  /** What events and trace are joined by. */
  readonly #ids: Pick<Trace, "callId" | "metadata">;
  readonly #startedAt: number;
  readonly #wallStartedAt: number;
  readonly #attempts: AttemptRecord[] = [];
  readonly #failed: FailedAttempt[] = [];
  #skipped: SkipRecord[] = [];

  constructor(setup: CallLogSetup, course: Course | undefined) {
    this.#setup = setup;
    this.#course = course;
    const { callId, options } = setup;
    this.#ids = options.metadata === undefined ? { callId } : { callId, metadata: options.metadata };
    this.#startedAt = setup.startedAt;
    this.#wallStartedAt = setup.clock.wallNow();
  }

  get failed(): readonly FailedAttempt[] {
    return this.#failed;
  }

  /** Why the attempt of this number failed. */
  reasonOf(attempt: number): FailureClass {
    return this.#failed.find(({ record }) => record.attempt === attempt)?.failure.class ?? "unknown";
  }

  note(news: CallNews): void {
    this.#setup.events.note({ ...this.#ids, ...news });
  }

  skip(skip: SkipRecord): void {
    this.#skipped.push(Object.freeze(skip));
    this.note({ type: "skipped", skip });
    const { tier, vendor, model, sibling } = skip;
    this.#warn(skip.class, { tier, vendor, model, sibling });
  }

  record(attempt: Attempt, ending: AttemptEnding): AttemptRecord {
    const { failure, ...how } = ending;
    const { callId, events } = this.#setup;
    const { scope, status, vendorCode, capability, requestId, retryAfterMs, rateLimits, vendorMessage } =
      failure?.details ?? {};
    const { name, turn, startedAt, firstContentAt, usage, ended } = attempt;
    // Hooks see it before the caller does: none of them may change what the other reads.
    const record: AttemptRecord = {
      ...name,
      endpoint: turn.candidate.target.endpoint,
      startedAtMs: startedAt - this.#startedAt,
      firstContentMs: firstContentAt === undefined ? undefined : firstContentAt - startedAt,
      endedMs: this.#setup.clock.now() - startedAt,
      stoppedBy: how.outcome === "stopped" && failure === undefined ? "hedge" : undefined,
      class: failure?.class,
      scope: failure && (scope ?? FAILURE_RULES[failure.class].scope),
      status,
      vendorCode,
      explanation: failure?.details.explanation ?? capability,
      requestId: requestId ?? attempt.requestId,
      responseId: ended?.responseId,
      servedModel: ended?.model,
      finishReason: ended?.finishReason,
      rawFinishReason: ended?.rawFinishReason,
      deliveredChars: attempt.isReleased
        ? attempt.assembly.textChars + attempt.assembly.reasoningChars - (turn.joint?.droppedChars ?? 0)
        : 0,
      retryAfterMs,
      repeat: turn.repeat,
      repair: turn.repair,
      hedge: attempt.hedge,
      continues: turn.request.continuation,
      notContinued: turn.notContinued,
      venture: turn.permit.venture,
      breakerBefore: turn.permit.breakerBefore,
      ...how,
      usage: Object.freeze(usage),
      usageSource: usage === undefined ? "unknown" : "vendor",
      rateLimits: Object.freeze(attempt.rateLimits ?? rateLimits),
      losses: Object.freeze(attempt.losses.map((loss) => Object.freeze(loss))),
    };
    if (this.#setup.vendorMessages) Object.defineProperty(record, "vendorMessage", { value: vendorMessage });
    Object.freeze(record);
    // Of two that ran beside each other the later one may end first.
    this.#attempts[name.attempt - 1] = record;
    // It was passed over until nothing else was left.
    if (this.#skipped.length > 0) {
      this.#skipped = this.#skipped.filter((skip) => placeOf(skip) !== placeOf(record));
    }
    if (failure !== undefined) {
      this.#failed.push({ record, failure, issues: attempt.issues });
      this.#failed.sort((one, other) => one.record.attempt - other.record.attempt);
    }
    if (events.isRead) {
      const content = ended === undefined ? attempt.assembly.partialContent() : attempt.assembly.content();
      const answer = {
        type: "answer",
        callId,
        attempt: name.attempt,
        message: { role: "assistant", content },
      } as const;
      if (content.length > 0) events.note(answer);
    }
    this.note({ type: "attempt-end", record });
    this.#warn(failure?.class, name);
    return record;
  }

  /** The last event of a call. */
  end(end: Omit<Extract<CallNews, { type: "end" }>, "type" | "totalMs">): void {
    this.note({ type: "end", ...end, totalMs: this.#setup.clock.now() - this.#startedAt });
  }

  trace(): Trace {
    return {
      ...this.#ids,
      startedAt: this.#wallStartedAt,
      attempts: this.#attempts,
      skipped: this.#skipped,
      pin: this.#course?.pinRecord(this.#attempts, this.#skipped),
      totalMs: this.#setup.clock.now() - this.#startedAt,
      needsAttention:
        this.#failed.some(({ failure }) => isLoud(failure.class)) || this.#skipped.some((skip) => isLoud(skip.class)),
    };
  }

  usageTotal(): UsageTotal {
    const billed = this.#attempts.filter((attempt) => !isUnbilled(attempt));
    const total = sumUsage(
      billed.map((attempt) => ({ usage: attempt.usage, complete: attempt.outcome === "answered" })),
    );
    const cost = this.#course?.cost(billed);
    return cost === undefined ? total : { ...total, cost };
  }

  #warn(reason: FailureClass | undefined, name: Omit<AttemptName, "attempt">): void {
    if (reason !== undefined && isLoud(reason)) this.note({ type: "credential-problem", reason, ...name });
  }
}

/** A request that never arrived, or was answered with an error status, produced nothing to bill. */
export function isUnbilled(attempt: AttemptRecord): boolean {
  if (attempt.usage !== undefined) return false;
  if (attempt.status !== undefined && attempt.status >= 400) return true;
  return attempt.class === "network.dns" || attempt.class === "network.refused" || attempt.class === "network.tls";
}

/** Whether a person has to act. */
function isLoud(failureClass: FailureClass | undefined): boolean {
  return failureClass !== undefined && FAILURE_RULES[failureClass].loud === true;
}

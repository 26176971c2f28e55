import type { Answer } from "../../model/answer.ts";
import type { UnderstudyError } from "../../model/error.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import type { Course } from "../ahead/course.ts";
import type { Attempt } from "../attempt/attempt.ts";
import type { Candidates } from "../next/candidates.ts";
import type { Alarm } from "./alarm.ts";
import type { CallDeadlines } from "./call-deadlines.ts";
import type { CallLog } from "./call-log.ts";
import type { CallSetup, Ended } from "./call.ts";
import type { Delivery } from "./delivery.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { brokenError, stoppedError, withCaller, type CallErrorContext, type Stop } from "./call-error.ts";
import { degradation } from "./degradation.ts";
import { makeAnswer } from "./make-answer.ts";

/** What an end puts to rest. */
export interface EndingParts {
  readonly setup: CallSetup;
  readonly course: Course | undefined;
  readonly log: CallLog;
  readonly delivery: Delivery;
  readonly deadlines: CallDeadlines;
  readonly alarm: Alarm;
  readonly candidates: Candidates;
}

/** How a call ends: once, with an answer or an error, and with all that still runs. */
export class Ending {
  /** Two while neither has shown content, else one at most. */
  readonly running: Set<Attempt> = new Set();
  readonly #parts: EndingParts;
  readonly #released = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<Answer>();
  /** Resolves when output first reaches the consumer; rejects if that never happens. */
  readonly released: Promise<void> = this.#released.promise;
  readonly result: Promise<Answer> = this.#result.promise;
  isOver = false;

  constructor(parts: EndingParts) {
    this.#parts = parts;
    // Both are offered, neither has to be taken.
    for (const offered of [this.released, this.result]) offered.catch(() => undefined);
  }

  /** Between two steps. Hooks are called now, and may end the call. */
  tell(): void {
    const { setup, delivery } = this.#parts;
    setup.events.tell();
    // Behind them: a stream that a hook has aborted is not given out.
    if (delivery.hasBegun) this.#released.resolve();
  }

  readonly onAbort = (): void => {
    const cause: unknown = this.#parts.setup.options.signal?.reason;
    this.stop({ class: "caller.aborted", message: "The caller aborted the call.", cause });
  };

  answer(attempt: Attempt, { end, judgement }: Ended): void {
    const { setup, course, log, delivery } = this.#parts;
    const { candidate, request } = attempt.turn;
    const { tier, target } = candidate;
    // Read before anything is decided: a getter of an adapter's may throw.
    const [first = candidate] = setup.candidates;
    const because = degradation(candidate, first, request);
    // Decided: from here on nothing changes it.
    this.#close();
    attempt.release();
    delivery.finish(attempt, end, judgement);
    setup.health.answered(target, attempt.turn.permit);
    this.record(attempt, "answered", undefined);
    if (because !== undefined) log.note({ type: "degraded", tier: tier.name, because });
    const degraded = because !== undefined;
    log.end({ outcome: "answered", tier: tier.name, degraded });
    const usageTotal = log.usageTotal();
    const trace = log.trace();
    // A conversation is not kept at less than it could have.
    const pin = degraded ? undefined : course?.pin(candidate);
    this.tell();
    this.#result.resolve(makeAnswer({ attempt, end, judgement, degraded, usageTotal, trace, pin }));
    setup.onEnd();
  }

  /** Ends the call for a reason that is not a candidate's. Answered at once, whatever the adapter does. */
  stop(stop: Stop): void {
    if (this.isOver) return;
    const { delivery, deadlines } = this.#parts;
    this.#close();
    this.#stopAttempts(new TargetFailure(stop.class));
    this.#reject(stoppedError(stop, this.errorContext()));
    deadlines.wake();
    delivery.output.wakeWriter();
  }

  /** A function of the caller or of ours threw. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.#close();
    this.#stopAttempts(new TargetFailure("unknown"));
    this.#reject(brokenError(error, this.errorContext()));
  }

  /** The candidates ran out, or the policy stopped the call. */
  giveUp(error: UnderstudyError): undefined {
    this.#close();
    this.#reject(error);
  }

  /** Without a failure another attempt is preferred to it. */
  stopAttempt(attempt: Attempt, failure?: TargetFailure): void {
    attempt.stop(failure ?? new TargetFailure("caller.returned"));
    this.#parts.setup.health.stopped(attempt.turn.candidate.target, attempt.turn.permit);
    this.record(attempt, "stopped", failure);
  }

  record(
    attempt: Attempt,
    outcome: AttemptRecord["outcome"],
    failure: TargetFailure | undefined,
    cooldownMs?: number,
  ): AttemptRecord {
    const { setup, log } = this.#parts;
    this.running.delete(attempt);
    const breakerAfter = setup.health.breakerState(attempt.turn.candidate.target);
    return log.record(attempt, { outcome, failure, cooldownMs, breakerAfter });
  }

  errorContext(): CallErrorContext {
    const { log, delivery } = this.#parts;
    return {
      failed: log.failed,
      trace: log.trace(),
      usageTotal: log.usageTotal(),
      partial: delivery.partial(),
      retryAfterMs: this.#retryAfterMs(),
    };
  }

  /** Until the chain itself would try again, whatever each vendor said. */
  #retryAfterMs(): number | undefined {
    const { setup, candidates } = this.#parts;
    const dueInMs = Math.ceil(candidates.retryAt() - setup.clock.now());
    return dueInMs > 0 && dueInMs < Infinity ? dueInMs : undefined;
  }

  #stopAttempts(failure: TargetFailure): void {
    for (const attempt of this.running) {
      // A function of the caller's ended the call while it was decided what follows: the attempt has failed all the same.
      if (attempt.failure === undefined) this.stopAttempt(attempt, failure);
      else this.record(attempt, "failed", attempt.failure);
    }
  }

  #reject(error: UnderstudyError): void {
    const { setup, log, delivery } = this.#parts;
    log.end({ outcome: error.reason === "caller.returned" ? "abandoned" : "failed", code: error.code });
    withCaller(error, setup.caller);
    delivery.output.fail(error);
    this.#released.reject(error);
    this.#result.reject(error);
    this.tell();
    setup.onEnd();
  }

  /** From here on nothing can end the call another way. */
  #close(): void {
    const { setup, candidates, alarm } = this.#parts;
    this.isOver = true;
    candidates.close();
    alarm.stop();
    setup.options.signal?.removeEventListener("abort", this.onAbort);
  }
}

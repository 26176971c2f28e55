import type { Answer } from "../../model/answer.ts";
import type { Clock } from "../../model/clock.ts";
import { isUnderstudyError, type UnderstudyError } from "../../model/error.ts";
import type { AttemptName } from "../../model/events.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { TargetRequest } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import type { AttemptRecord, SkipRecord } from "../../model/trace.ts";
import { Admission, type Ticket } from "../next/admission.ts";
import { Alarm } from "./alarm.ts";
import { AttemptRun, type EndPart } from "../attempt/attempt.ts";
import { toTargetFailure } from "../attempt/attempt-reader.ts";
import { CallDeadlines, type CallLimits } from "./call-deadlines.ts";
import {
  brokenError,
  exhaustedError,
  finalError,
  stoppedError,
  type CallErrorContext,
  type Stop,
} from "./call-error.ts";
import type { CallRequests } from "../next/call-requests.ts";
import { Delivery } from "./delivery.ts";
import type { CallNews, EngineEvent } from "../engine-events.ts";
import type { Batch } from "../attempt/gate.ts";
import type { Admitted, ChainHealth } from "../health/chain-health.ts";
import { Eligibility } from "../next/eligibility.ts";
import { judgeAnswer, type Judgement } from "../attempt/judge-answer.ts";
import { makeAnswer, partialOf } from "./make-answer.ts";
import type { CallOptions } from "../options.ts";
import type { Output } from "../attempt/output.ts";
import type { Policy } from "../policy.ts";
import { isLoud, Recorder } from "./recorder.ts";
import { RecoveryPlan, type Recovery } from "../next/recovery.ts";
import { metStaleConnection } from "../next/repeat.ts";
import { Selection } from "../next/selection.ts";
import type { Candidate } from "../tier.ts";

/** A probe is held a little longer: its route is not known to be well. */
const PROBE_HOLD_MS = 250;

export interface CallSetup {
  readonly callId: number;
  /** Names, in order. */
  readonly tiers: readonly string[];
  /** Every target of every tier, in order. */
  readonly candidates: readonly Candidate[];
  readonly requests: CallRequests;
  readonly options: CallOptions;
  readonly limits: CallLimits;
  /** Milliseconds the gate holds the first output back; `Infinity` until the answer is whole. */
  readonly holdMs: number;
  readonly marker: string;
  readonly maxAttempts: number;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: EngineEvent) => void;
  readonly onInternalError: (error: unknown) => void;
  readonly health: ChainHealth;
}

/** What is tried next, and how it differs from the attempt before at the same target. */
interface Step extends Ticket {
  readonly repeat?: AttemptRecord["repeat"];
  readonly repair?: { readonly description: string; readonly request: TargetRequest } | undefined;
}

/** An attempt in progress, with how it came about. */
interface Running {
  readonly step: Step;
  readonly run: AttemptRun;
}

/** A proper end that is not yet delivered. */
interface Ended {
  readonly end: EndPart;
  readonly judgement: Judgement;
}

type Outcome = { readonly ended: Ended } | { readonly failure: TargetFailure; readonly ended?: Ended };

/**
 * One call through a chain: tries candidates until one answers, keeps the call's deadlines and settles exactly once.
 * All state of a call lives here and below; nothing of it outlives the call.
 */
export class Call {
  readonly #setup: CallSetup;
  readonly #startedAt: number;
  readonly #deadlines: CallDeadlines;
  readonly #alarm: Alarm;
  readonly #eligibility: Eligibility;
  readonly #selection: Selection;
  readonly #admission: Admission;
  readonly #recovery: RecoveryPlan;
  readonly #recorder: Recorder;
  readonly #delivery: Delivery;
  readonly #released = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<Answer>();
  #running: Running | undefined;
  /** What the repeat on a new connection is going to be made by. */
  #held: Admitted | undefined;
  #settled = false;
  #attempts = 0;
  #partIds = 0;

  constructor(setup: CallSetup) {
    const { clock, limits, candidates } = setup;
    this.#setup = setup;
    this.#startedAt = clock.now();
    this.#recorder = new Recorder(this.#startedAt);
    this.#delivery = new Delivery(setup.marker, this.#recorder);
    this.#deadlines = new CallDeadlines(limits, this.output, this.#startedAt);
    this.#alarm = new Alarm(
      clock,
      () => this.#deadlines.nextDue(this.#running?.run.dueAt() ?? Infinity, this.#running?.run.gateDueAt ?? Infinity),
      (now, late) => this.#onDue(now, late),
    );
    this.#eligibility = new Eligibility({
      ...setup,
      deadlines: this.#deadlines,
      hasNext: () => this.#selection.hasNext,
    });
    this.#selection = new Selection(candidates, (candidate) => this.#eligibility.obstacle(candidate));
    this.#admission = new Admission({
      selection: this.#selection,
      health: setup.health,
      limitMs: (candidate) => setup.requests.firstContentMs(candidate),
      skipped: (skip) => this.#skip(skip),
      charge: (candidate) => this.#eligibility.charge(candidate),
      isOver: () => this.#settled,
    });
    this.#recovery = new RecoveryPlan({ ...setup, selection: this.#selection });
    // Both are offered, neither has to be taken.
    this.released.catch(() => undefined);
    this.result.catch(() => undefined);
  }

  get output(): Output {
    return this.#delivery.output;
  }

  /** Resolves when output first reaches the consumer; rejects if that never happens. */
  get released(): Promise<void> {
    return this.#released.promise;
  }

  get result(): Promise<Answer> {
    return this.#result.promise;
  }

  start(): void {
    const { tiers, options } = this.#setup;
    this.#emit({ type: "call-start", tiers });
    if (options.signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#alarm.update();
    void this.#drive();
  }

  /** The consumer left: everything is let go at once, and nobody is told but `result`. */
  abandon(): void {
    this.output.abandon();
    this.#stop({ class: "caller.returned", message: "The stream was closed before its end." });
  }

  async #drive(): Promise<void> {
    try {
      let step: Step | undefined = await this.#nextTicket();
      while (step !== undefined) {
        if (this.#settled) {
          this.#setup.health.stopped(step.admitted);
          return;
        }
        const running = this.#begin(step);
        const outcome = await this.#outcome(running);
        if (this.#settled) return;
        step = "failure" in outcome ? await this.#recover(running, outcome) : this.#deliver(running, outcome.ended);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(step: Step): Running {
    const { clock, holdMs, requests, health } = this.#setup;
    const { tier, target } = step.candidate;
    const fit = requests.forTarget(step.candidate);
    // Selection passes over candidates that do not fit.
    if (!fit.ok) throw new TargetFailure("request.unsupported");
    const request = step.repair?.request ?? fit.request;
    const name: AttemptName = {
      attempt: ++this.#attempts,
      tier: tier.name,
      vendor: target.vendor,
      model: target.model,
    };
    const hold = step.venture === "probe" ? Math.max(holdMs, PROBE_HOLD_MS) : holdMs;
    const run = new AttemptRun({
      name,
      target,
      request,
      losses: fit.losses,
      holdMs: request.output.type === "json" ? Infinity : hold,
      freshConnection: step.repeat === "fresh-connection",
      clock,
      output: this.output,
      newId: () => `p${++this.#partIds}`,
      onDeadline: () => this.#alarm.update(),
      onRelease: (released, held) => this.#onRelease(released, held),
      onFirstContent: () => health.firstContent(step.admitted),
      onWarning: (detail) => this.#emit({ type: "protocol-warning", detail, ...name }),
      limits: (plan) => this.#eligibility.attemptLimits(step.candidate, plan),
    });
    const running = { step, run };
    this.#running = running;
    this.#held = undefined;
    this.#eligibility.began(step.candidate);
    // Last: a hook may end the call, and then the attempt is one of those that are stopped.
    this.#emit({ type: "attempt-start", ...name });
    return running;
  }

  async #outcome({ run, step }: Running): Promise<Outcome> {
    try {
      const end = await run.run();
      const request = this.#setup.requests.forTier(step.candidate.tier);
      const judgement = await judgeAnswer(run, end, request);
      const ended = { end, judgement };
      const { fault, explanation } = judgement;
      return fault === undefined ? { ended } : { ended, failure: new TargetFailure(fault, { explanation }) };
    } catch (error) {
      return { failure: toTargetFailure(error) };
    }
  }

  #deliver(running: Running, { end, judgement }: Ended): undefined {
    const { run, step } = running;
    const { tier } = step.candidate;
    // Decided: nothing that hooks do from here on changes it.
    this.#close();
    run.release();
    this.#delivery.finish(run, end, judgement);
    this.#setup.health.answered(step.admitted);
    this.#record(running, "answered", undefined);
    this.#emitEnd({ outcome: "answered", tier: tier.name });
    const usageTotal = this.#recorder.usageTotal();
    const trace = this.#recorder.trace(this.#setup.clock.now());
    this.#result.resolve(makeAnswer({ run, end, judgement, tier, usageTotal, trace }));
  }

  async #recover(
    running: Running,
    outcome: { readonly failure: TargetFailure; readonly ended?: Ended },
  ): Promise<Step | undefined> {
    const { step, run } = running;
    const { failure, ended } = outcome;
    const { candidate } = step;
    const { health, clock } = this.#setup;
    const isFresh = step.repeat === "fresh-connection";
    const context = { isShort: run.wasShort, isLate: run.decidedLate, isFresh };
    const isStale = metStaleConnection(failure, isFresh);
    this.#eligibility.failed(candidate, failure);
    let cooldownMs = isStale ? undefined : health.failed(step.admitted, failure, context);
    if (run.firstContentAt !== undefined) this.#eligibility.sawContent();
    const recovery = this.#recovery.decide(failure, {
      candidate,
      request: run.request,
      written: run.assembly.written(),
      attempts: this.#attempts,
      released: this.#delivery.hasBegun,
      isShown: run.isReleased,
      leftMs: this.#eligibility.leftMs(candidate),
      mayRepeat: isStale || (step.venture !== "last-resort" && health.canRepeat(candidate.target)),
    });
    // The new connection's attempt is made by the same right, and speaks for both.
    const again = isStale && recovery.type === "repeat" ? step : undefined;
    if (isStale && again === undefined) cooldownMs = health.failed(step.admitted, failure, context);
    if (this.#settled) return undefined;
    // An answer that others were to better is still one when nobody is left.
    const isLast = recovery.type === "stop" || (recovery.type === "next" && !this.#canGoOn());
    if (isLast && ended !== undefined && FAILURE_RULES[failure.class].answer === true) {
      return this.#deliver(running, ended);
    }
    this.#held = again?.admitted;
    const record = this.#record(running, "failed", failure, cooldownMs);
    // A whole answer that is unusable is shown to the caller as it is.
    const partial = ended === undefined ? this.#delivery.partial() : partialOf(run);
    if (this.#settled) return undefined;
    if (recovery.type === "stop") throw finalError({ record, failure }, { ...this.#errorContext(), partial });
    const passed = this.#deadlines.passed(clock.now());
    if (passed !== undefined) {
      this.#stop(passed);
      return undefined;
    }
    return this.#nextStep(step, recovery, again);
  }

  async #nextStep(
    { candidate, repair }: Step,
    recovery: Exclude<Recovery, { type: "stop" }>,
    again: Ticket | undefined,
  ): Promise<Step | undefined> {
    const { clock, health } = this.#setup;
    switch (recovery.type) {
      case "next":
        return this.#nextTicket();
      case "repair":
        this.#emit({ type: "repair", description: recovery.description });
        if (this.#settled) return undefined;
        return { ...this.#admission.again(candidate), repair: recovery };
      case "repeat": {
        const { kind, delayMs } = recovery.offer;
        if (again === undefined) this.#eligibility.charge(candidate);
        this.#emit({ type: "repeat", kind, delayMs });
        if (delayMs > 0 && !this.#settled) {
          const waited = this.#deadlines.waitUntil(clock.now() + delayMs);
          this.#alarm.update();
          await waited;
        }
        if (this.#settled) return undefined;
        // A repeat that was promised is made, whatever other calls have found meanwhile; an operator's word ends it.
        if (health.isIsolated(candidate.target)) {
          this.#letGo();
          return this.#nextTicket();
        }
        return { ...(again ?? this.#admission.again(candidate)), repair, repeat: kind };
      }
      default:
        return recovery satisfies never;
    }
  }

  async #nextTicket(): Promise<Ticket | undefined> {
    const { maxAttempts } = this.#setup;
    const isBudgetSpent = this.#attempts >= maxAttempts;
    const ticket = isBudgetSpent ? undefined : await this.#admission.next();
    const chosen = ticket ?? (this.#attempts === 0 ? this.#admission.lastResort() : undefined);
    if (chosen === undefined && this.#settled) return undefined;
    if (chosen === undefined) {
      throw exhaustedError(this.#errorContext(), this.#recorder.skipped, isBudgetSpent);
    }
    this.#eligibility.enter(chosen.candidate.tier);
    return chosen;
  }

  #canGoOn(): boolean {
    return this.#attempts < this.#setup.maxAttempts && this.#selection.hasNext;
  }

  #skip(skip: SkipRecord): void {
    // A hook may have ended the call at the one before; its `end` is the last event.
    if (this.#settled) return;
    this.#recorder.skip(skip);
    this.#emit({ type: "skipped", skip });
    const { tier, vendor, model } = skip;
    this.#warn(skip.class, { tier, vendor, model });
  }

  #onRelease(run: AttemptRun, held: readonly Batch[]): void {
    const { clock } = this.#setup;
    const seam = this.#delivery.release(run, held);
    // After the output: a hook may end the call, and what is released counts as shown.
    if (seam === undefined) {
      this.#deadlines.released(clock.now());
      this.#emit({ type: "released", ...run.name });
    } else {
      const { from, to, reason } = seam;
      this.#emit({ type: "failover", from, to, reason });
    }
    this.#released.resolve();
    this.#alarm.update();
  }

  #onDue(now: number, late: boolean): void {
    const { run } = this.#running ?? {};
    const isAttemptDue = run !== undefined && run.dueAt() <= now;
    run?.onDue(now, late);
    // Where both are due the attempt failed first: its vendor was silent, and health has to know.
    const stop = isAttemptDue ? undefined : this.#deadlines.check(now);
    if (stop !== undefined) this.#stop(stop);
  }

  readonly #onAbort = (): void => {
    const cause: unknown = this.#setup.options.signal?.reason;
    this.#stop({ class: "caller.aborted", message: "The caller aborted the call.", cause });
  };

  /** Ends the call for a reason that is not a candidate's. Answered at once, whatever the adapter does. */
  #stop(stop: Stop): void {
    if (this.#settled) return;
    this.#close();
    this.#stopAttempt(new TargetFailure(stop.class));
    this.#reject(stoppedError(stop, this.#errorContext()));
    this.#deadlines.wake();
    this.output.wakeWriter();
  }

  #stopAttempt(failure: TargetFailure): void {
    const running = this.#running;
    if (running === undefined) return;
    running.run.stop(failure);
    this.#setup.health.stopped(running.step.admitted);
    this.#record(running, "stopped", failure);
  }

  #record(
    { run, step }: Running,
    outcome: AttemptRecord["outcome"],
    failure: TargetFailure | undefined,
    cooldownMs?: number,
  ): AttemptRecord {
    const { clock, health } = this.#setup;
    const ending = {
      outcome,
      failure,
      cooldownMs,
      repeat: step.repeat,
      repair: step.repair?.description,
      venture: step.venture,
      breakerBefore: step.admitted.breakerBefore,
      breakerAfter: health.breakerState(run.target),
    };
    const record = this.#recorder.record(run, ending, clock.now());
    this.#running = undefined;
    this.#emit({ type: "attempt-end", attempt: record });
    this.#warn(failure?.class, run.name);
    return record;
  }

  /** Somebody has to act. */
  #warn(reason: FailureClass | undefined, name: Omit<AttemptName, "attempt">): void {
    // A hook may have ended the call at the event before.
    if (reason !== undefined && isLoud(reason) && !this.#settled) {
      this.#emit({ type: "credential-problem", reason, ...name });
    }
  }

  #emit(event: CallNews): void {
    const { callId, emit } = this.#setup;
    emit({ callId, ...event });
  }

  #errorContext(): CallErrorContext {
    return {
      failed: this.#recorder.failed,
      attempts: this.#recorder.attempts,
      partial: this.#delivery.partial(),
      retryAfterMs: this.#retryAfterMs(),
    };
  }

  /** Until the chain itself would try again, whatever each vendor said. */
  #retryAfterMs(): number | undefined {
    const times = this.#setup.candidates.map((candidate) => this.#eligibility.retryAt(candidate));
    const dueInMs = Math.min(...times) - this.#setup.clock.now();
    return dueInMs > 0 && dueInMs < Infinity ? dueInMs : undefined;
  }

  /** The candidates ran out, the policy stopped the call, or a function of the caller or of ours threw. */
  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#close();
    this.#stopAttempt(new TargetFailure("unknown"));
    const isWhole = isUnderstudyError(error) && error.attempts.length === this.#recorder.attempts.length;
    this.#reject(isWhole ? error : brokenError(error, this.#errorContext()));
  }

  #reject(error: UnderstudyError): void {
    this.#emitEnd({ outcome: error.reason === "caller.returned" ? "abandoned" : "failed", code: error.code });
    this.output.fail(error);
    this.#released.reject(error);
    this.#result.reject(error);
  }

  /** From here on nothing can end the call another way. */
  #close(): void {
    this.#settled = true;
    this.#letGo();
    this.#alarm.stop();
    this.#setup.options.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** The repeat that was to follow is not made: what it would have been made by says nothing. */
  #letGo(): void {
    if (this.#held !== undefined) this.#setup.health.stopped(this.#held);
    this.#held = undefined;
  }

  #emitEnd(end: Pick<Extract<EngineEvent, { type: "end" }>, "outcome" | "code" | "tier">): void {
    const { clock } = this.#setup;
    this.#emit({ type: "end", ...end, totalMs: clock.now() - this.#startedAt });
  }
}

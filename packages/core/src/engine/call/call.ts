import type { Answer } from "../../model/answer.ts";
import type { Clock } from "../../model/clock.ts";
import type { UnderstudyError } from "../../model/error.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import type { CallAhead } from "../ahead/ahead.ts";
import type { Race } from "../ahead/race.ts";
import type { Batch } from "../attempt/gate.ts";
import type { Output } from "../attempt/output.ts";
import type { EventQueue } from "../event-queue.ts";
import type { ChainHealth } from "../health/chain-health.ts";
import type { Recovery } from "../next/recovery.ts";
import type { CallRequests } from "../next/requests.ts";
import type { AfterRelease, CallOptions, ContinueWith } from "../options.ts";
import type { Policy } from "../policy.ts";
import type { Turn } from "../turn.ts";
// These stand in the bundle as they stand here: neighbours that are alike compress better.
import { judgeAnswer, type Judgement } from "../attempt/judge-answer.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import { misuse } from "../../model/error.ts";
import { candidateName, isKeyless, type Candidate } from "../tier.ts";
import {
  brokenError,
  exhaustedError,
  finalError,
  stoppedError,
  withCaller,
  type CallErrorContext,
  type Stop,
} from "./call-error.ts";
import { degradation } from "./degradation.ts";
import { makeAnswer, partialOf } from "./make-answer.ts";
import { settingsOf } from "../observers.ts";
import { Alarm, type DueTime } from "./alarm.ts";
import { Attempt, type EndPart } from "../attempt/attempt.ts";
import { TargetFailure, toTargetFailure } from "../../model/target-failure.ts";
import { Candidates } from "../next/candidates.ts";
import { CallDeadlines, type CallLimits } from "./call-deadlines.ts";
import { Delivery } from "./delivery.ts";
import { CallLog } from "./call-log.ts";

/** A probe is held a little longer: its route is not known to be well. */
const PROBE_HOLD_MS = 250;

export interface CallSetup {
  readonly callId: number;
  /** By the clock. */
  readonly startedAt: number;
  readonly mode: "generate" | "stream";
  /** Its stack begins where the caller called; empty where the runtime cannot tell. */
  readonly caller: { readonly stack?: unknown };
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
  readonly afterRelease: AfterRelease | undefined;
  readonly continueWith: ContinueWith | undefined;
  readonly maxAttempts: number;
  readonly vendorMessages: boolean;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventQueue;
  readonly onInternalError: (error: unknown) => void;
  readonly health: ChainHealth;
  /** Called once, behind the last event. */
  readonly onEnd: () => void;
}

/** A proper end that is not yet delivered. */
export interface Ended {
  readonly end: EndPart;
  readonly judgement: Judgement;
}

/** What came of an attempt that ran to its end. */
export type Outcome = { readonly attempt: Attempt } & (
  | { readonly ended: Ended; readonly failure?: undefined }
  | { readonly failure: TargetFailure; readonly ended?: Ended }
);

/**
 * One call through a chain: tries candidates until one answers, keeps the call's deadlines and settles exactly once.
 * All state of a call lives here and below; nothing of it outlives the call.
 */
export class Call {
  readonly #setup: CallSetup;
  readonly #ahead: CallAhead;
  readonly #log: CallLog;
  readonly #delivery: Delivery;
  readonly #deadlines: CallDeadlines;
  readonly #alarm: Alarm;
  readonly #candidates: Candidates;
  readonly #released = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<Answer>();
  /** Two while neither has shown content, else one at most. */
  readonly #running = new Set<Attempt>();
  readonly #race: Race | undefined;
  #settled = false;
  #partIds = 0;

  constructor(setup: CallSetup, ahead: CallAhead = {}) {
    const { clock, limits } = setup;
    const { course, hedging } = ahead;
    this.#setup = setup;
    this.#ahead = ahead;
    this.#log = new CallLog(setup, course);
    this.#delivery = new Delivery(setup.marker, this.#log);
    this.#deadlines = new CallDeadlines(limits, this.output, setup.startedAt);
    this.#alarm = new Alarm(
      clock,
      () => this.#nextDue(),
      (now, late) => this.#onDue(now, late),
    );
    this.#candidates = new Candidates({
      ...setup,
      course,
      callLeftMs: (now) => this.#deadlines.left(now),
      skipped: (skip) => this.#log.skip(skip),
      onStep: () => this.#tell(),
    });
    this.#race = hedging?.race({
      setup,
      course,
      running: this.#running,
      candidates: this.#candidates,
      log: this.#log,
      alarm: this.#alarm,
      begin: (turn) => this.#begin(turn, true),
      run: (attempt) => this.#outcome(attempt),
      stop: (attempt) => this.#stopAttempt(attempt),
      fail: (error) => this.#fail(error),
    });
    // Both are offered, neither has to be taken.
    this.released.catch(() => undefined);
    this.result.catch(() => undefined);
  }

  get callId(): number {
    return this.#setup.callId;
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
    const { callId, mode, tiers, requests, options, events } = this.#setup;
    const { request } = requests;
    this.#log.note({ type: "call-start", tiers, mode, settings: settingsOf(request) });
    if (events.isRead) events.note({ type: "request", callId, request });
    if (callId === 1) this.#reportMissingKeys();
    this.#tell();
    if (options.signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    // A chain does without what it has not learnt, but not without a limit of the caller's.
    if (options.maxCost !== undefined && this.#ahead.course === undefined) {
      this.#fail(
        misuse("config", "`maxCost` cannot be kept: the chain has no `prices`, or could not load what estimates."),
      );
      return;
    }
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#alarm.update();
    void this.#drive();
  }

  /** Once for a chain: while all is well, no call comes to the later tiers. */
  #reportMissingKeys(): void {
    for (const candidate of this.#setup.candidates) {
      if (!isKeyless(candidate.target)) continue;
      this.#log.note({ type: "credential-problem", reason: "auth.invalid", ...candidateName(candidate) });
    }
  }

  /** The consumer left: everything is released at once, and only `result` rejects. */
  abandon(): void {
    this.output.abandon();
    this.#stop({ class: "caller.returned", message: "The stream was closed before its end." });
  }

  /** Attempt after attempt. Between two steps hooks run, and may end the call: `#settled` is checked behind them. */
  async #drive(): Promise<void> {
    try {
      let turn = await this.#nextTurn();
      while (turn !== undefined || this.#running.size > 0) {
        const attempt: Attempt | undefined = turn && this.#begin(turn);
        if (this.#settled && attempt === undefined) return;
        const outcome: Outcome | undefined = await (this.#race?.next(attempt) ?? (attempt && this.#outcome(attempt)));
        if (this.#settled || outcome === undefined) return;
        // Between its end and this turn another one may have been preferred.
        if (!this.#running.has(outcome.attempt)) turn = undefined;
        else turn = outcome.failure === undefined ? this.#deliver(outcome) : await this.#recover(outcome);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Undefined where a hook, or a function of the caller that was asked for a limit or for words, has ended the call. */
  #begin(given: Turn, hedge?: true): Attempt | undefined {
    const { clock, holdMs, health } = this.#setup;
    this.#tell();
    if (this.#settled) return undefined;
    const turn = this.#ahead.continuing?.turn(given, this.#delivery, this.#candidates) ?? given;
    this.#race?.prepare(turn);
    const { attempt: number, limits } = this.#candidates.begin(turn);
    if (this.#settled) return undefined;
    const { candidate, permit, request, repeat, repair } = turn;
    const { target } = candidate;
    const hold = permit.venture === "probe" ? Math.max(holdMs, PROBE_HOLD_MS) : holdMs;
    const name = { attempt: number, ...candidateName(candidate) };
    const attempt = new Attempt({
      name,
      turn,
      holdMs: request.output.type === "json" ? Infinity : hold,
      clock,
      output: turn.joint ?? this.output,
      newId: () => `p${++this.#partIds}`,
      onDeadline: () => this.#alarm.update(),
      onRelease: (released, held) => this.#onRelease(released, held),
      onFirstContent: () => {
        health.firstContent(target, permit);
        this.#race?.decide(attempt);
      },
      onWarning: (detail) => this.#log.note({ type: "protocol-warning", detail, ...name }),
      limits,
      onStep: () => this.#tell(),
    });
    attempt.hedge = hedge;
    this.#running.add(attempt);
    const { endpoint } = target;
    const { venture } = permit;
    const settings = settingsOf(request);
    this.#log.note({ type: "attempt-start", ...name, endpoint, venture, repeat, repair, hedge, settings });
    this.#tell();
    return attempt;
  }

  async #outcome(attempt: Attempt): Promise<Outcome> {
    try {
      const end = await this.#setup.events.run(attempt, this.#setup.callId);
      const request = this.#setup.requests.forTier(attempt.turn.candidate.tier);
      const judgement = await judgeAnswer(attempt, end, request);
      const ended = { end, judgement };
      const { fault, explanation, issues } = judgement;
      attempt.issues = issues;
      // Where it goes on with an answer, its end may be what makes the seam certain.
      if (fault === undefined) attempt.turn.joint?.settle();
      if (fault === undefined) return { attempt, ended };
      return { attempt, ended, failure: new TargetFailure(fault, { explanation }) };
    } catch (error) {
      return { attempt, failure: toTargetFailure(error) };
    }
  }

  #deliver({ attempt, ended: { end, judgement } }: { readonly attempt: Attempt; readonly ended: Ended }): undefined {
    const { candidate, request } = attempt.turn;
    const { tier, target } = candidate;
    // Read before anything is decided: a getter of an adapter's may throw.
    const [first = candidate] = this.#setup.candidates;
    const because = degradation(candidate, first, request);
    // Decided: from here on nothing changes it.
    this.#race?.decide(attempt);
    this.#close();
    attempt.release();
    this.#delivery.finish(attempt, end, judgement);
    this.#setup.health.answered(target, attempt.turn.permit);
    this.#record(attempt, "answered", undefined);
    if (because !== undefined) this.#log.note({ type: "degraded", tier: tier.name, because });
    const degraded = because !== undefined;
    this.#log.end({ outcome: "answered", tier: tier.name, degraded });
    const usageTotal = this.#log.usageTotal();
    const trace = this.#log.trace();
    // A conversation is not kept at less than it could have.
    const pin = degraded ? undefined : this.#ahead.course?.pin(candidate);
    this.#tell();
    this.#result.resolve(makeAnswer({ attempt, end, judgement, degraded, usageTotal, trace, pin }));
    this.#setup.onEnd();
  }

  async #recover({
    attempt,
    failure: given,
    ended,
  }: Extract<Outcome, { failure: TargetFailure }>): Promise<Turn | undefined> {
    const failure = attempt.turn.joint?.mended(given, attempt.turn) ?? given;
    attempt.failure = failure;
    const hasOther = this.#running.size > 1;
    const released = this.#delivery.hasBegun;
    const { recovery, cooldownMs } = this.#candidates.failed(attempt, failure, { released, hasOther });
    // The policy function may have ended the call.
    if (this.#settled) return undefined;
    // An answer that others were to better is still one when no candidate is left.
    const isLast = recovery.type === "stop" || (recovery.type === "next" && !hasOther && !this.#candidates.hasNext);
    if (isLast && ended !== undefined && FAILURE_RULES[failure.class].answer === true) {
      return this.#deliver({ attempt, ended });
    }
    if (recovery.type === "stop") this.#race?.decide(attempt);
    const record = this.#record(attempt, "failed", failure, cooldownMs);
    this.#tell();
    if (this.#settled) return undefined;
    if (recovery.type === "stop") {
      // A whole answer that is unusable is shown to the caller as it is.
      const partial = ended === undefined ? this.#delivery.partial() : partialOf(attempt);
      return this.#giveUp(
        finalError({ record, failure, issues: attempt.issues }, { ...this.#errorContext(), partial }),
      );
    }
    if (hasOther) return undefined;
    const passed = this.#deadlines.passed(this.#setup.clock.now());
    if (passed === undefined) return this.#follow(attempt.turn, recovery);
    this.#stop(passed);
    return undefined;
  }

  async #follow(turn: Turn, recovery: Exclude<Recovery, { type: "stop" }>): Promise<Turn | undefined> {
    switch (recovery.type) {
      case "next":
        return this.#nextTurn();
      case "repair":
        this.#log.note({ type: "repair", description: recovery.description });
        this.#tell();
        if (this.#settled) return undefined;
        return this.#candidates.again(turn, recovery) ?? this.#nextTurn();
      case "repeat": {
        const { kind, delayMs } = recovery;
        this.#candidates.charge(turn);
        this.#log.note({ type: "repeat", kind, delayMs });
        this.#tell();
        if (delayMs > 0 && !this.#settled) {
          const waited = this.#deadlines.waitUntil(this.#setup.clock.now() + delayMs);
          this.#alarm.update();
          await waited;
        }
        if (this.#settled) return undefined;
        return this.#candidates.again(turn, recovery) ?? this.#nextTurn();
      }
      default:
        return recovery satisfies never;
    }
  }

  async #nextTurn(): Promise<Turn | undefined> {
    const turn = await this.#candidates.next();
    if (turn !== undefined || this.#settled) return turn;
    return this.#giveUp(exhaustedError(this.#errorContext(), this.#candidates.isSpent));
  }

  /** Between two steps. Hooks are called now, and may end the call. */
  #tell(): void {
    this.#setup.events.tell();
    // Behind them: a stream that a hook has aborted is not given out.
    if (this.#delivery.hasBegun) this.#released.resolve();
  }

  #onRelease(attempt: Attempt, held: readonly Batch[]): void {
    const seam = this.#delivery.release(attempt, held);
    if (seam === undefined) {
      this.#deadlines.released(this.#setup.clock.now());
      this.#log.note({ type: "released", ...attempt.name });
    } else {
      const { mode, from, to, reason } = seam;
      this.#log.note({ type: "failover", mode, from, to, reason });
    }
    this.#alarm.update();
  }

  #onDue(now: number, late: boolean): void {
    let isAttemptDue = false;
    for (const attempt of this.#running) {
      isAttemptDue ||= attempt.dueAt() <= now;
      attempt.onDue(now, late);
    }
    // Where both are due the attempt failed first: its vendor was silent, and health has to know.
    const stop = isAttemptDue ? undefined : this.#deadlines.check(now);
    if (stop !== undefined) this.#stop(stop);
    else if (!isAttemptDue) this.#race?.onDue(now, late);
    this.#tell();
  }

  #nextDue(): DueTime {
    let limitDue = this.#race?.dueAt() ?? Infinity;
    let gateDue = Infinity;
    for (const attempt of this.#running) {
      limitDue = Math.min(limitDue, attempt.dueAt());
      gateDue = Math.min(gateDue, attempt.gateDueAt);
    }
    return this.#deadlines.nextDue(limitDue, gateDue);
  }

  readonly #onAbort = (): void => {
    const cause: unknown = this.#setup.options.signal?.reason;
    this.#stop({ class: "caller.aborted", message: "The caller aborted the call.", cause });
  };

  /** Ends the call for a reason that is not a candidate's. Answered at once, whatever the adapter does. */
  #stop(stop: Stop): void {
    if (this.#settled) return;
    this.#close();
    this.#stopAttempts(new TargetFailure(stop.class));
    this.#reject(stoppedError(stop, this.#errorContext()));
    this.#deadlines.wake();
    this.output.wakeWriter();
  }

  #stopAttempts(failure: TargetFailure): void {
    for (const attempt of this.#running) {
      // A function of the caller's ended the call while it was decided what follows: the attempt has failed all the same.
      if (attempt.failure === undefined) this.#stopAttempt(attempt, failure);
      else this.#record(attempt, "failed", attempt.failure);
    }
  }

  /** Without a failure another attempt is preferred to it. */
  #stopAttempt(attempt: Attempt, failure?: TargetFailure): void {
    attempt.stop(failure ?? new TargetFailure("caller.returned"));
    this.#setup.health.stopped(attempt.turn.candidate.target, attempt.turn.permit);
    this.#record(attempt, "stopped", failure);
  }

  #record(
    attempt: Attempt,
    outcome: AttemptRecord["outcome"],
    failure: TargetFailure | undefined,
    cooldownMs?: number,
  ): AttemptRecord {
    this.#running.delete(attempt);
    const breakerAfter = this.#setup.health.breakerState(attempt.turn.candidate.target);
    return this.#log.record(attempt, { outcome, failure, cooldownMs, breakerAfter });
  }

  #errorContext(): CallErrorContext {
    return {
      failed: this.#log.failed,
      trace: this.#log.trace(),
      usageTotal: this.#log.usageTotal(),
      partial: this.#delivery.partial(),
      retryAfterMs: this.#retryAfterMs(),
    };
  }

  /** Until the chain itself would try again, whatever each vendor said. */
  #retryAfterMs(): number | undefined {
    const dueInMs = Math.ceil(this.#candidates.retryAt() - this.#setup.clock.now());
    return dueInMs > 0 && dueInMs < Infinity ? dueInMs : undefined;
  }

  /** The candidates ran out, or the policy stopped the call. */
  #giveUp(error: UnderstudyError): undefined {
    this.#close();
    this.#reject(error);
  }

  /** A function of the caller or of ours threw. */
  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#close();
    this.#stopAttempts(new TargetFailure("unknown"));
    this.#reject(brokenError(error, this.#errorContext()));
  }

  #reject(error: UnderstudyError): void {
    this.#log.end({ outcome: error.reason === "caller.returned" ? "abandoned" : "failed", code: error.code });
    withCaller(error, this.#setup.caller);
    this.output.fail(error);
    this.#released.reject(error);
    this.#result.reject(error);
    this.#tell();
    this.#setup.onEnd();
  }

  /** From here on nothing can end the call another way. */
  #close(): void {
    this.#settled = true;
    this.#candidates.close();
    this.#alarm.stop();
    this.#setup.options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

import type { Clock } from "../../model/clock.ts";
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
import { exhaustedError, finalError } from "./call-error.ts";
import { partialOf } from "./make-answer.ts";
import { settingsOf } from "../observers.ts";
import { Alarm, type DueTime } from "./alarm.ts";
import { Ending } from "./ending.ts";
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
  readonly ending: Ending;
  readonly #setup: CallSetup;
  readonly #ahead: CallAhead;
  readonly #log: CallLog;
  readonly #delivery: Delivery;
  readonly #deadlines: CallDeadlines;
  readonly #alarm: Alarm;
  readonly #candidates: Candidates;
  readonly #running: Set<Attempt>;
  readonly #race: Race | undefined;
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
      onStep: () => this.ending.tell(),
    });
    const parts = {
      setup,
      course,
      log: this.#log,
      delivery: this.#delivery,
      deadlines: this.#deadlines,
      alarm: this.#alarm,
      candidates: this.#candidates,
    };
    this.ending = new Ending(parts);
    this.#running = this.ending.running;
    this.#race = hedging?.race({
      ...parts,
      ending: this.ending,
      begin: (turn) => this.#begin(turn, true),
      run: (attempt) => this.#outcome(attempt),
    });
  }

  get callId(): number {
    return this.#setup.callId;
  }

  get output(): Output {
    return this.#delivery.output;
  }

  start(): void {
    const { callId, mode, tiers, requests, options, events } = this.#setup;
    const { request } = requests;
    this.#log.note({ type: "call-start", tiers, mode, settings: settingsOf(request) });
    if (events.isRead) events.note({ type: "request", callId, request });
    if (callId === 1) this.#reportMissingKeys();
    this.ending.tell();
    if (options.signal?.aborted === true) {
      this.ending.onAbort();
      return;
    }
    // A chain does without what it has not learnt, but not without a limit of the caller's.
    if (options.maxCost !== undefined && this.#ahead.course === undefined) {
      this.ending.fail(
        misuse("config", "`maxCost` cannot be kept: the chain has no `prices`, or could not load what estimates."),
      );
      return;
    }
    options.signal?.addEventListener("abort", this.ending.onAbort, { once: true });
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
    this.ending.stop({ class: "caller.returned", message: "The stream was closed before its end." });
  }

  /** Attempt after attempt. Between two steps hooks run, and may end the call: `isOver` is checked behind them. */
  async #drive(): Promise<void> {
    try {
      let turn = await this.#nextTurn();
      while (turn !== undefined || this.#running.size > 0) {
        const attempt: Attempt | undefined = turn && this.#begin(turn);
        if (this.ending.isOver && attempt === undefined) return;
        const outcome: Outcome | undefined = await (this.#race?.next(attempt) ?? (attempt && this.#outcome(attempt)));
        if (this.ending.isOver || outcome === undefined) return;
        // Between its end and this turn another one may have been preferred.
        if (!this.#running.has(outcome.attempt)) turn = undefined;
        else turn = outcome.failure === undefined ? this.#deliver(outcome) : await this.#recover(outcome);
      }
    } catch (error) {
      this.ending.fail(error);
    }
  }

  /** Undefined where a hook, or a function of the caller that was asked for a limit or for words, has ended the call. */
  #begin(given: Turn, hedge?: true): Attempt | undefined {
    const { clock, holdMs, health } = this.#setup;
    this.ending.tell();
    if (this.ending.isOver) return undefined;
    const turn = this.#ahead.continuing?.turn(given, this.#delivery, this.#candidates) ?? given;
    this.#race?.prepare(turn);
    const { attempt: number, limits } = this.#candidates.begin(turn);
    if (this.ending.isOver) return undefined;
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
      onStep: () => this.ending.tell(),
    });
    attempt.hedge = hedge;
    this.#running.add(attempt);
    const { endpoint } = target;
    const { venture } = permit;
    const settings = settingsOf(request);
    this.#log.note({ type: "attempt-start", ...name, endpoint, venture, repeat, repair, hedge, settings });
    this.ending.tell();
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

  #deliver({ attempt, ended }: { readonly attempt: Attempt; readonly ended: Ended }): undefined {
    this.#race?.decide(attempt);
    this.ending.answer(attempt, ended);
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
    if (this.ending.isOver) return undefined;
    // An answer that others were to better is still one when no candidate is left.
    const isLast = recovery.type === "stop" || (recovery.type === "next" && !hasOther && !this.#candidates.hasNext);
    if (isLast && ended !== undefined && FAILURE_RULES[failure.class].answer === true) {
      return this.#deliver({ attempt, ended });
    }
    if (recovery.type === "stop") this.#race?.decide(attempt);
    const record = this.ending.record(attempt, "failed", failure, cooldownMs);
    this.ending.tell();
    if (this.ending.isOver) return undefined;
    if (recovery.type === "stop") {
      // A whole answer that is unusable is shown to the caller as it is.
      const partial = ended === undefined ? this.#delivery.partial() : partialOf(attempt);
      return this.ending.giveUp(
        finalError({ record, failure, issues: attempt.issues }, { ...this.ending.errorContext(), partial }),
      );
    }
    if (hasOther) return undefined;
    const passed = this.#deadlines.passed(this.#setup.clock.now());
    if (passed === undefined) return this.#follow(attempt.turn, recovery);
    this.ending.stop(passed);
    return undefined;
  }

  async #follow(turn: Turn, recovery: Exclude<Recovery, { type: "stop" }>): Promise<Turn | undefined> {
    switch (recovery.type) {
      case "next":
        return this.#nextTurn();
      case "repair":
        this.#log.note({ type: "repair", description: recovery.description });
        this.ending.tell();
        if (this.ending.isOver) return undefined;
        return this.#candidates.again(turn, recovery) ?? this.#nextTurn();
      case "repeat": {
        const { kind, delayMs } = recovery;
        this.#candidates.charge(turn);
        this.#log.note({ type: "repeat", kind, delayMs });
        this.ending.tell();
        if (delayMs > 0 && !this.ending.isOver) {
          const waited = this.#deadlines.waitUntil(this.#setup.clock.now() + delayMs);
          this.#alarm.update();
          await waited;
        }
        if (this.ending.isOver) return undefined;
        return this.#candidates.again(turn, recovery) ?? this.#nextTurn();
      }
      default:
        return recovery satisfies never;
    }
  }

  async #nextTurn(): Promise<Turn | undefined> {
    const turn = await this.#candidates.next();
    if (turn !== undefined || this.ending.isOver) return turn;
    return this.ending.giveUp(exhaustedError(this.ending.errorContext(), this.#candidates.isSpent));
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
    if (stop !== undefined) this.ending.stop(stop);
    else if (!isAttemptDue) this.#race?.onDue(now, late);
    this.ending.tell();
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
}

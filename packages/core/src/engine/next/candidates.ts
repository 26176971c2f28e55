import type { Clock } from "../../model/clock.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import type { SkipRecord } from "../../model/trace.ts";
import type { AttemptLimits } from "../attempt/attempt-clocks.ts";
import type { Attempt } from "../attempt/attempt.ts";
import type { Permit } from "../health/breaker.ts";
import type { ChainHealth } from "../health/chain-health.ts";
import type { HealthCause } from "../health/health-events.ts";
import { metStaleConnection } from "../health/verdict.ts";
import type { Course } from "../ahead/course.ts";
import type { CallOptions } from "../options.ts";
import type { Policy } from "../policy.ts";
import type { Candidate } from "../tier.ts";
import type { Turn } from "../turn.ts";
import { Eligibility } from "./eligibility.ts";
import { RecoveryPlan, type FailureContext, type Recovery } from "./recovery.ts";
import { planOf, type CallRequests } from "./requests.ts";
import { Selection, skipRecord, type Obstacle } from "./selection.ts";
import { countCall } from "./spread.ts";

/** A probe's lease outlives its first-content limit by this much. */
const LEASE_MARGIN_MS = 5_000;

export interface Begun {
  readonly attempt: number;
  readonly limits: AttemptLimits;
}

export interface CandidatesSetup {
  readonly callId: number;
  /** Every target of every tier, in order. */
  readonly candidates: readonly Candidate[];
  readonly requests: CallRequests;
  readonly options: CallOptions;
  /** Milliseconds that the deadlines of the call leave at a given time. */
  readonly callLeftMs: (now: number) => number;
  readonly health: ChainHealth;
  readonly policy: Policy;
  readonly maxAttempts: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly course: Course | undefined;
  readonly onInternalError: (error: unknown) => void;
  readonly skipped: (record: SkipRecord) => void;
  /** Nothing is decided and nothing taken: hooks may be called now. */
  readonly onStep: () => void;
}

/**
 * Who is asked next in one call. Brings together the order of candidates (`Selection`), what stands in the way of each
 * (`Eligibility`), what follows a failure (`RecoveryPlan`), and the chain's health. A turn that is given and never
 * begins is given back.
 */
export class Candidates {
  readonly #setup: CandidatesSetup;
  readonly eligibility: Eligibility;
  readonly selection: Selection;
  readonly recovery: RecoveryPlan;
  /** Given, and not begun. */
  #given: Turn | undefined;
  /** The first candidate that was due for a probe which another call was making. */
  #denied: Candidate | undefined;
  /** The candidate that the call is with; two while one is asked beside another. */
  readonly #with = new Set<Candidate>();
  #attempts = 0;
  #isClosed = false;

  constructor(setup: CandidatesSetup) {
    this.#setup = setup;
    this.eligibility = new Eligibility({ ...setup, hasNext: () => this.selection.hasNext });
    const obstacle = (candidate: Candidate): Obstacle | undefined => this.eligibility.obstacle(candidate);
    this.selection = new Selection(setup.candidates, obstacle, setup.course);
    this.recovery = new RecoveryPlan({ ...setup, selection: this.selection });
  }

  /** Whether the call has no attempt left, whoever could still be asked. */
  get isSpent(): boolean {
    return this.#attempts >= this.#setup.maxAttempts;
  }

  get hasNext(): boolean {
    return !this.isSpent && this.selection.hasNext;
  }

  /** The next candidate's turn. When none may be asked and none was, the one that is due first is: the last resort. */
  async next(): Promise<Turn | undefined> {
    const turn = this.isSpent ? undefined : await this.#select();
    const chosen = turn ?? (this.#attempts === 0 && !this.#isClosed ? this.#lastResort() : undefined);
    if (chosen !== undefined) this.eligibility.enter(chosen.candidate);
    return chosen;
  }

  /** Whether an attempt that is about to begin there leaves one to ask the same candidate again. */
  mayAskAgain(candidate: Candidate): boolean {
    return this.recovery.hasAttempt(candidate, this.#attempts + 1);
  }

  /**
   * The number of the attempt, from 1, and its limits: for them functions of the caller may be asked. When one of those
   * throws, the turn has not begun.
   */
  begin({ candidate, plan }: Turn): Begun {
    this.eligibility.began(candidate);
    const limits = this.eligibility.attemptLimits(candidate, plan);
    this.#given = undefined;
    return { attempt: ++this.#attempts, limits };
  }

  /**
   * Reports a failure to health and decides what follows. `released`: output of the call has reached the consumer.
   * `hasOther`: another attempt of the call is running. `cooldownMs`: for how long the failed scope is left alone.
   */
  failed(
    attempt: Attempt,
    failure: TargetFailure,
    { released, hasOther }: Pick<FailureContext, "released" | "hasOther">,
  ): { readonly recovery: Recovery; readonly cooldownMs?: number | undefined } {
    const { health } = this.#setup;
    const { turn, isShort, isLate } = attempt;
    const { candidate, permit } = turn;
    const { target } = candidate;
    const isFresh = turn.repeat === "fresh-connection";
    const isStale = metStaleConnection(failure, isFresh);
    const report = (): number | undefined => health.failed(target, permit, failure, { isShort, isLate, isFresh });
    this.eligibility.failed(candidate, failure);
    const cooldownMs = isStale ? undefined : report();
    if (attempt.firstContentAt !== undefined) this.eligibility.sawContent();
    const recovery = this.recovery.decide(failure, {
      attempt,
      released,
      hasOther,
      attempts: this.#attempts,
      leftMs: this.eligibility.leftMs(candidate),
      mayRepeat: !hasOther && (isStale || (permit.venture !== "last-resort" && health.canRepeat(target))),
    });
    if (hasOther) this.leave(candidate);
    if (!isStale) return { recovery, cooldownMs };
    if (recovery.type !== "repeat") return { recovery, cooldownMs: report() };
    // The new connection's attempt is made by the same right, and speaks for both.
    this.#give({ ...turn, repeat: recovery.kind });
    return { recovery };
  }

  /** Pays for a repeat as soon as it is decided. On a new connection after a dead one it repeats nothing. */
  charge({ candidate }: Turn): void {
    if (this.#given === undefined) this.eligibility.charge(candidate);
  }

  /**
   * The turn that was decided on, at the same candidate. A repeat that was promised is made, whatever other calls have
   * found meanwhile; an operator's word ends it: then there is none.
   */
  again(turn: Turn, recovery: Extract<Recovery, { type: "repeat" | "repair" }>): Turn | undefined {
    const { health } = this.#setup;
    const { candidate } = turn;
    const { target } = candidate;
    const cause = this.#cause(candidate);
    if (this.#setup.course?.refusal(candidate) !== undefined) {
      this.#letGo();
      return undefined;
    }
    if (recovery.type === "repair") {
      const { request, description: repair } = recovery;
      return this.#give({
        ...turn,
        request,
        plan: planOf(target, request),
        permit: health.admit(target, undefined, cause),
        repeat: undefined,
        repair,
      });
    }
    if (!health.isIsolated(target)) {
      return (
        this.#given ?? this.#give({ ...turn, permit: health.admit(target, undefined, cause), repeat: recovery.kind })
      );
    }
    this.#letGo();
    return undefined;
  }

  /** When the same request could be tried again at the first of all candidates; `Infinity` where waiting does not help. */
  retryAt(): number {
    return Math.min(...this.#setup.candidates.map((candidate) => this.eligibility.retryAt(candidate)));
  }

  /** The call is over: no turn is given any more. */
  close(): void {
    this.#isClosed = true;
    this.#letGo();
    if (this.#with.size > 0) this.#setup.course?.moveTo(undefined);
    for (const candidate of this.#with) this.leave(candidate);
  }

  async #select(): Promise<Turn | undefined> {
    const { requests, health, onStep } = this.#setup;
    for (;;) {
      const candidate = this.selection.next((record) => this.#skip(record));
      // Before a probe or a trial is taken, which a call that ends here would waste.
      onStep();
      if (candidate === undefined || this.#isClosed) return undefined;
      this.eligibility.charge(candidate);
      const asked = health.ask(
        candidate.target,
        requests.firstContentMs(candidate) + LEASE_MARGIN_MS,
        this.#cause(candidate),
      );
      // oxlint-disable-next-line no-await-in-loop -- one candidate after the other is the point
      const permit = asked instanceof Promise ? await asked : asked;
      if (permit !== undefined) return this.turnOf(candidate, permit);
      this.#denied ??= candidate;
      this.#skip(skipRecord(candidate, { reason: "breaker", detail: "another call is probing" }));
    }
  }

  /** A function of the caller, or the wait for the store, may have been the end of the call: then nothing is added. */
  #skip(record: SkipRecord): void {
    if (!this.#isClosed) this.#setup.skipped(record);
  }

  #lastResort(): Turn | undefined {
    const candidate = this.#denied ?? this.selection.dueFirst()?.candidate;
    if (candidate === undefined) return undefined;
    return this.turnOf(candidate, this.#setup.health.admit(candidate.target, "last-resort", this.#cause(candidate)));
  }

  #cause({ tier, sibling }: Candidate): HealthCause {
    return { callId: this.#setup.callId, tier: tier.name, sibling };
  }

  /** `isBeside`: the call stays with the one that it is with. */
  turnOf(candidate: Candidate, permit: Permit, isBeside?: true): Turn | undefined {
    const fit = this.#setup.requests.forTarget(candidate);
    // Selection passes over candidates that do not fit.
    if (!fit.ok) throw new TargetFailure("request.unsupported");
    return this.#give({ ...fit, candidate, permit }, isBeside);
  }

  /** The call may have ended while the store was asked. */
  #give(turn: Turn, isBeside?: true): Turn | undefined {
    this.#given = turn;
    if (this.#isClosed) this.#letGo();
    else this.#moveTo(turn.candidate, isBeside);
    return this.#given;
  }

  /** A call is with a candidate also while it waits for a repeat there. */
  #moveTo(candidate: Candidate, isBeside: true | undefined): void {
    if (this.#with.has(candidate)) return;
    if (!isBeside) for (const other of this.#with) this.leave(other);
    this.#with.add(candidate);
    countCall(candidate, 1);
    this.#setup.course?.moveTo(candidate);
  }

  leave(candidate: Candidate): void {
    if (!this.#with.delete(candidate)) return;
    countCall(candidate, -1);
    for (const other of this.#with) this.eligibility.stay(other);
  }

  #letGo(): void {
    const given = this.#given;
    this.#given = undefined;
    if (given !== undefined) this.#setup.health.stopped(given.candidate.target, given.permit);
  }
}

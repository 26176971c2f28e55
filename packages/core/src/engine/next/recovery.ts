import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { TargetRequest } from "../../model/target.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { RepeatKind } from "../../model/trace.ts";
import type { Attempt } from "../attempt/attempt.ts";
import { defaultPolicy, type Policy, type PolicyDecision } from "../policy.ts";
import { offerRepeat, type RepeatOffer } from "./repeat.ts";
import type { Selection } from "./selection.ts";
import { modelOf, type Candidate, type Tier } from "../tier.ts";

const ATTEMPTS_PER_TARGET = 3;

/** What follows a failed attempt. */
export type Recovery =
  | { readonly type: "stop" }
  | { readonly type: "next" }
  | ({ readonly type: "repeat" } & RepeatOffer)
  | { readonly type: "repair"; readonly description: string; readonly request: TargetRequest };

export interface FailureContext {
  readonly attempt: Attempt;
  /** Attempts made in this call so far. */
  readonly attempts: number;
  /** Whether another attempt of this call is running: then nothing is repeated or repaired. */
  readonly hasOther: boolean;
  /** Whether output of this call has reached the consumer. */
  readonly released: boolean;
  /** Milliseconds that the clocks leave for waiting. */
  readonly leftMs: number;
  /** Whether health allows to ask the same target again. */
  readonly mayRepeat: boolean;
}

export interface RecoverySetup {
  readonly selection: Selection;
  readonly policy: Policy;
  readonly maxAttempts: number;
  readonly random: () => number;
  readonly onInternalError: (error: unknown) => void;
}

/** Decides after each failure how a call continues: the adapter's repair, the table's repeats, the policy function. */
export class RecoveryPlan {
  readonly #setup: RecoverySetup;
  readonly #repairs = new Map<Candidate, readonly string[]>();
  readonly #repeats = new Map<Candidate, (RepeatKind | "lost")[]>();
  readonly #lastOutput = new Map<Tier | string, string>();

  constructor(setup: RecoverySetup) {
    this.#setup = setup;
  }

  decide(failure: TargetFailure, context: FailureContext): Recovery {
    const { candidate } = context.attempt.turn;
    const repair = this.#repair(failure, context);
    if (repair !== undefined) return repair;
    const isSettled = this.#hasFailedAlike(failure, context);
    this.#setup.selection.exclude(candidate, failure);
    if (isSettled) this.#setup.selection.closeModel(candidate);
    const offer = isSettled ? undefined : this.#offer(failure, context);
    const decision = this.#ask(failure, context, offer);
    if (decision !== "again") return { type: decision };
    // A policy may ask for a repeat that the rules do not offer; the limits of attempts and time still hold.
    const repeat = offer ?? { kind: "backoff", delayMs: 250 };
    if (isSettled || this.#isSpent(context) || repeat.delayMs > context.leftMs) return { type: "next" };
    this.count(candidate, repeat.kind);
    return { type: "repeat", ...repeat };
  }

  /** One more attempt is made at a candidate, or may be: as a repeat, or as another was preferred to the one before. */
  count(candidate: Candidate, why: RepeatKind | "lost"): void {
    this.#repeats.set(candidate, [...this.#repeatsAt(candidate), why]);
  }

  #repair(failure: TargetFailure, context: FailureContext): Recovery | undefined {
    const { repair } = failure.details;
    const { turn, isReleased } = context.attempt;
    const { candidate, request } = turn;
    const made = this.#repairs.get(candidate) ?? [];
    // What did not help the first time does not help again.
    if (repair === undefined || made.includes(repair.description) || isReleased) return undefined;
    if (context.hasOther || this.#hasNoAttempt(context)) return undefined;
    this.#repairs.set(candidate, [...made, repair.description]);
    try {
      return { type: "repair", description: repair.description, request: repair.apply(request) };
    } catch (error) {
      this.#setup.onInternalError(error);
      return undefined;
    }
  }

  #offer(failure: TargetFailure, context: FailureContext): RepeatOffer | undefined {
    if (this.#isSpent(context)) return undefined;
    const made = this.#repeatsAt(context.attempt.turn.candidate);
    const offer = offerRepeat(failure, {
      released: context.released,
      hasNext: this.#setup.selection.hasNext,
      made: (kind) => made.filter((other) => other === kind).length,
      random: this.#setup.random,
    });
    return offer === undefined || offer.delayMs > context.leftMs ? undefined : offer;
  }

  #ask(failure: TargetFailure, context: FailureContext, offer: RepeatOffer | undefined): PolicyDecision {
    const { policy, selection, onInternalError } = this.#setup;
    const { tier, target } = context.attempt.turn.candidate;
    const { scope, status, vendorCode, retryAfterMs } = failure.details;
    const facts = {
      class: failure.class,
      scope: scope ?? FAILURE_RULES[failure.class].scope,
      status,
      vendorCode,
      retryAfterMs,
    };
    const policyContext = {
      tier: tier.name,
      vendor: target.vendor,
      model: target.model,
      attempts: context.attempts,
      released: context.released,
      hasNext: context.hasOther || selection.hasNext,
      canRepeat: offer !== undefined,
    };
    try {
      const decision: unknown = policy(facts, policyContext);
      if (isDecision(decision)) return decision;
      onInternalError(new TypeError("The policy function must return 'again', 'next' or 'stop'."));
    } catch (error) {
      onInternalError(error);
    }
    return defaultPolicy(facts, policyContext);
  }

  /** The same failure with the same output, a second time at one model: a third would be the same. */
  #hasFailedAlike(failure: TargetFailure, { attempt }: FailureContext): boolean {
    const model = modelOf(attempt.turn.candidate);
    const written = attempt.assembly.written();
    if (!failure.class.startsWith("output.") && written === "") return false;
    const output = `${failure.class} ${written}`;
    const isAlike = this.#lastOutput.get(model) === output;
    this.#lastOutput.set(model, output);
    return isAlike;
  }

  #isSpent(context: FailureContext): boolean {
    return !context.mayRepeat || this.#hasNoAttempt(context);
  }

  #hasNoAttempt({ attempt, attempts }: FailureContext): boolean {
    return !this.hasAttempt(attempt.turn.candidate, attempts);
  }

  /**
   * Whether one more may be made at a candidate behind so many of the call, the one that runs included. One is kept for each
   * candidate that was not tried: what repeats is never what keeps it from its turn.
   */
  hasAttempt(candidate: Candidate, attempts: number): boolean {
    const { maxAttempts, selection } = this.#setup;
    return attempts + selection.left < maxAttempts && this.#attemptsAt(candidate) < ATTEMPTS_PER_TARGET;
  }

  #attemptsAt(candidate: Candidate): number {
    return 1 + this.#repeatsAt(candidate).length + (this.#repairs.get(candidate)?.length ?? 0);
  }

  #repeatsAt(candidate: Candidate): readonly (RepeatKind | "lost")[] {
    return this.#repeats.get(candidate) ?? [];
  }
}

function isDecision(value: unknown): value is PolicyDecision {
  return value === "again" || value === "next" || value === "stop";
}

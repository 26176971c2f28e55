import { FAILURE_RULES } from "../model/failure-rules.ts";
import type { TargetRequest } from "../model/target.ts";
import { TargetFailure } from "../model/target-failure.ts";
import { defaultPolicy, type Policy } from "./policy.ts";
import { offerRepeat, type RepeatOffer } from "./repeat.ts";
import type { Selection } from "./selection.ts";
import type { Candidate } from "./tier.ts";

const ATTEMPTS_PER_TARGET = 3;

/** What follows a failed attempt. */
export type Recovery =
  | { readonly type: "stop" }
  | { readonly type: "next" }
  | { readonly type: "repeat"; readonly offer: RepeatOffer }
  | { readonly type: "repair"; readonly description: string; readonly request: TargetRequest };

export interface FailureContext {
  readonly candidate: Candidate;
  readonly request: TargetRequest;
  /** Attempts made in this call so far. */
  readonly attempts: number;
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

/** Decides, failure by failure, how a call goes on: the adapter's repair, the table's repeats, and the policy function. */
export class RecoveryPlan {
  readonly #setup: RecoverySetup;
  /** Vendors that rejected the request; the second one proves that it is the request. */
  readonly #rejectedBy = new Set<string>();
  readonly #repaired = new Set<Candidate>();
  readonly #repeats = new Map<Candidate, RepeatOffer["kind"][]>();

  constructor(setup: RecoverySetup) {
    this.#setup = setup;
  }

  /** A vendor's plain 400 may be our mistake or its drift; when a second vendor agrees, the request is at fault. */
  confirm(failure: TargetFailure, { target }: Candidate): TargetFailure {
    if (failure.class !== "request.rejected") return failure;
    this.#rejectedBy.add(target.vendor);
    return this.#rejectedBy.size > 1 ? new TargetFailure("request.invalid", failure.details) : failure;
  }

  decide(failure: TargetFailure, context: FailureContext): Recovery {
    const repair = this.#repair(failure, context);
    if (repair !== undefined) return repair;
    const offer = this.#offer(failure, context);
    const decision = this.#ask(failure, context, offer);
    if (decision !== "again") return { type: decision };
    // A policy may ask for a repeat that the rules do not offer; the attempt limits still hold.
    const repeat = offer ?? { kind: "backoff", delayMs: 250 };
    if (this.#isSpent(context)) return { type: "next" };
    this.#repeats.set(context.candidate, [...this.#repeatsAt(context.candidate), repeat.kind]);
    return { type: "repeat", offer: repeat };
  }

  #repair(failure: TargetFailure, context: FailureContext): Recovery | undefined {
    const { repair } = failure.details;
    const { candidate, released, attempts, request } = context;
    if (repair === undefined || released || this.#repaired.has(candidate) || attempts >= this.#setup.maxAttempts) {
      return undefined;
    }
    this.#repaired.add(candidate);
    return { type: "repair", description: repair.description, request: repair.apply(request) };
  }

  #offer(failure: TargetFailure, context: FailureContext): RepeatOffer | undefined {
    if (this.#isSpent(context)) return undefined;
    const made = this.#repeatsAt(context.candidate);
    const offer = offerRepeat(failure, {
      released: context.released,
      hasNext: this.#setup.selection.hasNext,
      made: (kind) => made.filter((other) => other === kind).length,
      random: this.#setup.random,
    });
    return offer === undefined || offer.delayMs >= context.leftMs ? undefined : offer;
  }

  #ask(failure: TargetFailure, context: FailureContext, offer: RepeatOffer | undefined): ReturnType<Policy> {
    const { policy, selection, onInternalError } = this.#setup;
    const { tier, target } = context.candidate;
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
      hasNext: selection.hasNext,
      canRepeat: offer !== undefined,
    };
    try {
      return policy(facts, policyContext);
    } catch (error) {
      onInternalError(error);
      return defaultPolicy(facts, policyContext);
    }
  }

  #isSpent({ candidate, attempts, mayRepeat }: FailureContext): boolean {
    if (!mayRepeat || attempts >= this.#setup.maxAttempts) return true;
    return this.#repeatsAt(candidate).length + 1 >= ATTEMPTS_PER_TARGET;
  }

  #repeatsAt(candidate: Candidate): readonly RepeatOffer["kind"][] {
    return this.#repeats.get(candidate) ?? [];
  }
}

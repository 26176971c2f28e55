import type { Clock } from "../../model/clock.ts";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { ErrorCode } from "../../model/failure.ts";
import type { AttemptPlan } from "../../model/target.ts";
import { isTargetFailure, type TargetFailure } from "../../model/target-failure.ts";
import type { AttemptLimits } from "../attempt/attempt-clocks.ts";
import { firstContentMs, type CallRequests } from "./requests.ts";
import type { ChainHealth, Standing } from "../health/chain-health.ts";
import { routeKey } from "../health/routes.ts";
import type { Course } from "../ahead/course.ts";
import type { CallOptions } from "../options.ts";
import type { Obstacle } from "./selection.ts";
import { shareOf, TierClock } from "./tier-clock.ts";
import { isKeyless, modelOf, type Candidate } from "../tier.ts";

/** Failures that the same request meets again, whenever it is sent. */
const ABOUT_THE_REQUEST: readonly ErrorCode[] = [
  "invalid-request",
  "unsupported",
  "context-length",
  "too-large",
  "policy",
  "invalid-output",
];

/** A person has to act, as for a key that is refused. */
const NO_KEY: Obstacle = { reason: "no-key", class: "auth.invalid" };

export interface EligibilitySetup {
  readonly options: CallOptions;
  readonly requests: CallRequests;
  /** Milliseconds that the deadlines of the call leave at a given time. */
  readonly callLeftMs: (now: number) => number;
  readonly health: ChainHealth;
  readonly clock: Clock;
  readonly course: Course | undefined;
  /** Whether a candidate is left behind the current one. */
  readonly hasNext: () => boolean;
}

/** Whether a candidate may be tried in this call, beside the call's own failures, and how much time it has. */
export class Eligibility {
  readonly #setup: EligibilitySetup;
  readonly #tierClock = new TierClock();
  /** Routes tried so far, one for each attempt: one more attempt there is a repeat. */
  readonly #routes: string[] = [];
  /** When the candidates that failed can be tried with the same request again. */
  readonly #notBefore = new Map<Candidate, number>();

  constructor(setup: EligibilitySetup) {
    this.#setup = setup;
  }

  obstacle(candidate: Candidate): Obstacle | undefined {
    const { requests, health, course } = this.#setup;
    const { tier, target } = candidate;
    const notWanted = this.#notWanted(candidate);
    if (notWanted !== undefined) return notWanted;
    const fit = requests.forTarget(candidate);
    if (!fit.ok) return { reason: "unsupported", detail: fit.missing.join(", ") };
    // Asked before anything has begun: what a function of the caller throws is not a failure of an attempt.
    requests.timeoutMs(tier);
    if (!this.#hasTime(candidate)) return { reason: "no-time" };
    if (this.#routes.includes(routeKey(target)) && !health.canRepeat(target)) return { reason: "repeats-used-up" };
    return course?.refusal(candidate) ?? healthObstacle(health.standing(target));
  }

  /** Learns when the same request can be tried again here. */
  failed(candidate: Candidate, failure: TargetFailure): void {
    const isAboutRequest = ABOUT_THE_REQUEST.includes(FAILURE_RULES[failure.class].code);
    const waitMs = isAboutRequest ? Infinity : (failure.details.retryAfterMs ?? 0);
    this.#notBefore.set(candidate, this.#setup.clock.now() + waitMs);
  }

  /** When the same request could be tried here again; `Infinity` when that would not help, or a person has to act. */
  retryAt(candidate: Candidate): number {
    const { requests, health, course } = this.#setup;
    const fit = requests.known(candidate);
    const isOut = this.#notWanted(candidate) !== undefined || fit?.ok === false;
    if (isOut || (fit !== undefined && course?.refusal(candidate) !== undefined)) return Infinity;
    const standing = health.standing(candidate.target);
    return Math.max(this.#notBefore.get(candidate) ?? 0, standing.type === "blocked" ? standing.dueAt : 0);
  }

  enter(candidate: Candidate): void {
    this.#tierClock.enter(modelOf(candidate), this.#setup.clock.now());
  }

  /** Pays for a repeat as soon as it is decided: calls that wait for theirs must not count on the same token. */
  charge({ target }: Candidate): void {
    if (this.#routes.includes(routeKey(target))) this.#setup.health.takeRepeat(target);
  }

  began({ target }: Candidate): void {
    this.#routes.push(routeKey(target));
  }

  /** Another attempt was preferred to one there: to ask again repeats nothing. */
  forget({ target }: Candidate): void {
    this.#routes.splice(this.#routes.indexOf(routeKey(target)), 1);
  }

  /** Of two that were asked beside each other, this one goes on alone. */
  stay(candidate: Candidate): void {
    this.#tierClock.stay(modelOf(candidate));
  }

  sawContent(): void {
    this.#tierClock.renew(this.#setup.clock.now());
  }

  /** Milliseconds that the clocks leave for waiting before a repeat that still has a fair chance. */
  leftMs(candidate: Candidate): number {
    const { requests, callLeftMs, clock } = this.#setup;
    const now = clock.now();
    const spare = this.#tierClock.spare(modelOf(candidate), requests.firstContentMs(candidate), now);
    return Math.min(spare, callLeftMs(now));
  }

  attemptLimits(candidate: Candidate, plan: AttemptPlan | TargetFailure): AttemptLimits {
    const { tier, target } = candidate;
    const timeoutMs = this.#setup.requests.timeoutMs(tier);
    const own = firstContentMs(tier, timeoutMs, plan);
    return {
      firstContentMs: this.#firstContentMs(candidate, own),
      firstContentBy: own === timeoutMs ? "timeoutMs" : "silentReasoningMs",
      ownFirstContentMs: own,
      firstEventMs:
        isTargetFailure(plan) || !plan.silentReasoning || !plan.eventsAtOnce || plan.unary ? Infinity : timeoutMs,
      livenessMs: target.capabilities.keepAlives ? tier.livenessMs : Infinity,
      progressMs: tier.progressMs,
      workingMs: tier.workingMs,
    };
  }

  #notWanted({ tier, target }: Candidate): Obstacle | undefined {
    const { options } = this.#setup;
    if (options.tiers !== undefined && !options.tiers.includes(tier.name)) return { reason: "not-selected" };
    if (tier.degraded && options.allowDegraded === false) return { reason: "degraded-not-allowed" };
    return isKeyless(target) ? NO_KEY : undefined;
  }

  #firstContentMs(candidate: Candidate, own: number): number {
    const { callLeftMs, clock, hasNext } = this.#setup;
    const now = clock.now();
    const tierLeft = this.#tierClock.left(modelOf(candidate), own, now);
    const callLeft = Math.max(0, callLeftMs(now));
    // Far from its deadline a call has no need to look at the candidates behind this one.
    return tierLeft <= callLeft / 2 ? tierLeft : Math.min(tierLeft, shareOf(callLeft, hasNext()));
  }

  /** However short a deadline is, one attempt is made; while anything is left of it, each tier may be tried. */
  #hasTime(candidate: Candidate): boolean {
    const { requests, callLeftMs, clock } = this.#setup;
    if (this.#routes.length === 0) return true;
    const now = clock.now();
    return callLeftMs(now) > 0 && this.#tierClock.hasTime(modelOf(candidate), requests.firstContentMs(candidate), now);
  }
}

/** What health puts in a candidate's way. No call waits for what a person has to fix. */
function healthObstacle(standing: Standing): Obstacle | undefined {
  if (standing.type !== "blocked") return undefined;
  return standing.isHard ? { ...standing, dueAt: undefined } : standing;
}

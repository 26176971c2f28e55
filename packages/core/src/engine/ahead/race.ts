import type { Rule } from "../../model/rules.ts";
import type { AttemptPlan } from "../../model/target.ts";
import type { SkipRecord } from "../../model/trace.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { Attempt } from "../attempt/attempt.ts";
import type { Alarm } from "../call/alarm.ts";
import type { CallLog } from "../call/call-log.ts";
import type { CallSetup, Outcome } from "../call/call.ts";
import type { Ending } from "../call/ending.ts";
import type { Candidates } from "../next/candidates.ts";
import type { Candidate, Tier } from "../tier.ts";
import type { Turn } from "../turn.ts";
import type { Course } from "./course.ts";
import type { Hedging } from "./hedging.ts";

/** The call, as a race sees it. */
export interface RaceHost {
  readonly setup: Pick<CallSetup, "callId" | "requests" | "maxAttempts" | "health" | "clock">;
  readonly course: Course | undefined;
  readonly candidates: Pick<Candidates, "selection" | "eligibility" | "recovery" | "turnOf" | "leave">;
  readonly log: Pick<CallLog, "note" | "skip">;
  readonly alarm: Pick<Alarm, "update">;
  /** Begins a hedge. Undefined where the call has ended meanwhile. */
  readonly begin: (turn: Turn) => Attempt | undefined;
  /** Runs an attempt. Never rejects. */
  readonly run: (attempt: Attempt) => Promise<Outcome>;
  /** Knows what runs, stops an attempt, and ends the call. */
  readonly ending: Pick<Ending, "running" | "stopAttempt" | "fail">;
}

/** When an attempt is hedged. */
interface Wait {
  readonly afterMs: number;
  readonly by: "hedgeAfterMs" | "p95";
}

const AFTER: Rule = {
  must: "be a number of milliseconds, at least 1, or 'p95'",
  test: (value) => value === "p95" || (typeof value === "number" && value >= 1),
};

/**
 * The attempts of one call, of which two may run beside each other until one of them shows content (rules R14.1 to R14.6).
 * Outcomes are handed on one by one, in the order in which they come.
 */
export class Race {
  readonly #host: RaceHost;
  readonly #hedging: Hedging;
  readonly #asked = new Map<Tier, number | "p95">();
  /** Of the attempt that is about to begin. */
  #wait: Wait | undefined;
  /** Of attempts without content that were not hedged yet. */
  readonly #waits = new Map<Attempt, Wait & { dueAt: number }>();
  /** Candidates to which another was preferred. */
  readonly #lost = new Set<Candidate>();
  readonly #outcomes: Outcome[] = [];
  #wake: (() => void) | undefined;
  #isToldOff = false;

  constructor(host: RaceHost, hedging: Hedging) {
    this.#host = host;
    this.#hedging = hedging;
  }

  /** Functions of the caller are asked before anything has begun. */
  prepare({ candidate, permit, plan, joint }: Turn): void {
    const isOrdinary = permit.venture === undefined && joint === undefined && isHarmless(plan);
    this.#wait = isOrdinary ? this.#waitFor(candidate) : undefined;
  }

  /** Runs an attempt, if one is given, and waits for the next that comes to its end. */
  async next(attempt: Attempt | undefined): Promise<Outcome | undefined> {
    if (attempt === undefined) this.#leftAlone();
    else this.#run(attempt);
    while (this.#outcomes.length === 0) {
      // oxlint-disable-next-line no-await-in-loop -- until there is one
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#outcomes.shift();
  }

  /** The other one has failed: now this one may be hedged. */
  #leftAlone(): void {
    for (const wait of this.#waits.values()) wait.dueAt = this.#host.setup.clock.now() + wait.afterMs;
    this.#host.alarm.update();
  }

  /** When the running attempt is to be hedged. */
  dueAt(): number {
    const [attempt, other] = this.#host.ending.running;
    return (other === undefined && attempt && this.#waits.get(attempt)?.dueAt) || Infinity;
  }

  onDue(now: number, late: boolean): void {
    const [attempt] = this.#host.ending.running;
    const wait = attempt && this.#waits.get(attempt);
    if (attempt === undefined || wait === undefined || this.dueAt() > now) return;
    if (late) {
      // Nobody knows how long the vendor was silent while the process stood still.
      wait.dueAt = now + wait.afterMs;
      return;
    }
    this.#waits.delete(attempt);
    if (attempt.sideEffects || attempt.ended !== undefined) return;
    try {
      this.#hedge(attempt, wait);
    } catch (error) {
      // A function of the caller, which was asked for a limit.
      this.#host.ending.fail(error);
    }
  }

  #hedge(attempt: Attempt, wait: Wait): void {
    const turn = this.#turnBeside(attempt, wait);
    if (turn === undefined) return;
    this.#hedging.spend();
    this.#note(attempt, wait);
    const hedge = this.#host.begin(turn);
    if (hedge !== undefined) this.#run(hedge);
  }

  /** What an attempt shows, or its end, decides: no other one is wanted any more. */
  decide(attempt: Attempt): void {
    this.#waits.delete(attempt);
    for (const other of this.#host.ending.running) if (other !== attempt) this.#lose(other);
  }

  /** It did not fail: its target may be asked again, and that repeats nothing. */
  #lose(attempt: Attempt): void {
    const { selection, eligibility, recovery } = this.#host.candidates;
    const { candidate, repeat, repair } = attempt.turn;
    this.#host.ending.stopAttempt(attempt);
    this.#host.candidates.leave(candidate);
    eligibility.forget(candidate);
    if (repeat !== undefined || repair !== undefined || this.#lost.has(candidate)) return;
    this.#lost.add(candidate);
    recovery.count(candidate, "lost");
    selection.putBack(candidate);
  }

  /** The next candidate's turn, if it is wanted and there is an attempt to spare. Else nothing moves. */
  #turnBeside(attempt: Attempt, wait: Wait): Turn | undefined {
    const { setup, candidates, log } = this.#host;
    const { selection, eligibility } = candidates;
    const { position, left } = selection;
    if (attempt.name.attempt + left >= setup.maxAttempts) return undefined;
    const passed: SkipRecord[] = [];
    const candidate = selection.next((skip) => passed.push(skip), true);
    if (candidate === undefined || !this.#isWanted(candidate, attempt, wait)) {
      selection.position = position;
      return undefined;
    }
    for (const skip of passed) log.skip(skip);
    eligibility.charge(candidate);
    eligibility.enter(candidate);
    const { tier, target, sibling } = candidate;
    const permit = setup.health.admit(target, undefined, { callId: setup.callId, tier: tier.name, sibling });
    return candidates.turnOf(candidate, permit, true);
  }

  #run(attempt: Attempt): void {
    const wait = this.#wait;
    this.#wait = undefined;
    if (wait !== undefined) this.#waits.set(attempt, { ...wait, dueAt: attempt.startedAt + wait.afterMs });
    // oxlint-disable-next-line promise/always-return -- nobody waits for it
    void this.#host.run(attempt).then((outcome) => {
      this.#outcomes.push(outcome);
      this.#wake?.();
    });
  }

  #waitFor(candidate: Candidate): Wait | undefined {
    const afterMs = this.#afterOf(candidate.tier);
    if (afterMs !== "p95") return afterMs === undefined ? undefined : { afterMs, by: "hedgeAfterMs" };
    const usual = this.#hedging.p95(candidate);
    return usual === undefined ? undefined : { afterMs: usual, by: "p95" };
  }

  #afterOf(tier: Tier): number | "p95" | undefined {
    const { hedgeAfterMs: given } = tier;
    if (typeof given !== "function") return given;
    const after = this.#asked.get(tier) ?? this.#host.setup.requests.callUser(tier, "hedgeAfterMs", given, AFTER);
    this.#asked.set(tier, after);
    return after;
  }

  #isWanted(candidate: Candidate, attempt: Attempt, wait: Wait): boolean {
    const fit = this.#host.setup.requests.forTarget(candidate);
    // What is to find out something has to come to its end, and what is to come last is not wanted now.
    if (!fit.ok || !isHarmless(fit.plan) || !this.#hedging.isWell(candidate)) return false;
    if (this.#host.course?.objection(candidate) !== undefined) return false;
    const skipped = this.#hedging.obstacle();
    if (skipped === undefined) return true;
    if (!this.#isToldOff) this.#note(attempt, wait, skipped);
    this.#isToldOff = true;
    return false;
  }

  #note({ name }: Attempt, { afterMs, by }: Wait, skipped?: "budget" | "half-open"): void {
    this.#host.log.note({ type: "hedge", ...name, afterMs, by, skipped });
  }
}

/** Whether a request may be sent to two vendors: nothing but an answer comes of it. */
function isHarmless(plan: AttemptPlan | TargetFailure): boolean {
  return !(plan instanceof Error) && plan.acts !== true && (plan.nativeTools ?? []).length === 0;
}

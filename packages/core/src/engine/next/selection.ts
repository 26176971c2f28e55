import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { Capabilities } from "../../model/target.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { SkipReason, SkipRecord } from "../../model/trace.ts";
import { scopeId, scopeIds } from "../health/scope.ts";
import type { Course } from "../ahead/course.ts";
import { candidateName, modelOf, type Candidate, type Tier } from "../tier.ts";
import { fairOrder } from "./spread.ts";

export interface Obstacle {
  readonly reason: SkipReason;
  readonly detail?: string | undefined;
  /** What failed in an earlier call, where that is why. */
  readonly class?: FailureClass | undefined;
  /** When it goes away by itself, where that is known and no person has to act. */
  readonly dueAt?: number | undefined;
}

/**
 * The order in which one call tries its candidates: forward through the chain, past everything that shares a scope
 * with a failure of this call or is known not to fit.
 */
export class Selection {
  #candidates: readonly Candidate[];
  /** What stands in the way beside this call's own failures. */
  readonly #obstacle: (candidate: Candidate) => Obstacle | undefined;
  readonly #failedScopes = new Set<string>();
  readonly #closed = new Set<Tier | string>();
  /** What the chain has learnt. */
  readonly #course: Course | undefined;
  /** Passed over by what was learnt, or asked and not failed: they come again behind all others. */
  readonly #late = new Set<Candidate>();
  /** Capabilities that turned out to be needed. */
  readonly #needed = new Set<keyof Capabilities>();
  /** A window known to be too small, in tokens. */
  #tooSmall: number | undefined;
  /** Most calls end without a failure: then nothing has to be looked up. */
  #hasFailed = false;
  /** Of the current candidate. */
  position = -1;

  constructor(
    candidates: readonly Candidate[],
    obstacle: (candidate: Candidate) => Obstacle | undefined,
    course: Course | undefined,
  ) {
    this.#candidates = candidates;
    this.#obstacle = obstacle;
    this.#course = course;
  }

  /** Moves to the next candidate that can be tried, whatever was learnt if it `isFirm`; reports the ones passed over. */
  next(skipped: (record: SkipRecord) => void, isFirm?: true): Candidate | undefined {
    if (this.position < 0) this.#candidates = this.#ordered(this.#candidates);
    while (++this.position < this.#candidates.length) {
      this.#balance();
      const candidate = this.#candidates[this.position];
      if (candidate === undefined) break;
      const obstacle = this.#obstacleFor(candidate) ?? (isFirm ? undefined : this.#objection(candidate));
      if (obstacle === undefined) return candidate;
      skipped(skipRecord(candidate, obstacle));
    }
    return undefined;
  }

  /** It was asked and did not fail: the current one gets its place again, another one a place behind all. */
  putBack(candidate: Candidate): void {
    if (this.#candidates[this.position] === candidate) this.position--;
    else this.#comeLate(candidate);
  }

  /** Siblings that share their calls are put in order when a call comes to them; behind an overflow, windows decide. */
  #balance(): void {
    const at = this.position;
    const spread = this.#candidates[at]?.spread;
    if (spread === undefined || this.#tooSmall !== undefined || this.#candidates[at - 1]?.spread === spread) return;
    // A pin may have put one of them elsewhere.
    const isToCome = (one: Candidate, index: number): boolean =>
      index >= at && one.spread === spread && !this.#late.has(one);
    const coming = this.#candidates.filter(isToCome);
    const fair = this.#ordered(fairOrder(spread).filter((one) => coming.includes(one))).values();
    this.#candidates = this.#candidates.map((one, index) => (isToCome(one, index) ? (fair.next().value ?? one) : one));
  }

  #ordered(candidates: readonly Candidate[]): readonly Candidate[] {
    return this.#course?.order(candidates) ?? candidates;
  }

  /** What was learnt may be wrong or old: it only ever puts a candidate behind others that may be asked. */
  #objection(candidate: Candidate): Obstacle | undefined {
    const objection = this.#late.has(candidate) ? undefined : this.#course?.objection(candidate);
    if (objection === undefined || !this.hasNext) return undefined;
    this.#comeLate(candidate);
    return objection;
  }

  #comeLate(candidate: Candidate): void {
    this.#late.add(candidate);
    this.#candidates = [...this.#candidates, candidate];
  }

  /** Of the candidates that only have to wait, the one that is due first. */
  dueFirst(): { readonly candidate: Candidate; readonly dueAt: number } | undefined {
    let first: { readonly candidate: Candidate; readonly dueAt: number } | undefined;
    for (const candidate of this.#candidates) {
      const dueAt = this.#obstacleFor(candidate)?.dueAt;
      if (dueAt !== undefined && (first === undefined || dueAt < first.dueAt)) first = { candidate, dueAt };
    }
    return first;
  }

  /** Whether a candidate is left after the current one. */
  get hasNext(): boolean {
    return this.#behind().some((candidate) => this.#obstacleFor(candidate) === undefined);
  }

  /** How many candidates after the current one may still get their turn: what only has to wait may be due by then. */
  get left(): number {
    return this.#behind().filter((candidate) => {
      const obstacle = this.#obstacleFor(candidate);
      return obstacle === undefined || obstacle.dueAt !== undefined;
    }).length;
  }

  /** No other target of this candidate's model is tried in its tier. */
  closeModel(candidate: Candidate): void {
    this.#hasFailed = true;
    this.#closed.add(modelOf(candidate));
  }

  #behind(): readonly Candidate[] {
    return this.#candidates.slice(this.position + 1);
  }

  /** Learns from a failure of the current candidate. */
  exclude(candidate: Candidate, failure: TargetFailure): void {
    this.#hasFailed = true;
    const rule = FAILURE_RULES[failure.class];
    const scope = scopeId(failure.details.scope ?? rule.scope, candidate.target);
    if (scope !== undefined) this.#failedScopes.add(scope);
    if (!rule.sibling) this.closeModel(candidate);
    if (rule.advance === "larger-window") this.#excludeWindow(candidate, failure.details.contextWindow);
    if (rule.advance === "capable" && failure.details.capability !== undefined) {
      this.#needed.add(failure.details.capability);
    }
  }

  #excludeWindow(candidate: Candidate, stated: number | undefined): void {
    const window = stated ?? candidate.target.capabilities.contextWindow;
    this.#tooSmall = Math.max(this.#tooSmall ?? 0, window === "unknown" ? 0 : window);
    // An unknown window may be larger or smaller: it is tried behind those that are known to be larger.
    const left = this.#behind();
    this.#candidates = [
      ...this.#candidates.slice(0, this.position + 1),
      ...left.filter((other) => hasWindow(other)),
      ...left.filter((other) => !hasWindow(other)),
    ];
  }

  #obstacleFor(candidate: Candidate): Obstacle | undefined {
    return (this.#hasFailed ? this.#ownObstacle(candidate) : undefined) ?? this.#obstacle(candidate);
  }

  #ownObstacle(candidate: Candidate): Obstacle | undefined {
    const { target } = candidate;
    if (this.#closed.has(modelOf(candidate)))
      return { reason: "scope-failed", detail: "the failure concerns the whole tier" };
    const failed = scopeIds(target).find((id) => this.#failedScopes.has(id));
    // The first word names the kind of scope; the rest may hold a hash and is of no use to a reader.
    if (failed !== undefined) return { reason: "scope-failed", detail: failed.split(" ", 1)[0] };
    const window = target.capabilities.contextWindow;
    if (this.#tooSmall !== undefined && window !== "unknown" && window <= this.#tooSmall) {
      return { reason: "window-too-small" };
    }
    const missing = [...this.#needed].find((need) => target.capabilities[need] === false);
    return missing === undefined ? undefined : { reason: "unsupported", detail: missing };
  }
}

function hasWindow({ target }: Candidate): boolean {
  return target.capabilities.contextWindow !== "unknown";
}

export function skipRecord(candidate: Candidate, { reason, detail, class: failureClass }: Obstacle): SkipRecord {
  const { endpoint } = candidate.target;
  return { ...candidateName(candidate), endpoint, reason, detail, class: failureClass };
}

import type { HealthVerdict } from "../../model/failure.ts";
import type { BreakerState, Venture } from "../../model/trace.ts";
import type { HealthCause } from "./health-events.ts";
import type { ProbeLease } from "./health-store.ts";
import { HealthWindow, type HealthCounts } from "./health-window.ts";

const WINDOW_MS = 60_000;
const ROW = 5;
const BAD_VERDICTS = 10;
const BAD_RATE = 0.5;
const SLOW_VERDICTS = 5;
const SLOW_RATE = 0.8;
const OPEN_MS = 10_000;
const LONGEST_OPEN_MS = 300_000;
const LONGEST_STATED_MS = 24 * 3_600_000;
const FORGET_OPENING_MS = 60_000;

/**
 * The right to make one attempt. Belongs to the breaker's generation in which it was given: a result from an older
 * generation says nothing about the present one. Settled exactly once.
 */
export interface Permit {
  generation: number;
  readonly venture: Venture | undefined;
  readonly breakerBefore: BreakerState;
  readonly startedAt: number;
  /** A probe's lease of the store, until the route is known again. */
  lease: ProbeLease | undefined;
  /** The bucket in which a provisional `ok` was counted. */
  provisional: number | undefined;
  isSettled: boolean;
  failedAt: number | undefined;
  /** Whose attempt it is, for events. */
  cause: HealthCause | undefined;
  /** Its neighbours in the order in which attempts began, as long as they may belong to one row of failures. */
  previous: Permit | undefined;
  next: Permit | undefined;
}

/** A permit whose result counts for nothing: an attempt made beside the probe. */
const NO_GENERATION = -1;

interface Closed {
  readonly type: "closed";
  readonly since: number;
  readonly window: HealthWindow;
}

type State =
  | Closed
  | { readonly type: "open"; readonly until: number }
  /** One probe is on its way; after `leaseUntil` it is taken for lost. */
  | { readonly type: "half-open"; readonly leaseUntil: number };

/**
 * Infers from results whether a model at its endpoint is well (rules R6.1 to R6.14). Every change of state begins a new
 * generation.
 */
export class Breaker {
  readonly #random: () => number;
  readonly #onChange: (from: BreakerState, to: BreakerState) => void;
  #state: State;
  #generation = 0;
  /** Openings so far; one is forgotten per healthy minute. */
  #opens = 0;
  /** The attempt that began last. */
  #last: Permit | undefined;
  /** The probe whose first content closed the breaker, until an attempt has ended well since. */
  #unproven: Permit | undefined;

  constructor(now: number, random: () => number, onChange: (from: BreakerState, to: BreakerState) => void) {
    this.#random = random;
    this.#onChange = onChange;
    this.#state = { type: "closed", since: now, window: new HealthWindow() };
  }

  get state(): BreakerState {
    return this.#state.type;
  }

  counts(now: number): HealthCounts {
    return this.#state.type === "closed" ? this.#state.window.totals(now) : { starts: 0, ok: 0, bad: 0, slow: 0 };
  }

  /** When the next attempt may be made; while it is not closed, that is a probe. */
  dueAt(): number {
    switch (this.#state.type) {
      case "closed":
        return 0;
      case "open":
        return this.#state.until;
      case "half-open":
        return this.#state.leaseUntil;
      default:
        return this.#state satisfies never;
    }
  }

  /**
   * For an attempt that is not a probe. Made while the breaker is open, its failure changes nothing and its success closes;
   * made beside a probe it counts for nothing.
   */
  permit(now: number, venture?: "trial" | "last-resort"): Permit {
    const generation = this.#state.type === "half-open" ? NO_GENERATION : this.#generation;
    const permit = newPermit(generation, venture, this.state, now);
    if (this.#state.type !== "closed") return permit;
    this.#state.window.add("starts", now);
    join(this.#last, permit);
    this.#last = permit;
    return permit;
  }

  /** For the one probe. Takes the lease; whoever had it before is too late. */
  probe(now: number, leaseMs: number): Permit {
    const breakerBefore = this.state;
    this.#change({ type: "half-open", leaseUntil: now + leaseMs });
    return newPermit(this.#generation, "probe", breakerBefore, now);
  }

  /** The attempt produced content: the route works. Replaced if the stream breaks later. */
  provisionalOk(permit: Permit, now: number): void {
    if (this.#isStale(permit, now)) return;
    if (this.#state.type === "closed") permit.provisional = this.#state.window.add("ok", now);
    if (this.#state.type !== "half-open") return;
    this.#close(permit, now);
    this.#unproven = permit;
  }

  /** Returns whether it was counted, which happens while the breaker is closed. */
  settle(permit: Permit, verdict: HealthVerdict, now: number, retryAfterMs = 0): boolean {
    if (permit.isSettled) return false;
    permit.isSettled = true;
    if (this.#isStale(permit, now)) return false;
    const isCounted = this.#state.type === "closed";
    if (this.#state.type === "closed") this.#count(this.#state, permit, verdict, now, retryAfterMs);
    else if (verdict === "ok") this.#close(permit, now);
    else if (this.#state.type === "half-open") this.#open(now, retryAfterMs, verdict !== "neutral");
    return isCounted;
  }

  /** `isFinding`: it counts as one more opening. */
  openUntil(until: number, now: number, isFinding: boolean): void {
    if (isFinding) this.#opens = this.#nextOpens(now);
    this.#change({ type: "open", until });
  }

  /** Another process is finding out: due again a little later. */
  postpone(forMs: number, now: number): void {
    if (this.#state.type === "closed" || this.dueAt() > now) return;
    const open: State = { type: "open", until: now + forMs };
    // The same opening: who was let through meanwhile may still close it.
    if (this.#state.type === "open") this.#state = open;
    else this.#change(open);
  }

  /** For how long it stays open if it opens now. */
  nextOpenMs(now: number, retryAfterMs = 0): number {
    const doubled = OPEN_MS * 2 ** (this.#nextOpens(now) - 1);
    const ladder = Math.min(doubled, LONGEST_OPEN_MS) * (0.75 + this.#random() / 2);
    return Math.max(ladder, Math.min(retryAfterMs, LONGEST_STATED_MS));
  }

  /** Others found the route well, or an operator says so. */
  closeNow(now: number): void {
    if (this.#state.type === "closed") return;
    this.#change({ type: "closed", since: now, window: new HealthWindow() });
  }

  #count({ window }: Closed, permit: Permit, verdict: HealthVerdict, now: number, retryAfterMs: number): void {
    const { provisional } = permit;
    if (verdict === "bad" || verdict === "slow") {
      if (provisional !== undefined) window.takeBack("ok", provisional);
      window.add(verdict, now);
      permit.failedAt = now;
      const isSick = permit === this.#unproven || rowOf(permit) >= ROW || isSickByRate(window.totals(now));
      if (isSick) this.#open(now, retryAfterMs);
      return;
    }
    if (verdict === "ok") {
      this.#unproven = undefined;
      if (provisional === undefined) window.add("ok", now);
    }
    const isWell = verdict === "ok" || provisional !== undefined;
    const { previous } = permit;
    this.#leave(permit, isWell);
    // The failures that it stood between may be a row now.
    if (!isWell && previous?.failedAt !== undefined && rowOf(previous) >= ROW) this.#open(now, 0);
  }

  /** What went well separates the failures around it; what says nothing was never between them. */
  #leave(permit: Permit, isWell: boolean): void {
    const { previous, next } = permit;
    if (permit === this.#last) this.#last = isWell ? undefined : previous;
    join(previous, isWell ? undefined : next);
    join(isWell ? undefined : previous, next);
  }

  /** Opens once more. A probe that said nothing (`isFinding` false) has others wait as long as a failed one, but is none. */
  #open(now: number, retryAfterMs: number, isFinding = true): void {
    const until = now + this.nextOpenMs(now, retryAfterMs);
    this.openUntil(until, now, isFinding);
  }

  /** Openings that count once it opens now: one is forgotten per healthy minute. */
  #nextOpens(now: number): number {
    const state = this.#state;
    const isProven = state.type === "closed" && this.#unproven === undefined;
    const forgotten = isProven ? Math.floor((now - state.since) / FORGET_OPENING_MS) : 0;
    return Math.max(0, this.#opens - forgotten) + 1;
  }

  /** The probe that closes the breaker continues in the new generation: it may still break. */
  #close(permit: Permit, now: number): void {
    const window = new HealthWindow();
    window.add("starts", now);
    this.#change({ type: "closed", since: now, window });
    permit.generation = this.#generation;
    permit.provisional = window.add("ok", now);
  }

  #change(state: State): void {
    const from = this.#state.type;
    this.#state = state;
    this.#generation++;
    this.#last = undefined;
    this.#unproven = undefined;
    if (from !== state.type) this.#onChange(from, state.type);
  }

  #isStale(permit: Permit, now: number): boolean {
    if (permit.generation !== this.#generation) return true;
    return this.#state.type === "half-open" && this.#state.leaseUntil <= now;
  }
}

function isSickByRate({ ok, bad, slow }: HealthCounts): boolean {
  const verdicts = ok + bad + slow;
  if (verdicts >= BAD_VERDICTS && bad / verdicts >= BAD_RATE) return true;
  return verdicts >= SLOW_VERDICTS && slow / verdicts >= SLOW_RATE;
}

/** How many attempts that began one after the other have failed, this one among them. */
function rowOf(permit: Permit): number {
  let first = permit;
  while (first.previous?.failedAt !== undefined) first = first.previous;
  let length = 1;
  for (let { next } = first; next?.failedAt !== undefined; { next } = next) length++;
  return length;
}

/** Makes neighbours of two attempts, unless a minute without a failure lies between them. */
function join(earlier: Permit | undefined, later: Permit | undefined): void {
  const isFar = later !== undefined && later.startedAt - (earlier?.failedAt ?? Infinity) >= WINDOW_MS;
  if (earlier !== undefined) earlier.next = isFar ? undefined : later;
  if (later !== undefined) later.previous = isFar ? undefined : earlier;
}

function newPermit(
  generation: number,
  venture: Venture | undefined,
  breakerBefore: BreakerState,
  startedAt: number,
): Permit {
  return {
    generation,
    venture,
    breakerBefore,
    startedAt,
    lease: undefined,
    provisional: undefined,
    isSettled: false,
    failedAt: undefined,
    cause: undefined,
    previous: undefined,
    next: undefined,
  };
}

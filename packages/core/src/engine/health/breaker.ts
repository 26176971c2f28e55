import type { HealthVerdict } from "../../model/failure.ts";
import { HealthWindow, type HealthCounts } from "./health-window.ts";

const WINDOW_MS = 60_000;
const CONSECUTIVE_BAD = 5;
const RATE_VERDICTS = 10;
const BAD_RATE = 0.5;
const SLOW_STARTS = 5;
const SLOW_RATE = 0.8;
const OPEN_MS = 10_000;
const LONGEST_OPEN_MS = 300_000;
const LONGEST_STATED_MS = 24 * 3_600_000;
const FORGET_OPENING_MS = 60_000;

export type BreakerState = "closed" | "open" | "half-open";

/** `probe`: one attempt may find out whether the route is well again. */
export type Admission = "allow" | "probe" | "deny";

/**
 * The right to make one attempt. Belongs to the breaker's generation in which it was given: a result from an older
 * generation says nothing about the present one. Settled exactly once.
 */
export interface Permit {
  generation: number;
  readonly isProbe: boolean;
  /** How long a probe's lease runs, until it is given back. */
  leaseUntil: number | undefined;
  /** The bucket in which a provisional `ok` was counted. */
  provisional: number | undefined;
  isSettled: boolean;
}

/** A permit whose result counts for nothing: an attempt made although the breaker is open. */
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
 * Infers from results whether a model at its endpoint is well (failover.md §3.6). Every change of state begins a new
 * generation.
 */
export class Breaker {
  readonly #random: () => number;
  readonly #onChange: (from: BreakerState, to: BreakerState, openMs: number) => void;
  #state: State;
  #generation = 0;
  /** Openings so far; one is forgotten per healthy minute. */
  #opens = 0;
  #consecutiveBad = 0;
  #lastBadAt = 0;

  constructor(
    now: number,
    random: () => number,
    onChange: (from: BreakerState, to: BreakerState, openMs: number) => void,
  ) {
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

  admission(now: number): Admission {
    if (this.#state.type === "closed") return "allow";
    return this.dueAt() <= now ? "probe" : "deny";
  }

  /** When the next attempt may be made. */
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

  /** For an ordinary attempt; while the breaker is not closed its result will count for nothing. */
  permit(now: number): Permit {
    if (this.#state.type !== "closed") return newPermit(NO_GENERATION);
    this.#state.window.add("starts", now);
    return newPermit(this.#generation);
  }

  /** For the one probe. Takes the lease; whoever had it before is too late. */
  probe(now: number, leaseMs: number): Permit {
    this.#change({ type: "half-open", leaseUntil: now + leaseMs });
    return { ...newPermit(this.#generation), isProbe: true, leaseUntil: now + leaseMs };
  }

  /** The attempt produced content: the route works. Replaced if the stream breaks later. */
  provisionalOk(permit: Permit, now: number): void {
    if (this.#isStale(permit, now)) return;
    if (this.#state.type === "half-open") this.#close(permit, now);
    else if (this.#state.type === "closed") permit.provisional = this.#state.window.add("ok", now);
  }

  settle(permit: Permit, verdict: HealthVerdict, now: number, retryAfterMs = 0): void {
    if (permit.isSettled) return;
    permit.isSettled = true;
    if (this.#isStale(permit, now)) return;
    if (this.#state.type === "closed") this.#count(this.#state, permit, verdict, now, retryAfterMs);
    else if (verdict === "ok") this.#close(permit, now);
    else if (verdict === "neutral") this.#change({ type: "open", until: now });
    else this.#open(now, retryAfterMs);
  }

  /** Others found the route sick, or an operator says so. */
  openFor(openMs: number, now: number): void {
    if (this.#state.type === "open" && this.#state.until >= now + openMs) return;
    this.#change({ type: "open", until: now + openMs }, openMs);
  }

  /** Others found the route well, or an operator says so. */
  closeNow(now: number): void {
    if (this.#state.type === "closed") return;
    this.#change({ type: "closed", since: now, window: new HealthWindow() });
  }

  #count(state: Closed, permit: Permit, verdict: HealthVerdict, now: number, retryAfterMs: number): void {
    const { window } = state;
    if (now - this.#lastBadAt >= WINDOW_MS) this.#consecutiveBad = 0;
    switch (verdict) {
      case "neutral":
        return;
      case "ok":
        this.#consecutiveBad = 0;
        if (permit.provisional === undefined) window.add("ok", now);
        return;
      case "bad":
      case "slow":
        if (permit.provisional !== undefined) window.takeBack("ok", permit.provisional);
        window.add(verdict, now);
        if (verdict === "bad") {
          this.#consecutiveBad++;
          this.#lastBadAt = now;
        }
        break;
      default:
        verdict satisfies never;
    }
    if (this.#isSick(window.totals(now))) this.#open(now, retryAfterMs);
  }

  #isSick({ starts, ok, bad, slow }: HealthCounts): boolean {
    if (this.#consecutiveBad >= CONSECUTIVE_BAD) return true;
    const verdicts = ok + bad + slow;
    if (verdicts >= RATE_VERDICTS && bad / verdicts >= BAD_RATE) return true;
    return starts >= SLOW_STARTS && slow / starts >= SLOW_RATE;
  }

  #open(now: number, retryAfterMs: number): void {
    const forgotten = this.#state.type === "closed" ? Math.floor((now - this.#state.since) / FORGET_OPENING_MS) : 0;
    this.#opens = Math.max(0, this.#opens - forgotten) + 1;
    const ladder = Math.min(OPEN_MS * 2 ** (this.#opens - 1), LONGEST_OPEN_MS) * (0.75 + this.#random() / 2);
    const openMs = Math.max(ladder, Math.min(retryAfterMs, LONGEST_STATED_MS));
    this.#change({ type: "open", until: now + openMs }, openMs);
  }

  /** The probe that closes the breaker goes on in the new generation: it may still break. */
  #close(permit: Permit, now: number): void {
    const window = new HealthWindow();
    window.add("starts", now);
    this.#change({ type: "closed", since: now, window });
    permit.generation = this.#generation;
    permit.provisional = window.add("ok", now);
  }

  #change(state: State, openMs = 0): void {
    const from = this.#state.type;
    this.#state = state;
    this.#generation++;
    this.#consecutiveBad = 0;
    if (from !== state.type) this.#onChange(from, state.type, openMs);
  }

  #isStale(permit: Permit, now: number): boolean {
    if (permit.generation !== this.#generation) return true;
    return this.#state.type === "half-open" && this.#state.leaseUntil <= now;
  }
}

function newPermit(generation: number): Permit {
  return { generation, isProbe: false, leaseUntil: undefined, provisional: undefined, isSettled: false };
}

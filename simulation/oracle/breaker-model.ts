import { EARLY_MS } from "./tolerance.ts";
import type { HealthVerdict } from "./words.ts";

export type BreakerState = "closed" | "open" | "half-open";

/** `beside`: an attempt made although the breaker is not closed. `probe`: the one that finds out. */
export type PermitKind = "ordinary" | "probe" | "beside" | "worthless";

export interface ModelPermit {
  readonly kind: PermitKind;
  readonly startedAt: number;
  /** Between which two changes of state it was given, or which of them it brought about. */
  era: number;
  /** Its first content closed the breaker: if it breaks, so does that. */
  hasClosed: boolean;
  /** The moment of a provisional `ok` that still counts. */
  provisionalAt: number | undefined;
  failedAt: number | undefined;
  /** It ended without a word about the route. */
  isMute: boolean;
}

type Counted = "starts" | "ok" | "bad" | "slow";

interface Count {
  readonly at: number;
  readonly kind: Counted;
}

export type CountRange = Readonly<Record<Counted, readonly [number, number]>>;

const BUCKET_MS = 10_000;
const WINDOW_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The breaker by the rules of R6, kept as a plain list of what happened. Where chance or the reading
 * of a clock decides, it knows bounds; where those let it be either way it says so.
 */
export class BreakerModel {
  state: BreakerState = "closed";
  /** Earliest and latest end of the time it stays open. */
  openUntil: readonly [number, number] = [0, 0];
  leaseUntil = 0;
  /** The last step could have gone either way. */
  isUnsure = false;
  #counts: Count[] = [];
  /** The attempts since the breaker closed, in the order in which they began. */
  #attempts: ModelPermit[] = [];
  #era = 0;
  #closedAt = 0;
  /** Fewest and most openings that are not forgotten. */
  #opens: readonly [number, number] = [0, 0];
  /** An attempt has ended well since the breaker closed. */
  #isProven = false;

  /** For an attempt that is no probe. While the breaker is open its failure changes nothing and its success closes. */
  start(now: number): ModelPermit {
    if (this.state === "half-open") return this.#permit("worthless", now);
    if (this.state === "open") return this.#permit("beside", now);
    this.#counts.push({ at: now, kind: "starts" });
    const permit = this.#permit("ordinary", now);
    this.#attempts.push(permit);
    return permit;
  }

  probe(now: number, leaseMs: number): ModelPermit {
    this.#enter("half-open");
    this.leaseUntil = now + leaseMs;
    return this.#permit("probe", now);
  }

  /** Bounds for what a window of a minute in six steps holds. */
  counts(now: number): CountRange {
    const sure = this.#within(now, -EARLY_MS);
    const perhaps = this.#within(now, EARLY_MS);
    return {
      starts: [sure.starts, perhaps.starts],
      ok: [sure.ok, perhaps.ok],
      bad: [sure.bad, perhaps.bad],
      slow: [sure.slow, perhaps.slow],
    };
  }

  firstContent(permit: ModelPermit, now: number): void {
    if (!this.#matters(permit, now)) return;
    if (permit.kind === "probe" && this.state === "half-open") this.#closeBy(permit, now);
    else if (this.state === "closed") {
      this.#counts.push({ at: now, kind: "ok" });
      permit.provisionalAt = now;
    }
  }

  settle(permit: ModelPermit, verdict: HealthVerdict, now: number, statedMs: number): void {
    if (!this.#matters(permit, now)) return;
    if (this.state === "closed") {
      this.#judge(permit, verdict, now, statedMs);
      return;
    }
    if (verdict === "ok") this.#closeBy(permit, now);
    else if (permit.kind === "probe") this.#open(now, statedMs, verdict !== "neutral");
  }

  closeByHand(now: number): void {
    if (this.state === "closed") return;
    this.#enter("closed");
    this.#closedAt = now;
  }

  #permit(kind: PermitKind, startedAt: number): ModelPermit {
    return {
      kind,
      startedAt,
      era: this.#era,
      hasClosed: false,
      provisionalAt: undefined,
      failedAt: undefined,
      isMute: false,
    };
  }

  /** Whether what becomes of the attempt still matters. */
  #matters(permit: ModelPermit, now: number): boolean {
    if (permit.kind === "worthless" || permit.era !== this.#era) return false;
    return this.state !== "half-open" || this.leaseUntil > now;
  }

  #judge(permit: ModelPermit, verdict: HealthVerdict, now: number, statedMs: number): void {
    if (verdict === "neutral") {
      permit.isMute = permit.provisionalAt === undefined;
      if (permit.isMute) this.#joinAround(permit, now);
      return;
    }
    if (verdict === "ok") {
      if (permit.provisionalAt === undefined) this.#counts.push({ at: now, kind: "ok" });
      this.#isProven = true;
      return;
    }
    if (permit.provisionalAt !== undefined) this.#takeBack(permit.provisionalAt);
    this.#counts.push({ at: now, kind: verdict });
    permit.failedAt = now;
    if (permit.hasClosed && this.#isProven) this.isUnsure = true;
    const isSick = isSickRate(this.#within(now, -EARLY_MS));
    if (isSick !== isSickRate(this.#within(now, EARLY_MS))) this.isUnsure = true;
    if (permit.hasClosed || this.#rowOf(permit) >= 5 || isSick) this.#open(now, statedMs, true);
  }

  /** What ended without a word stood between failures that may make a row now. */
  #joinAround(permit: ModelPermit, now: number): void {
    const before = this.#attempts.slice(0, this.#attempts.indexOf(permit)).findLast(({ isMute }) => !isMute);
    if (before?.failedAt !== undefined && this.#rowOf(before) >= 5) this.#open(now, 0, true);
  }

  /**
   * How many failures stand in a row around this one, in the order in which the attempts began: whatever began in
   * between and is well, or not yet known to be, separates them; what ended without a word was never there.
   */
  #rowOf(permit: ModelPermit): number {
    const row = this.#attempts.filter(({ isMute }) => !isMute);
    const place = row.indexOf(permit);
    if (place < 0) return 1;
    let [first, last] = [place, place];
    while (this.#areNeighbours(row[first - 1], row[first])) first--;
    while (this.#areNeighbours(row[last], row[last + 1])) last++;
    return last - first + 1;
  }

  #areNeighbours(earlier: ModelPermit | undefined, later: ModelPermit | undefined): boolean {
    if (earlier?.failedAt === undefined || later?.failedAt === undefined) return false;
    const silence = later.startedAt - earlier.failedAt;
    if (Math.abs(silence - WINDOW_MS) < EARLY_MS) this.isUnsure = true;
    return silence < WINDOW_MS;
  }

  #within(now: number, slackMs: number): Record<Counted, number> {
    const totals = { starts: 0, ok: 0, bad: 0, slow: 0 };
    if (this.state !== "closed") return totals;
    // The same as a comparison of buckets, without one division per count.
    const from = (Math.floor((now - slackMs) / BUCKET_MS) - 5) * BUCKET_MS - slackMs;
    for (const { at, kind } of this.#counts) if (at >= from) totals[kind]++;
    return totals;
  }

  #takeBack(provisionalAt: number): void {
    const index = this.#counts.findIndex(({ at, kind }) => kind === "ok" && at === provisionalAt);
    if (index >= 0) this.#counts.splice(index, 1);
  }

  #closeBy(permit: ModelPermit, now: number): void {
    this.#enter("closed");
    this.#closedAt = now;
    this.#counts.push({ at: now, kind: "starts" }, { at: now, kind: "ok" });
    permit.era = this.#era;
    permit.hasClosed = true;
    permit.provisionalAt = now;
  }

  /** A probe that says nothing has the others wait as long as a failed one, and is none. */
  #open(now: number, statedMs: number, isFailure: boolean): void {
    const wellFor = this.state === "closed" ? now - this.#closedAt : 0;
    const forgotten = (slackMs: number): number => Math.max(0, Math.floor((wellFor + slackMs) / 60_000));
    const [fewest, most] = this.#opens;
    const opens = [
      Math.max(0, fewest - forgotten(EARLY_MS)) + 1,
      // Whether a minute was a healthy one may be doubted while no answer has ended well in it.
      Math.max(0, most - (this.#isProven ? forgotten(-EARLY_MS) : 0)) + 1,
    ] as const;
    if (isFailure) this.#opens = opens;
    const [least, longest] = opens.map((times) => Math.min(10_000 * 2 ** (times - 1), 300_000));
    const stated = Math.min(statedMs, DAY_MS);
    this.#enter("open");
    this.openUntil = [
      now + Math.max((least ?? 0) * 0.75, stated) - EARLY_MS,
      now + Math.max((longest ?? 0) * 1.25, stated) + EARLY_MS,
    ];
  }

  #enter(state: BreakerState): void {
    this.state = state;
    this.#era++;
    this.#counts = [];
    this.#attempts = [];
    this.#isProven = false;
  }
}

/** Of verdicts, not of starts that still wait: half of ten bad, or four fifths of five slow. */
function isSickRate({ ok, bad, slow }: Record<Counted, number>): boolean {
  const verdicts = ok + bad + slow;
  return (verdicts >= 10 && bad >= verdicts / 2) || (verdicts >= 5 && slow >= verdicts * 0.8);
}

import type { HealthVerdict } from "./words.ts";

export type BreakerState = "closed" | "open" | "half-open";

export interface ModelPermit {
  generation: number | undefined;
  readonly isProbe: boolean;
  /** The moment of a provisional `ok` that still counts. */
  provisionalAt: number | undefined;
}

interface Count {
  readonly at: number;
  readonly kind: "starts" | "ok" | "bad" | "slow";
}

const BUCKET_MS = 10_000;

/**
 * The breaker as failover.md §3.6 words it, kept as a plain list of what happened. Where chance decides, it knows bounds.
 */
export class BreakerModel {
  state: BreakerState = "closed";
  /** Earliest and latest end of the time it stays open. */
  openUntil: readonly [number, number] = [0, 0];
  leaseUntil = 0;
  #counts: Count[] = [];
  #closedAt = 0;
  #generation = 0;
  #opens = 0;
  #inARow = 0;
  #lastBadAt = 0;

  get generation(): number {
    return this.#generation;
  }

  counts(now: number): Record<Count["kind"], number> {
    const totals = { starts: 0, ok: 0, bad: 0, slow: 0 };
    if (this.state !== "closed") return totals;
    const oldest = Math.floor(now / BUCKET_MS) - 5;
    this.#counts = this.#counts.filter(({ at }) => Math.floor(at / BUCKET_MS) >= oldest);
    for (const { kind } of this.#counts) totals[kind]++;
    return totals;
  }

  start(now: number): ModelPermit {
    const isCounted = this.state === "closed";
    if (isCounted) this.#counts.push({ at: now, kind: "starts" });
    return { generation: isCounted ? this.#generation : undefined, isProbe: false, provisionalAt: undefined };
  }

  probe(now: number, leaseMs: number): ModelPermit {
    this.#change("half-open");
    this.leaseUntil = now + leaseMs;
    return { generation: this.#generation, isProbe: true, provisionalAt: undefined };
  }

  firstContent(permit: ModelPermit, now: number): void {
    if (this.#isStale(permit, now)) return;
    if (this.state === "half-open") this.#close(permit, now);
    else {
      this.#counts.push({ at: now, kind: "ok" });
      permit.provisionalAt = now;
    }
  }

  settle(permit: ModelPermit, verdict: HealthVerdict, now: number, statedMs: number): void {
    if (this.#isStale(permit, now)) return;
    if (this.state === "half-open") {
      if (verdict === "ok") this.#close(permit, now);
      else if (verdict === "neutral") this.#openUntil(now, now);
      else this.#open(now, statedMs);
      return;
    }
    if (now - this.#lastBadAt >= 60_000) this.#inARow = 0;
    if (verdict === "neutral") return;
    if (verdict === "ok") {
      this.#inARow = 0;
      if (permit.provisionalAt === undefined) this.#counts.push({ at: now, kind: "ok" });
      return;
    }
    this.#takeBack(permit);
    this.#counts.push({ at: now, kind: verdict });
    if (verdict === "bad") {
      this.#inARow++;
      this.#lastBadAt = now;
    }
    const { starts, ok, bad, slow } = this.counts(now);
    const verdicts = ok + bad + slow;
    const isSick =
      this.#inARow >= 5 || (verdicts >= 10 && bad * 2 >= verdicts) || (starts >= 5 && slow >= starts * 0.8);
    if (isSick) this.#open(now, statedMs);
  }

  closeByHand(now: number): void {
    if (this.state === "closed") return;
    this.#change("closed");
    this.#closedAt = now;
  }

  #isStale({ generation }: ModelPermit, now: number): boolean {
    return generation !== this.#generation || (this.state === "half-open" && this.leaseUntil <= now);
  }

  #takeBack({ provisionalAt }: ModelPermit): void {
    const index = this.#counts.findIndex(({ at, kind }) => kind === "ok" && at === provisionalAt);
    if (provisionalAt !== undefined && index >= 0) this.#counts.splice(index, 1);
  }

  #close(permit: ModelPermit, now: number): void {
    this.#change("closed");
    this.#closedAt = now;
    this.#counts.push({ at: now, kind: "starts" }, { at: now, kind: "ok" });
    permit.generation = this.#generation;
    permit.provisionalAt = now;
  }

  #open(now: number, statedMs: number): void {
    const healthyMinutes = this.state === "closed" ? Math.floor((now - this.#closedAt) / 60_000) : 0;
    this.#opens = Math.max(0, this.#opens - healthyMinutes) + 1;
    const plain = Math.min(10_000 * 2 ** (this.#opens - 1), 300_000);
    const stated = Math.min(statedMs, 86_400_000);
    this.#openUntil(now + Math.max(plain * 0.75, stated), now + Math.max(plain * 1.25, stated));
  }

  #openUntil(earliest: number, latest: number): void {
    this.#change("open");
    this.openUntil = [earliest, latest];
  }

  #change(state: BreakerState): void {
    this.state = state;
    this.#generation++;
    this.#counts = [];
    this.#inARow = 0;
  }
}

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { HealthVerdict } from "../../model/failure.ts";
import { Breaker, type Permit } from "./breaker.ts";
import { openFor } from "./open-for.ts";

interface Attempt {
  readonly begunAt: number;
  readonly isProbe: boolean;
  /** The period, from one change of state to the next, that it may speak about; `undefined` for none. */
  period: number | undefined;
  startAt?: number | undefined;
  okAt?: number | undefined;
  badAt?: number | undefined;
  slowAt?: number | undefined;
  verdict?: HealthVerdict;
}

/** The rules of docs/health.md without jitter, read off the list of all attempts. */
class Model {
  state: "closed" | "open" | "half-open" = "closed";
  until = 0;
  #attempts: Attempt[] = [];
  #period = 0;
  #closedAt = 0;
  /** The probe whose first content closed it. */
  #closedBy: Attempt | undefined;
  #opens = 0;

  start(now: number): void {
    const period = this.state === "half-open" ? undefined : this.#period;
    const startAt = this.state === "closed" ? now : undefined;
    this.#attempts.push({ begunAt: now, isProbe: false, period, startAt });
  }

  probe(now: number, leaseMs: number): void {
    this.#become("half-open", now + leaseMs);
    this.#attempts.push({ begunAt: now, isProbe: true, period: this.#period });
  }

  content(index: number, now: number): void {
    const attempt = this.#present(index, now);
    if (attempt === undefined || this.state === "open") return;
    const isProbe = this.state === "half-open";
    if (isProbe) this.#close(attempt, now);
    if (isProbe) this.#closedBy = attempt;
    attempt.okAt = now;
  }

  settle(index: number, verdict: HealthVerdict, now: number, statedMs: number): void {
    const attempt = this.#present(index, now);
    const given = this.#attempts[index];
    if (given !== undefined) given.verdict ??= verdict;
    if (attempt === undefined) return;
    if (this.state !== "closed") {
      if (verdict === "ok") this.#close(attempt, now);
      else if (this.state === "half-open") this.#open(now, statedMs, verdict === "neutral");
      return;
    }
    if (verdict === "ok") attempt.okAt ??= now;
    if (verdict !== "bad" && verdict !== "slow") return;
    attempt.okAt = undefined;
    if (verdict === "bad") attempt.badAt = now;
    else attempt.slowAt = now;
    const { ok, bad, slow } = this.counts(now);
    const all = ok + bad + slow;
    const isBroken = attempt === this.#closedBy && !this.#isProven();
    const isSick = this.#rowOf(attempt) >= 5 || (all >= 10 && bad >= all / 2) || (all >= 5 && slow >= all * 0.8);
    if (isBroken || isSick) this.#open(now, statedMs, false);
  }

  opened(forMs: number, now: number): void {
    // A probe of its own decides.
    if (this.state === "half-open" && now < this.until) return;
    // The same opening, heard of later.
    if (this.state === "open" && now + forMs - this.until <= 1_000) return;
    // One more, unless this one was still running.
    if (this.state !== "open" || this.until - now <= 1_000) this.#opens = this.#opensAt(now);
    this.#become("open", now + forMs);
  }

  postponed(forMs: number, now: number): void {
    if (this.state === "closed" || now < this.until) return;
    if (this.state === "half-open") this.#become("open", now + forMs);
    else this.until = now + forMs;
  }

  closed(now: number): void {
    if (this.state === "closed") return;
    this.#become("closed", 0);
    this.#closedAt = now;
  }

  counts(now: number): Record<"starts" | "ok" | "bad" | "slow", number> {
    const count = (of: (attempt: Attempt) => number | undefined): number =>
      this.#ofPeriod().filter((one) => Math.floor((of(one) ?? -Infinity) / 10_000) > Math.floor(now / 10_000) - 6)
        .length;
    if (this.state !== "closed") return { starts: 0, ok: 0, bad: 0, slow: 0 };
    return {
      starts: count(({ startAt }) => startAt),
      ok: count(({ okAt }) => okAt),
      bad: count(({ badAt }) => badAt),
      slow: count(({ slowAt }) => slowAt),
    };
  }

  #ofPeriod(): Attempt[] {
    return this.#attempts.filter(({ period }) => period === this.#period);
  }

  /** In the order of beginning, without what said nothing: the failures around this one, no minute of silence between. */
  #rowOf(attempt: Attempt): number {
    // A probe began before the others that this period knows.
    if (attempt.isProbe) return 1;
    const rows: Attempt[][] = [[]];
    let lastFailedAt = Infinity;
    for (const one of this.#ofPeriod()) {
      if (one.isProbe || (one.verdict === "neutral" && one.okAt === undefined)) continue;
      const failedAt = one.badAt ?? one.slowAt;
      if (failedAt === undefined || one.begunAt - lastFailedAt >= 60_000) rows.push([]);
      if (failedAt !== undefined) rows.at(-1)?.push(one);
      lastFailedAt = failedAt ?? Infinity;
    }
    return rows.find((row) => row.includes(attempt))?.length ?? 0;
  }

  /** Whether an attempt has ended well since a probe's first content closed it. */
  #isProven(): boolean {
    return this.#closedBy === undefined || this.#ofPeriod().some(({ verdict }) => verdict === "ok");
  }

  #present(index: number, now: number): Attempt | undefined {
    const attempt = this.#attempts[index];
    const isOver = this.state === "half-open" && now >= this.until;
    return attempt?.verdict !== undefined || attempt?.period !== this.#period || isOver ? undefined : attempt;
  }

  #open(now: number, statedMs: number, isNeutral: boolean): void {
    const opens = this.#opensAt(now);
    if (!isNeutral) this.#opens = opens;
    this.#become("open", now + Math.max(statedMs, Math.min(300_000, 10_000 * 2 ** (opens - 1))));
  }

  #opensAt(now: number): number {
    const isHealthy = this.state === "closed" && this.#isProven();
    const minutes = isHealthy ? Math.floor((now - this.#closedAt) / 60_000) : 0;
    return Math.max(0, this.#opens - minutes) + 1;
  }

  #close(attempt: Attempt, now: number): void {
    this.closed(now);
    attempt.period = this.#period;
    attempt.startAt = now;
    attempt.okAt = now;
  }

  #become(state: Model["state"], until: number): void {
    this.state = state;
    this.until = until;
    this.#period++;
    this.#closedBy = undefined;
  }
}

type Move =
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "start" | "probe" | "closed" }
  | { readonly type: "opened" | "postponed"; readonly forMs: number }
  | { readonly type: "content"; readonly which: number }
  | { readonly type: "settle"; readonly which: number; readonly verdict: HealthVerdict; readonly statedMs: number };

/** Of the attempts under way, counted from the youngest. */
const which = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 5);
const verdict = fc.constantFrom<HealthVerdict>("bad", "bad", "bad", "slow", "slow", "ok", "neutral");
const forMs = fc.constantFrom(200, 5_000, 30_000);
const move = fc.oneof<fc.MaybeWeightedArbitrary<Move>[]>(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(1, 900, 9_000, 10_000, 61_000) }),
  },
  { weight: 8, arbitrary: fc.constant({ type: "start" }) },
  { weight: 3, arbitrary: fc.constant({ type: "probe" }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("content"), which }) },
  {
    weight: 10,
    arbitrary: fc.record({ type: fc.constant("settle"), which, verdict, statedMs: fc.constantFrom(0, 0, 45_000) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("opened"), forMs }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("postponed"), forMs }) },
  { weight: 1, arbitrary: fc.constant({ type: "closed" }) },
);

test.each([
  ["that stands still between moves", 0],
  ["that never reads the same twice", 1e-4],
])("the breaker does what the rules say, move by move, on a clock %s", (_clock, creepMs) => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 120, size: "max" }), (moves) => {
      const breaker = new Breaker(
        0,
        () => 0.5,
        () => undefined,
      );
      const model = new Model();
      const permits: Permit[] = [];
      let now = 0;
      for (const one of moves) {
        now += creepMs;
        const underWay = permits.flatMap(({ isSettled }, at) => (isSettled ? [] : [at]));
        const index = ("which" in one ? underWay.at(-1 - one.which) : undefined) ?? -1;
        const permit = permits[index];
        if (one.type === "pass") now += one.ms;
        else if (one.type === "start") {
          permits.push(breaker.permit(now));
          model.start(now);
        } else if (one.type === "probe" && breaker.state !== "closed" && breaker.dueAt() <= now) {
          permits.push(breaker.probe(now, 20_000));
          model.probe(now, 20_000);
        } else if (one.type === "opened") {
          openFor(breaker, one.forMs, now);
          model.opened(one.forMs, now);
        } else if (one.type === "postponed") {
          breaker.postpone(one.forMs, now);
          model.postponed(one.forMs, now);
        } else if (one.type === "closed") {
          breaker.closeNow(now);
          model.closed(now);
        } else if (one.type === "content" && permit !== undefined && permit.provisional === undefined) {
          breaker.provisionalOk(permit, now);
          model.content(index, now);
        } else if (one.type === "settle" && permit !== undefined) {
          breaker.settle(permit, one.verdict, now, one.statedMs);
          model.settle(index, one.verdict, now, one.statedMs);
        }
        const { state } = model;
        const expected = { state, counts: model.counts(now), dueAt: state === "closed" ? 0 : model.until };
        expect({ state: breaker.state, counts: breaker.counts(now), dueAt: breaker.dueAt() }).toEqual(expected);
      }
    }),
    { numRuns: 400, seed: 1 },
  );
});

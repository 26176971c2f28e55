import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { HealthVerdict } from "../../model/failure.ts";
import { Breaker, type Permit } from "./breaker.ts";

/**
 * The breaker of failover.md §3.6 without jitter, kept as a list of everything that happened since it last changed.
 * A permit is a number; what it may say depends on when it was given.
 */
class Model {
  state: "closed" | "open" | "half-open" = "closed";
  until = 0;
  readonly #given: {
    readonly epoch: number;
    readonly carried: { epoch: number };
    provisionalAt?: number | undefined;
    settled: boolean;
  }[] = [];
  #log: { readonly at: number; readonly what: "start" | "ok" | "bad" | "slow" }[] = [];
  #epoch = 0;
  #closedAt = 0;
  #opens = 0;
  #row = 0;
  #lastBad = 0;

  start(now: number): void {
    const isClosed = this.state === "closed";
    if (isClosed) this.#log.push({ at: now, what: "start" });
    const epoch = isClosed ? this.#epoch : -1;
    this.#given.push({ epoch, carried: { epoch }, settled: false });
  }

  probe(now: number, leaseMs: number): void {
    this.#become("half-open", now + leaseMs);
    this.#given.push({ epoch: this.#epoch, carried: { epoch: this.#epoch }, settled: false });
  }

  content(index: number, now: number): void {
    const permit = this.#given[index];
    if (permit === undefined || this.#isOld(permit.carried.epoch, now)) return;
    if (this.state === "half-open") this.#close(permit, now);
    else {
      this.#log.push({ at: now, what: "ok" });
      permit.provisionalAt = now;
    }
  }

  settle(index: number, verdict: HealthVerdict, now: number, statedMs: number): void {
    const permit = this.#given[index];
    if (permit === undefined || permit.settled) return;
    permit.settled = true;
    if (this.#isOld(permit.carried.epoch, now)) return;
    if (this.state === "half-open") {
      if (verdict === "ok") this.#close(permit, now);
      else if (verdict === "neutral") this.#become("open", now);
      else this.#open(now, statedMs);
      return;
    }
    if (now - this.#lastBad >= 60_000) this.#row = 0;
    if (verdict === "ok") {
      this.#row = 0;
      if (permit.provisionalAt === undefined) this.#log.push({ at: now, what: "ok" });
    }
    if (verdict === "bad" || verdict === "slow") {
      const first = this.#log.findIndex(({ at, what }) => what === "ok" && at === permit.provisionalAt);
      if (first >= 0) this.#log.splice(first, 1);
      this.#log.push({ at: now, what: verdict });
      if (verdict === "bad") {
        this.#row++;
        this.#lastBad = now;
      }
      if (this.#isSick(now)) this.#open(now, statedMs);
    }
  }

  counts(now: number): Record<"starts" | "ok" | "bad" | "slow", number> {
    const count = (name: string): number =>
      this.#log.filter(({ at, what }) => what === name && Math.floor(at / 10_000) > Math.floor(now / 10_000) - 6)
        .length;
    const isClosed = this.state === "closed";
    if (!isClosed) return { starts: 0, ok: 0, bad: 0, slow: 0 };
    return { starts: count("start"), ok: count("ok"), bad: count("bad"), slow: count("slow") };
  }

  #isSick(now: number): boolean {
    const { starts, ok, bad, slow } = this.counts(now);
    return (
      this.#row >= 5 || (ok + bad + slow >= 10 && bad >= (ok + bad + slow) / 2) || (starts >= 5 && slow >= 0.8 * starts)
    );
  }

  #isOld(epoch: number, now: number): boolean {
    return epoch !== this.#epoch || (this.state === "half-open" && now >= this.until);
  }

  #open(now: number, statedMs: number): void {
    const healthy = this.state === "closed" ? Math.floor((now - this.#closedAt) / 60_000) : 0;
    this.#opens = Math.max(0, this.#opens - healthy) + 1;
    this.#become("open", now + Math.max(statedMs, Math.min(300_000, 10_000 * 2 ** (this.#opens - 1))));
  }

  #close(permit: { readonly carried: { epoch: number }; provisionalAt?: number | undefined }, now: number): void {
    this.#become("closed", 0);
    this.#closedAt = now;
    this.#log.push({ at: now, what: "start" }, { at: now, what: "ok" });
    permit.carried.epoch = this.#epoch;
    permit.provisionalAt = now;
  }

  #become(state: Model["state"], until: number): void {
    this.state = state;
    this.until = until;
    this.#epoch++;
    this.#log = [];
    this.#row = 0;
  }
}

type Move =
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "start" }
  | { readonly type: "probe" }
  | { readonly type: "content"; readonly which: number }
  | { readonly type: "settle"; readonly which: number; readonly verdict: HealthVerdict; readonly statedMs: number };

const which = fc.nat(11);
const verdict = fc.constantFrom<HealthVerdict>("bad", "bad", "bad", "slow", "ok", "neutral");
const move = fc.oneof<fc.MaybeWeightedArbitrary<Move>[]>(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(1, 900, 9_000, 10_000, 61_000) }),
  },
  { weight: 6, arbitrary: fc.constant({ type: "start" }) },
  { weight: 2, arbitrary: fc.constant({ type: "probe" }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("content"), which }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("settle"), which, verdict, statedMs: fc.constantFrom(0, 0, 45_000) }),
  },
);

test("the breaker does what the reference model does, move by move", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
      const breaker = new Breaker(
        0,
        () => 0.5,
        () => undefined,
      );
      const model = new Model();
      const permits: Permit[] = [];
      let now = 0;
      for (const one of moves) {
        // Younger permits are the more interesting ones.
        const index = "which" in one ? permits.length - 1 - one.which : -1;
        const permit = permits[index];
        if (one.type === "pass") now += one.ms;
        else if (one.type === "start") {
          permits.push(breaker.permit(now));
          model.start(now);
        } else if (one.type === "probe" && breaker.admission(now) === "probe") {
          permits.push(breaker.probe(now, 20_000));
          model.probe(now, 20_000);
        } else if (
          one.type === "content" &&
          permit !== undefined &&
          !permit.isSettled &&
          permit.provisional === undefined
        ) {
          breaker.provisionalOk(permit, now);
          model.content(index, now);
        } else if (one.type === "settle" && permit !== undefined) {
          breaker.settle(permit, one.verdict, now, one.statedMs);
          model.settle(index, one.verdict, now, one.statedMs);
        }
        expect(breaker.state).toBe(model.state);
        expect(breaker.counts(now)).toEqual(model.counts(now));
        expect(breaker.dueAt()).toBe(model.state === "closed" ? 0 : model.until);
      }
    }),
    { numRuns: 1_500, seed: 1 },
  );
});

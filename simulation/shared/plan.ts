import { SeededRandom } from "../world/random.ts";

/** One process: calls at a pace of its own for as long as it lives. */
export interface ProcessPlan {
  readonly from: number;
  /** When it is killed; nothing of it is closed. */
  readonly to: number;
  readonly everyMs: number;
  /** From when its network does not reach the first vendor any more. */
  readonly sickFrom: number;
}

/** Processes with one key and one store, while the vendor refuses that key. Times are milliseconds. */
export interface SharedPlan {
  readonly seed: number;
  readonly processes: readonly ProcessPlan[];
  readonly failure: "auth.invalid" | "billing.exhausted" | "rate.daily";
  /** When the key is refused, until a person mends it. */
  readonly from: number;
  readonly mendedAt: number;
  readonly to: number;
  /** Share of the requests in the block that find out nothing: the vendor is down as well. */
  readonly muteShare: number;
  /** `memory`: the processes are chains of one process; `polled`: they look for news about once a second. */
  readonly store: "memory" | "polled";
  /** When the store answers nothing and tells nothing. */
  readonly storeIsDown: { readonly from: number; readonly to: number } | undefined;
}

const MINUTE = 60_000;

export function makeSharedPlan(seed: number): SharedPlan {
  const random = new SeededRandom(seed);
  const [from, mendedAt] = [random.between(2_000, 8_000), random.between(4, 7) * MINUTE];
  const to = mendedAt + 3.7 * MINUTE;
  // One is well all the time, and has something to do.
  const processes: ProcessPlan[] = [{ from: 0, to, everyMs: random.between(2_000, 5_000), sickFrom: Infinity }];
  const store = random.chance(0.3) ? "memory" : "polled";
  const hasSick = store === "polled" && random.chance(0.5);
  const others = random.whole(1, 5);
  for (let index = 0; index < others; index++) {
    const bornAt = random.chance(0.3) ? random.between(0, mendedAt) : 0;
    const dies = random.chance(0.4);
    processes.push({
      from: bornAt,
      to: dies ? random.between(bornAt + MINUTE / 2, to) : to,
      everyMs: random.pick([2_000, 5_000, 15_000, 45_000]) * random.between(0.8, 1.2),
      // Chains of one process share its network.
      sickFrom: hasSick && index === 0 ? random.between(from, mendedAt) : Infinity,
    });
  }
  const isDown = random.chance(0.25);
  const downAt = random.between(MINUTE, mendedAt);
  return {
    seed,
    processes,
    failure: random.pick(["auth.invalid", "billing.exhausted", "rate.daily"]),
    from,
    mendedAt,
    to,
    muteShare: random.pick([0, 0, 0.3]),
    store,
    storeIsDown: isDown ? { from: downAt, to: downAt + random.between(0.3, 2) * MINUTE } : undefined,
  };
}

import type { Clock } from "../../model/clock.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import type { EngineEvent } from "../engine-events.ts";
import type { EventQueue } from "../event-queue.ts";
import type { ChainHealth } from "../health/chain-health.ts";
import type { Observer } from "../observers.ts";
import type { Candidate } from "../tier.ts";
import { MinuteCount } from "./minute-count.ts";
import { Race, type RaceHost } from "./race.ts";
import { UsualTime } from "./usual-time.ts";

/** One call in so many is hedged. */
const CALLS_PER_HEDGE = 10;

type Health = Pick<ChainHealth, "breakerState" | "standing">;

/** What a chain knows for all its hedges: how long targets usually take, and how many calls were hedged of late. */
export class Hedging implements Observer {
  readonly #first: readonly Candidate[];
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #calls = new MinuteCount();
  readonly #hedges = new MinuteCount();
  readonly #usual = new Map<string, UsualTime>();

  constructor(candidates: readonly Candidate[], health: Health, clock: Clock, events: Pick<EventQueue, "join">) {
    this.#first = candidates.filter(({ tier }) => tier === candidates[0]?.tier);
    this.#health = health;
    this.#clock = clock;
    for (const { tier, sibling } of candidates) {
      if (tier.hedgeAfterMs !== undefined) this.#usual.set(keyOf(tier.name, sibling), new UsualTime());
    }
    events.join(() => this);
  }

  race(host: RaceHost): Race {
    return new Race(host, this);
  }

  onEvent(event: EngineEvent): void {
    if (event.type === "call-start") this.#calls.add(this.#clock.now());
    if (event.type !== "attempt-end") return;
    const { tier, sibling } = event.record;
    const ms = waited(event.record);
    if (ms !== undefined) this.#usual.get(keyOf(tier, sibling))?.add(ms, this.#clock.now());
  }

  /** What 95 % of a target's attempts needed to their first content; undefined while too few are known. */
  p95({ tier, sibling }: Candidate): number | undefined {
    return this.#usual.get(keyOf(tier.name, sibling))?.p95(this.#clock.now());
  }

  /** Whether a target is neither in doubt nor left alone. */
  isWell({ target }: Candidate): boolean {
    return this.#health.standing(target).type === "ready";
  }

  /** Why no call may be hedged now, whatever it is. */
  obstacle(): "budget" | "half-open" | undefined {
    if (this.#first.some(({ target }) => this.#health.breakerState(target) === "half-open")) return "half-open";
    const now = this.#clock.now();
    // Rounded up: a chain with few calls would never have one.
    const most = Math.max(1, Math.ceil(this.#calls.total(now) / CALLS_PER_HEDGE));
    return this.#hedges.total(now) < most ? undefined : "budget";
  }

  spend(): void {
    this.#hedges.add(this.#clock.now());
  }
}

/** An attempt that another was preferred to needed longer than it waited: without it only fast ones would be known. */
function waited({ firstContentMs, stoppedBy, endedMs }: AttemptRecord): number | undefined {
  return stoppedBy === "hedge" ? endedMs : firstContentMs;
}

function keyOf(tier: string, sibling: number | undefined): string {
  return `${sibling ?? ""} ${tier}`;
}

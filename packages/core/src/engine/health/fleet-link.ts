import type { Clock } from "../../model/clock.ts";
import type { HealthVerdict } from "../../model/failure.ts";
import type { EventQueue } from "../event-queue.ts";
import type { Breaker, Permit } from "./breaker.ts";
import type { Cooldowns } from "./cooldowns.ts";
import type { HealthReport } from "./health-store.ts";

/** The health of one chain, to be changed by what others learned. */
export interface FleetMember {
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Pick<EventQueue, "note" | "tell">;
  readonly onInternalError: (error: unknown) => void;
  readonly cooldowns: Cooldowns;
  /** The breaker of a route, about to change because others said so. */
  readonly breakerAt: (key: string) => Breaker | undefined;
  /** By scope id, until when. */
  readonly isolated: Map<string, number>;
}

/** What an attempt that is over meant for the chain's own breaker. */
export interface Settled {
  readonly verdict: HealthVerdict;
  /** Whether a closed breaker counted it. Default false. */
  readonly isCounted?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What a chain does when the store has answered. */
export interface ProbeDue {
  /** Makes the probe, if it is still to be made. */
  readonly probe: () => Permit | undefined;
  /** The breaker of the route, about to change. */
  readonly breaker: () => Breaker;
}

/** A chain's side of a store. Nothing in it throws. */
export interface FleetLink {
  /**
   * Asked only when a probe is due: makes it if no other process does. A promise where the store answers with one; never
   * waits longer than the limit.
   */
  ask(key: string, leaseMs: number, due: ProbeDue): Permit | undefined | Promise<Permit | undefined>;
  /** An attempt got content, or is over. */
  settled(key: string, breaker: Breaker, permit: Permit, result: Settled): void;
  publish(report: HealthReport): void;
  /** A trial of a hard block begins. Not waited for: the others put their own off when they hear of it. */
  tries(scope: string): void;
  /** Nothing is heard or told any more, also by a store that goes on after it was left. */
  close(): void;
}

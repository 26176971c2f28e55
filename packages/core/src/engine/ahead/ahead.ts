import type { Clock } from "../../model/clock.ts";
import type { CallSetup } from "../call/call.ts";
import type { EventQueue } from "../event-queue.ts";
import type { ChainHealth } from "../health/chain-health.ts";
import type { ChainOptions } from "../options.ts";
import type { Candidate } from "../tier.ts";
import { Continuing, type ContinuingSetup } from "./continuing.ts";
import type { Course, CourseCall } from "./course.ts";
import { courses, type CoursesSetup } from "./courses.ts";
import { Hedging } from "./hedging.ts";

/**
 * What a chain is made of. Nothing of the engine is imported but types, what is needed is given: then a chain that asks for
 * nothing of this loads nothing of it, and one that does loads nothing twice.
 */
export interface AheadSetup
  extends Pick<ContinuingSetup, "planOf" | "TargetFailure">, Pick<CoursesSetup, "isUnbilled"> {
  /** Every target of every tier, in order. */
  readonly candidates: readonly Candidate[];
  readonly options: ChainOptions;
  readonly events: EventQueue;
  readonly health: ChainHealth;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What one call does ahead of a failure, each only where it is asked for. */
export interface CallAhead {
  /** What the chain has learnt of its targets. */
  readonly course?: Course | undefined;
  readonly hedging?: Hedging | undefined;
  /** Has the next target go on with an answer that broke off. */
  readonly continuing?: Continuing | undefined;
}

/** Everything a chain does ahead of a failure. It is loaded where an option asks for some of it. */
export class Ahead {
  readonly #setup: AheadSetup;
  readonly #courseOf: ((call: CourseCall) => Course) | undefined;
  readonly #hedging: Hedging | undefined;

  constructor(setup: AheadSetup) {
    const { candidates, options, events, health, clock } = setup;
    const { pins = false, steering = false, prices } = options;
    const isOrdered = candidates.some(({ tier }) => tier.order !== "declared");
    this.#setup = setup;
    if (pins || steering || prices !== undefined || isOrdered) this.#courseOf = courses(setup);
    if (candidates.some(({ tier }) => tier.hedgeAfterMs !== undefined)) {
      this.#hedging = new Hedging(candidates, health, clock, events);
    }
  }

  of(call: CallSetup): CallAhead {
    return {
      course: this.#courseOf?.(call),
      hedging: this.#hedging,
      continuing: call.afterRelease === "continue" ? new Continuing({ ...this.#setup, ...call }) : undefined,
    };
  }
}

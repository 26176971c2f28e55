import type { Clock } from "../../model/clock.ts";
import type { Target } from "../../model/target.ts";
import { Breaker, type BreakerState } from "./breaker.ts";
import { RepeatBudget } from "./repeat-budget.ts";

/** What is kept for one model at one endpoint, whatever the credential. */
export interface Route {
  readonly breaker: Breaker;
  readonly repeats: RepeatBudget;
  throwsInARow: number;
}

export interface RouteChange {
  readonly key: string;
  readonly target: Target;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** How long the breaker stays open, in milliseconds. */
  readonly openMs: number;
}

export interface RoutesSetup {
  readonly clock: Clock;
  readonly random: () => number;
  readonly onChange: (change: RouteChange) => void;
}

/** The routes of a chain's targets. */
export class Routes {
  readonly #setup: RoutesSetup;
  readonly #byKey = new Map<string, Route>();
  /** The same without a key to put together: every call looks several times. */
  readonly #byTarget = new WeakMap<Target, Route>();

  constructor(setup: RoutesSetup) {
    this.#setup = setup;
  }

  of(target: Target): Route {
    return this.#byTarget.get(target) ?? this.add(target);
  }

  at(key: string): Route | undefined {
    return this.#byKey.get(key);
  }

  add(target: Target): Route {
    const key = routeKey(target);
    const route = this.#byKey.get(key) ?? this.#make(key, target);
    this.#byKey.set(key, route);
    this.#byTarget.set(target, route);
    return route;
  }

  #make(key: string, target: Target): Route {
    const { clock, random, onChange } = this.#setup;
    const breaker = new Breaker(clock.now(), random, (from, to, openMs) => onChange({ key, target, from, to, openMs }));
    return { breaker, repeats: new RepeatBudget(clock.now()), throwsInARow: 0 };
  }
}

export function routeKey({ vendor, model, endpoint }: Target): string {
  return `${vendor}/${model}@${endpoint}`;
}

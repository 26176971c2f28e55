import type { Target } from "../../model/target.ts";
import type { Breaker } from "./breaker.ts";
import type { RepeatBudget } from "./repeat-budget.ts";

/** What is kept for one model at one endpoint, whatever the credential. */
export interface Route {
  readonly breaker: Breaker;
  readonly repeats: RepeatBudget;
  throwsInARow: number;
}

/** The routes of a chain's targets, each made when it is first asked for. */
export class Routes {
  readonly #make: (target: Target) => Route;
  readonly #byKey = new Map<string, Route>();

  constructor(make: (target: Target) => Route) {
    this.#make = make;
  }

  of(target: Target): Route {
    const key = routeKey(target);
    const route = this.#byKey.get(key) ?? this.#make(target);
    this.#byKey.set(key, route);
    return route;
  }

  at(key: string): Route | undefined {
    return this.#byKey.get(key);
  }
}

export function routeKey({ vendor, model, endpoint }: Target): string {
  return `${vendor}/${model}@${endpoint}`;
}

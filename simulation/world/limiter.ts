import type { RateLimits } from "@understudy/core";
import type { TargetPlan } from "./plan.ts";

const MINUTE_MS = 60_000;

/** Takes so many requests of a model in each minute, for each quota, and says what is left. */
export class Limiter {
  readonly limit: number;
  readonly #taken = new Map<string, { readonly minute: number; readonly taken: number }>();

  constructor(limit: number) {
    this.limit = limit;
  }

  take({ quota, model }: TargetPlan, now: number): { readonly isTaken: boolean; readonly rateLimits: RateLimits } {
    const key = `${quota} ${model}`;
    const minute = Math.floor(now / MINUTE_MS);
    const before = this.#taken.get(key);
    const taken = before?.minute === minute ? before.taken : 0;
    const isTaken = taken < this.limit;
    if (isTaken) this.#taken.set(key, { minute, taken: taken + 1 });
    const resetMs = Math.ceil((minute + 1) * MINUTE_MS - now);
    const rateLimits = {
      "limit-requests": String(this.limit),
      "remaining-requests": String(Math.max(0, this.limit - taken - 1)),
      "reset-requests": `${resetMs}ms`,
    };
    return { isTaken, rateLimits };
  }
}

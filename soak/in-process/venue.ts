import { createChain, type Chain, type ChainOptions, type EngineEvent, type TierInput } from "@understudy/core";
import { Counts } from "../counts.ts";

/** A chain, and what it tells of its calls. */
export class Venue {
  readonly chain: Chain;
  /** Of the answer before, for the next call of the same conversation. */
  pin: string | undefined;
  /** Ends by outcome. */
  readonly outcomes: Counts = new Counts();
  /** Ends of calls that had none under way, and beginnings of those that had. */
  disorder = 0;
  /** Breakers that opened. */
  openings = 0;
  probes = 0;
  /** Attempts that were to go on with what was shown. */
  continuations = 0;
  readonly #running = new Set<number>();
  readonly #waiting = new Map<number, () => void>();

  constructor(tiers: readonly TierInput[], options: ChainOptions) {
    this.chain = createChain(tiers, { ...options, onEvent: (event) => this.#hear(event) });
  }

  /** Calls that have begun and not said their end. */
  get running(): number {
    return this.#running.size;
  }

  whenEnded(callId: number): Promise<void> {
    if (!this.#running.has(callId)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(callId, resolve);
    });
  }

  #hear(event: EngineEvent): void {
    if (event.type === "breaker" && event.to === "open") this.openings++;
    else if (event.type === "attempt-start" && event.venture === "probe") this.probes++;
    else if (event.type === "attempt-end" && event.record.continues !== undefined) this.continuations++;
    else if (event.type === "call-start") {
      if (this.#running.has(event.callId)) this.disorder++;
      this.#running.add(event.callId);
    } else if (event.type === "end") {
      if (!this.#running.delete(event.callId)) this.disorder++;
      this.outcomes.add(event.outcome);
      this.#waiting.get(event.callId)?.();
      this.#waiting.delete(event.callId);
    }
  }
}

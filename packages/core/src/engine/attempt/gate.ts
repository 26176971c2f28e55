import type { PartEvent } from "../../model/events.ts";

/** What one read gave to show. */
export interface Batch {
  readonly events: readonly PartEvent[];
  /** The length of all deltas among them. */
  readonly chars: number;
}

/**
 * Holds an attempt's output back until it is worth showing, so that an early failure stays invisible. Opens `holdMs`
 * after the first text, reasoning or media; with `Infinity` only when the attempt has ended.
 */
export class Gate {
  readonly #holdMs: number;
  #held: Batch[] = [];
  #opensAt = Infinity;
  #open = false;

  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** When the gate is due to open; `Infinity` before there is anything to show. */
  get opensAt(): number {
    return this.#open ? Infinity : this.#opensAt;
  }

  hold(batch: Batch): void {
    this.#held.push(batch);
  }

  /** There is something to show. */
  shown(now: number): void {
    if (this.#opensAt === Infinity) this.#opensAt = now + this.#holdMs;
  }

  /** Opens and hands over what was held. */
  open(): readonly Batch[] {
    this.#open = true;
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

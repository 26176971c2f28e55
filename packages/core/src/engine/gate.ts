import type { PartEvent } from "../model/events.ts";

/**
 * Holds an attempt's output back until it is worth showing, so that an early failure stays invisible. Opens `holdMs`
 * after the first text, reasoning or media; with `Infinity` only when the attempt has ended.
 */
export class Gate {
  readonly #holdMs: number;
  #held: PartEvent[] = [];
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

  hold(event: PartEvent): void {
    this.#held.push(event);
  }

  /** There is something to show. */
  shown(now: number): void {
    if (this.#opensAt === Infinity) this.#opensAt = now + this.#holdMs;
  }

  /** Opens and hands over what was held. */
  open(): readonly PartEvent[] {
    this.#open = true;
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

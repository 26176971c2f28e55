/** Ends a text at a stop sequence, where the vendor does not. Holds back what may turn out to begin one. */
export class StopCutter {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = "";
  #isCut = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
    this.#longest = Math.max(...stops.map((stop) => stop.length));
  }

  /** A stop sequence was found: nothing more is shown. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** What may be shown once this text has come. */
  push(delta: string): string {
    if (this.#isCut) return "";
    const text = this.#held + delta;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((position) => position !== -1);
    if (found.length > 0) {
      this.#isCut = true;
      this.#held = "";
      return text.slice(0, Math.min(...found));
    }
    const shown = text.length - this.#heldLength(text);
    this.#held = text.slice(shown);
    return text.slice(0, shown);
  }

  /** The text is over: what was held back was no stop sequence. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  #heldLength(text: string): number {
    for (let length = Math.min(this.#longest - 1, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}

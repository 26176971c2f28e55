/** Ends a text at a stop sequence, where the vendor does not. Holds back what may turn out to begin one. */
export class StopCutter {
  readonly #stops: readonly string[];
  #held = "";
  #isCut = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** A stop sequence was found: nothing more is shown. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** What may be shown once this text has come. */
  push(delta: string): string {
    if (this.#isCut) return "";
    const text = this.#held + delta;
    const start = this.#find(text);
    if (start !== -1) {
      this.#isCut = true;
      this.#held = "";
      return text.slice(0, start);
    }
    const shown = text.length - this.#heldLength(text);
    this.#held = text.slice(shown);
    return text.slice(0, shown);
  }

  /** The text is over: what was held back was not a stop sequence. */
  flush(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  /**
   * Where the stop sequence begins that is the first to be complete, as for the vendor, who looks after every token; the
   * longest of those that end together. So it does not matter how the text was cut into deltas. -1 for none.
   */
  #find(text: string): number {
    let [start, end] = [-1, Infinity];
    for (const stop of this.#stops) {
      const position = text.indexOf(stop);
      const stopEnd = position + stop.length;
      if (position === -1 || stopEnd > end || (stopEnd === end && position > start)) continue;
      [start, end] = [position, stopEnd];
    }
    return start;
  }

  /** How much of the end of a text may begin a stop sequence. */
  #heldLength(text: string): number {
    const last = text.charCodeAt(text.length - 1);
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
        // Nearly every delta is through here, and makes no string on its way.
        if (stop.charCodeAt(length - 1) === last && text.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}

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
    const end = this.#find(text);
    if (end !== -1) {
      this.#isCut = true;
      this.#held = "";
      return text.slice(0, end);
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

  /** Where the first stop sequence begins; -1 for none. */
  #find(text: string): number {
    let first = -1;
    for (const stop of this.#stops) {
      const position = text.indexOf(stop);
      if (position !== -1 && (first === -1 || position < first)) first = position;
    }
    return first;
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

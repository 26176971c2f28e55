import type { Loss } from "../../model/trace.ts";

/**
 * Takes the text that a model was given to continue off the beginning of its answer, if the answer says it again. Holds
 * back what may turn out to be its beginning. What is taken off is reported: it may have been meant.
 */
export class EchoCutter {
  readonly #text: string;
  readonly #loss: (loss: Loss) => void;
  #held: string | undefined = "";

  constructor(text: string, loss: (loss: Loss) => void) {
    this.#text = text;
    this.#loss = loss;
  }

  /** What may be shown once this text has come. */
  push(delta: string): string {
    if (this.#held === undefined) return delta;
    const come = this.#held + delta;
    if (come.length < this.#text.length && this.#text.startsWith(come)) {
      this.#held = come;
      return "";
    }
    this.#held = undefined;
    if (!come.startsWith(this.#text)) return come;
    this.#loss({ what: "messages", action: "translated", reason: "the answer repeated what it continues; shown once" });
    return come.slice(this.#text.length);
  }

  /** The text is over: what was held back was no repetition. */
  flush(): string {
    const held = this.#held ?? "";
    this.#held = undefined;
    return held;
  }
}

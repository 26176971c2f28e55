import { TargetFailure } from "../../model/target-failure.ts";

/** Text that comes in pieces, up to a number of characters. */
export class BoundedText {
  readonly #maxChars: number;
  #pieces: string[] = [];
  #chars = 0;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  get isEmpty(): boolean {
    return this.#chars === 0;
  }

  /** Throws `stream.oversized` above the limit. */
  push(text: string): void {
    if (text === "") return;
    this.#chars += text.length;
    if (this.#chars > this.#maxChars) throw new TargetFailure("stream.oversized");
    this.#pieces.push(text);
  }

  /** All of it. Nothing is left. */
  take(): string {
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#chars = 0;
    return text;
  }
}

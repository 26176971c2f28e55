import { TargetFailure } from "./target-failure.ts";

/** How many of one kind an answer may have: parts, citations, positions in a list. Real ones have hundreds. */
export const MOST = 16_384;

/** Counts what an answer has of one kind. */
export class Count {
  #left: number;

  constructor(most: number = MOST) {
    this.#left = most;
  }

  /** Throws `stream.malformed` when there are more than any real answer has. */
  add(more = 1): void {
    this.#left -= more;
    if (this.#left < 0) throw new TargetFailure("stream.malformed");
  }
}

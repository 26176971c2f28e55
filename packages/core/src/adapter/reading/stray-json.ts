const MOST_CHARS = 2048;

/**
 * Keeps what stands between events from the first line on that begins like JSON: some servers put a bare error behind
 * the events of a stream.
 */
export class StrayJson {
  #text = "";
  #isLineStart = false;

  get text(): string {
    return this.#text;
  }

  get isLineStart(): boolean {
    return this.#isLineStart;
  }

  /** `isSuspect`: the text holds a whole line that is not a field of an event. Others are not searched through. */
  push(text: string, isSuspect: boolean): void {
    const start = this.#text === "" ? this.#start(text, isSuspect) : 0;
    this.#isLineStart = text.endsWith("\n") || text.endsWith("\r");
    if (start === -1 || this.#text.length >= MOST_CHARS) return;
    this.#text += text.slice(start, start + MOST_CHARS - this.#text.length);
  }

  #start(text: string, isSuspect: boolean): number {
    if (this.#isLineStart && beginsLikeJson(text, 0)) return 0;
    const lastLine = text.lastIndexOf("\n") + 1;
    if (!isSuspect) return lastLine > 0 && beginsLikeJson(text, lastLine) ? lastLine : -1;
    const object = text.indexOf("\n{");
    const list = text.indexOf("\n[");
    return object === -1 || list === -1 ? Math.max(object, list) : Math.min(object, list);
  }
}

/** Of an object or an array. */
export function beginsLikeJson(text: string, at: number): boolean {
  const first = text.charAt(at);
  return first === "{" || first === "[";
}

import { BoundedText } from "./bounded-text.ts";
import type { EventCutter, OnEvent } from "./framing.ts";

/** Of server-sent events. */
const FIELD = /^(?:data|event|id|retry):/;

/** One JSON object on each line, whether it ends with LF, CRLF or the body. */
export class JsonLines implements EventCutter<string> {
  readonly expected = "JSON lines";
  readonly #onEvent: OnEvent;
  readonly #line: BoundedText;
  #hasBegun = false;
  #hasFields = false;

  constructor(onEvent: OnEvent, maxEventChars: number) {
    this.#onEvent = onEvent;
    this.#line = new BoundedText(maxEventChars);
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get came(): string {
    return this.#hasFields ? "server-sent events came" : "text came that is neither";
  }

  get isInside(): boolean {
    return !this.#line.isEmpty;
  }

  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
      this.#line.push(text.slice(from, at));
      from = at + 1;
      this.end();
    }
    this.#line.push(text.slice(from));
  }

  end(): boolean {
    if (this.#line.isEmpty) return true;
    const data = this.#line.take().trim();
    if (data.startsWith("{")) this.#hasBegun = true;
    else if (FIELD.test(data)) this.#hasFields = true;
    if (data !== "") this.#onEvent({ data });
    return true;
  }
}

import type { EventSourceParser } from "eventsource-parser";
import { TargetFailure } from "../../model/target-failure.ts";
import type { CreateParser } from "./event-parser.ts";
import type { EventCutter, OnEvent } from "./framing.ts";
import { StrayJson } from "./stray-json.ts";

const FIELD_NAMES = [":", "data", "event", "id", "retry"];

/** Server-sent events, with what stands between them and is JSON. */
export class ServerSentEvents implements EventCutter<string> {
  readonly expected = "server-sent events";
  readonly came = "text came that is neither";
  readonly #parser: EventSourceParser;
  readonly #stray = new StrayJson();
  // The first characters, to tell fields from prose.
  #head = "";
  #hasEvents = false;
  #isOversized = false;
  #hasUnknownLine = false;

  constructor(onEvent: OnEvent, maxEventChars: number, createParser: CreateParser) {
    this.#parser = createParser({
      maxBufferSize: maxEventChars,
      onEvent: (event) => {
        this.#hasEvents = true;
        onEvent(event);
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.#isOversized = true;
        else this.#hasUnknownLine = true;
      },
    });
  }

  get hasBegun(): boolean {
    return this.#hasEvents || isField(this.#head);
  }

  get isInside(): boolean {
    return !this.#stray.isLineStart;
  }

  /** JSON that stands where an event should. */
  get stray(): string {
    return this.#stray.text;
  }

  push(text: string): void {
    if (this.#head.length < 8) this.#head = (this.#head + text).trimStart().slice(0, 8);
    this.#hasUnknownLine = false;
    this.#parser.feed(text);
    if (this.#isOversized) throw new TargetFailure("stream.oversized");
    this.#stray.push(text, this.#hasUnknownLine);
  }

  /** The parser drops a last event that lacks its blank line. */
  end(): boolean {
    this.push("\n\n");
    return true;
  }
}

/** A whole field name or the start of one. */
function isField(head: string): boolean {
  return FIELD_NAMES.some((name) => head.startsWith(name) || name.startsWith(head));
}

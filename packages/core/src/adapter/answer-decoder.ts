import type { EventSourceParser } from "eventsource-parser";
import { parseJson } from "../model/json.ts";
import type { StreamPart } from "../model/target.ts";
import { isTargetFailure, TargetFailure } from "../model/target-failure.ts";
import type { CreateParser } from "./event-parser.ts";
import { StrayJson } from "./stray-json.ts";
import type { WireReader } from "./wire-reader.ts";

const FIELD_NAMES = [":", "data", "event", "id", "retry"];

/**
 * Feeds the text of one body to a wire reader, in whichever form it came: server-sent events or one JSON value. The
 * first character decides, because content types are wrong too often (gateways, error bodies, `octet-stream`).
 */
export class AnswerDecoder {
  readonly #wire: WireReader;
  readonly #maxEventChars: number;
  readonly #parser: EventSourceParser;
  #form: "unknown" | "events" | "json" = "unknown";
  #out: StreamPart[] = [];
  #isOversized = false;
  #events = 0;
  // The first characters of an event stream, to tell fields from prose.
  #head = "";
  readonly #stray = new StrayJson();
  #hasUnknownLine = false;
  #json: string[] = [];
  #jsonChars = 0;

  constructor(wire: WireReader, maxEventChars: number, createParser: CreateParser) {
    this.#wire = wire;
    this.#maxEventChars = maxEventChars;
    this.#parser = createParser({
      maxBufferSize: maxEventChars,
      onEvent: (event) => {
        this.#events += 1;
        if (wire.phase !== "ended") wire.event(event, this.#out);
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.#isOversized = true;
        else this.#hasUnknownLine = true;
      },
    });
  }

  push(text: string, out: StreamPart[]): void {
    if (this.#form === "unknown") this.#sniff(text);
    if (this.#form === "events") this.#pushEvents(text, out);
    else if (this.#form === "json") this.#pushJson(text);
  }

  /** The body has ended, well or not. Throws when the answer is not complete. */
  end(out: StreamPart[]): void {
    if (this.#form === "unknown") throw new TargetFailure("gateway.not-a-stream");
    if (this.#form === "json") this.#endJson(out);
    else this.#endEvents(out);
    if (!this.#isEnded()) throw new TargetFailure("adapter.contract");
  }

  #isEnded(): boolean {
    return this.#wire.phase === "ended";
  }

  #sniff(text: string): void {
    const first = text.trimStart().charAt(0);
    if (first === "") return;
    if (first === "<") throw new TargetFailure("gateway.html");
    this.#form = first === "{" || first === "[" ? "json" : "events";
  }

  #pushEvents(text: string, out: StreamPart[]): void {
    if (this.#head.length < 8) this.#head = (this.#head + text).trimStart().slice(0, 8);
    this.#out = out;
    this.#hasUnknownLine = false;
    this.#parser.feed(text);
    if (this.#isOversized) throw new TargetFailure("stream.oversized");
    this.#stray.push(text, this.#hasUnknownLine);
  }

  #endEvents(out: StreamPart[]): void {
    const isForeign = this.#events === 0 && !isField(this.#head);
    try {
      // The parser drops a last event that lacks its blank line.
      this.#pushEvents("\n\n", out);
    } catch (error) {
      // Broken because it was cut: then that is what is wrong with it.
      if (!isTargetFailure(error) || error.class !== "stream.malformed") throw error;
    }
    // An error counts after evidence too: some vendors repeat their evidence from the first event on.
    if (!this.#isEnded() && this.#stray.text !== "") this.#whole(this.#stray.text, out);
    if (this.#wire.phase === "evidence") this.#wire.finish(out);
    if (this.#isEnded()) return;
    throw new TargetFailure(isForeign ? "gateway.not-a-stream" : "stream.truncated");
  }

  #pushJson(text: string): void {
    this.#jsonChars += text.length;
    if (this.#jsonChars > this.#maxEventChars) throw new TargetFailure("stream.oversized");
    this.#json.push(text);
  }

  #endJson(out: StreamPart[]): void {
    const text = this.#json.join("").trim();
    this.#json = [];
    if (!this.#whole(text, out)) throw new TargetFailure(isCut(text) ? "stream.truncated" : "stream.malformed");
    if (!this.#isEnded()) throw new TargetFailure("gateway.not-a-stream");
  }

  /** False when the text is no JSON. */
  #whole(text: string, out: StreamPart[]): boolean {
    let value: unknown;
    try {
      value = parseJson(text);
    } catch {
      return false;
    }
    this.#wire.whole(value, out);
    return true;
  }
}

/** A whole field name or the start of one. */
function isField(head: string): boolean {
  return FIELD_NAMES.some((name) => head.startsWith(name) || name.startsWith(head));
}

/** Whether a JSON text ends before its value does: a bracket or a string is open. */
function isCut(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (isString && character === "\\") index++;
    else if (character === '"') isString = !isString;
    else if (!isString && (character === "{" || character === "[")) depth++;
    else if (!isString && (character === "}" || character === "]")) depth--;
  }
  return isString || depth > 0;
}

import type { EventSourceParser } from "eventsource-parser";
import { parseBoundedJson } from "../../model/json-structure.ts";
import type { StreamPart } from "../../model/target.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import type { CreateParser } from "./event-parser.ts";
import { beginsLikeJson, StrayJson } from "./stray-json.ts";
import type { WireEvent, WireReader } from "./wire-reader.ts";

const FIELD_NAMES = [":", "data", "event", "id", "retry"];
/** The explicit end of many wires, and what some gateways add to those of others. */
const SENTINEL = "[DONE]";

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
  #isEnding = false;
  #json: string[] = [];
  #jsonChars = 0;

  constructor(wire: WireReader, maxEventChars: number, createParser: CreateParser) {
    this.#wire = wire;
    this.#maxEventChars = maxEventChars;
    this.#parser = createParser({
      maxBufferSize: maxEventChars,
      onEvent: (event) => this.#read(event),
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

  /** The body has come to an end: its own (`ended`), or it broke or fell silent. Throws for an incomplete answer. */
  end(how: "ended" | "broken", out: StreamPart[]): void {
    if (this.#form === "unknown") throw new TargetFailure("gateway.not-a-stream");
    if (this.#form === "json") this.#endJson(out);
    else this.#endEvents(how, out);
  }

  /** More of a line is to come. */
  get isInsideLine(): boolean {
    return !this.#stray.isLineStart;
  }

  #read(event: WireEvent): void {
    const wire = this.#wire;
    const out = this.#out;
    const { data } = event;
    this.#events += 1;
    if (wire.evidence.isEnded) return;
    if (!data.startsWith("{")) {
      const text = data.trim();
      // What cannot be JSON is a heartbeat: an empty text, a word, a comment in the wrong place.
      if (!beginsLikeJson(text, 0)) return;
      // The body may end inside it.
      if (text === SENTINEL || (this.#isEnding && SENTINEL.startsWith(text))) {
        if (!wire.evidence.isGiven) throw new TargetFailure("stream.truncated");
        this.#finish(out);
        return;
      }
    }
    const from = out.length;
    wire.event(event, out);
    wire.evidence.read(out, from);
  }

  #finish(out: StreamPart[]): void {
    const { evidence } = this.#wire;
    const from = out.length;
    this.#wire.finish(out);
    evidence.read(out, from);
    if (!evidence.isEnded) throw new TargetFailure("adapter.contract");
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

  #endEvents(how: "ended" | "broken", out: StreamPart[]): void {
    const { evidence } = this.#wire;
    const isForeign = this.#events === 0 && !isField(this.#head);
    const isWhole = this.#endLast(out);
    // An error counts after evidence too: some vendors repeat their evidence from the first event on.
    if (!evidence.isEnded && this.#stray.text !== "") this.#whole(this.#stray.text, out);
    if (evidence.isEnded) return;
    if (isForeign) throw new TargetFailure("gateway.not-a-stream");
    if (!isWhole || !(how === "ended" ? evidence.isGiven : evidence.stands))
      throw new TargetFailure("stream.truncated");
    this.#finish(out);
  }

  /** The parser drops a last event that lacks its blank line. False when it lacks more than that. */
  #endLast(out: StreamPart[]): boolean {
    this.#isEnding = true;
    try {
      this.#pushEvents("\n\n", out);
      return true;
    } catch (error) {
      // Broken because it was cut: then that is what is wrong with it.
      if (isTargetFailure(error) && error.class === "stream.malformed") return false;
      throw error;
    }
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
    if (!this.#wire.evidence.isEnded) throw new TargetFailure("gateway.not-a-stream");
  }

  /** False when the text is no JSON. */
  #whole(text: string, out: StreamPart[]): boolean {
    let value: unknown;
    try {
      value = parseBoundedJson(text);
    } catch (error) {
      if (error instanceof RangeError) throw new TargetFailure("stream.oversized");
      return false;
    }
    const from = out.length;
    this.#wire.whole(value, out);
    this.#wire.evidence.read(out, from);
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

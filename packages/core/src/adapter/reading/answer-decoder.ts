import { parseBoundedJson } from "../../model/json-structure.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { StreamPart } from "../../model/target.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import { BoundedText } from "./bounded-text.ts";
import type { CreateParser } from "./event-parser.ts";
import { Frames } from "./frames.ts";
import type { EventCutter, Framing, OnEvent } from "./framing.ts";
import { JsonLines } from "./json-lines.ts";
import { ServerSentEvents } from "./server-sent-events.ts";
import { beginsLikeJson } from "./stray-json.ts";
import type { WireEvent, WireReader } from "./wire-reader.ts";

/** The explicit end of many wires, and what some gateways add to those of others. */
const SENTINEL = "[DONE]";
const JSON_TYPE = /^application\/(?:[\w.-]{1,100}\+)?json\b/i;
const TEXT_TYPE = /^text\//i;
const FIRST_OF_TEXT = /[\s{[<]/;

type Form = "unknown" | "events" | "first-line" | "json";

export interface DecoderSetup {
  readonly framing: Framing;
  /** There where the framing is `sse`. */
  readonly createParser: CreateParser | undefined;
  readonly maxEventChars: number;
  readonly contentType: string | null;
}

/**
 * Feeds one body to a wire reader, in whichever form it came: events, as the wire frames them, or one JSON value. The
 * first character decides, because content types are wrong too often (gateways, error bodies, `octet-stream`). They are
 * asked where it cannot: whether one line of JSON is an answer or the first event, and what begins with a byte of a frame.
 */
export class AnswerDecoder {
  readonly #wire: WireReader;
  readonly #contentType: string;
  readonly #text = new TextDecoder("utf-8", { fatal: true });
  readonly #cutter: Omit<EventCutter<never>, "push">;
  readonly #lines: JsonLines | ServerSentEvents | undefined;
  readonly #frames: Frames | undefined;
  readonly #json: BoundedText;
  #form: Form = "unknown";
  /** One whole line of JSON: the answer in one piece, unless another line follows. */
  #line: string | undefined;
  /** The only line so far, if nothing came of it as an event: it may be an answer in one piece. */
  #lone: string | undefined;
  #out: StreamPart[] = [];
  #events = 0;
  #isEnding = false;

  constructor(wire: WireReader, { framing, createParser, maxEventChars, contentType }: DecoderSetup) {
    const onEvent: OnEvent = (event) => this.#read(event);
    this.#wire = wire;
    this.#contentType = contentType ?? "";
    this.#json = new BoundedText(maxEventChars);
    if (typeof framing === "function") {
      this.#cutter = this.#frames = new Frames(onEvent, maxEventChars, framing());
    } else if (createParser === undefined) this.#cutter = this.#lines = new JsonLines(onEvent, maxEventChars);
    else this.#cutter = this.#lines = new ServerSentEvents(onEvent, maxEventChars, createParser);
  }

  push(bytes: Uint8Array, out: StreamPart[]): void {
    this.#out = out;
    if (this.#frames === undefined) this.#pushText(bytes);
    else this.#pushFrames(this.#frames, bytes);
  }

  /** The body has come to an end: its own (`ended`), or it broke or fell silent. Throws for an incomplete answer. */
  end(how: "ended" | "broken", out: StreamPart[]): void {
    this.#out = out;
    if (this.#form === "unknown") throw this.#foreign("gateway.not-a-stream", "nothing came");
    if (this.#form === "events") this.#endEvents(how, out);
    else this.#endJson(this.#line ?? this.#json.take().trim(), out);
  }

  /** More of a line is to come. */
  get isInsideLine(): boolean {
    return this.#cutter.isInside;
  }

  #read(event: WireEvent): void {
    const wire = this.#wire;
    const out = this.#out;
    const { data } = event;
    this.#events += 1;
    this.#lone = undefined;
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
    if (this.#events === 1 && out.length === from) this.#lone = data;
  }

  #finish(out: StreamPart[]): void {
    const { evidence } = this.#wire;
    const from = out.length;
    this.#wire.finish(out);
    evidence.read(out, from);
    if (!evidence.isEnded) throw new TargetFailure("adapter.contract");
  }

  /** A frame may begin with any byte: then the content type has to say that it is text. */
  #pushFrames(frames: Frames, bytes: Uint8Array): void {
    if (this.#form === "unknown") {
      const isText = JSON_TYPE.test(this.#contentType) || TEXT_TYPE.test(this.#contentType);
      if (!isText || !FIRST_OF_TEXT.test(String.fromCharCode(bytes[0] ?? 0))) this.#form = "events";
    }
    if (this.#form === "events") frames.push(bytes);
    else this.#pushText(bytes);
  }

  #pushText(bytes: Uint8Array): void {
    let text = this.#decoded(bytes);
    if (this.#form === "unknown") {
      this.#form = this.#formOf(text.trimStart().charAt(0));
      if (this.#form === "first-line") text = text.trimStart();
    }
    if (this.#form === "events") this.#lines?.push(text);
    else if (this.#form === "first-line") this.#pushFirstLine(text);
    else if (this.#form === "json") this.#json.push(text);
  }

  #decoded(bytes: Uint8Array): string {
    try {
      return this.#text.decode(bytes, { stream: true });
    } catch {
      throw this.#foreign("stream.malformed", "bytes came that are no UTF-8");
    }
  }

  #formOf(first: string): Form {
    if (first === "") return "unknown";
    if (first === "<") throw new TargetFailure("gateway.html");
    if (first === "{" && this.#lines instanceof JsonLines) return "first-line";
    return first === "{" || first === "[" || this.#lines === undefined ? "json" : "events";
  }

  /** A value that takes more than one line is no event. One on one line may be the answer, where the server calls it JSON. */
  #pushFirstLine(text: string): void {
    let rest = text;
    if (this.#line === undefined) {
      const end = text.indexOf("\n");
      this.#json.push(end === -1 ? text : text.slice(0, end));
      if (end === -1) return;
      const line = this.#json.take();
      rest = text.slice(end + 1);
      if (valueIn(line) === undefined) {
        this.#form = "json";
        this.#json.push(`${line}\n${rest}`);
        return;
      }
      this.#line = line;
    }
    if (JSON_TYPE.test(this.#contentType) && rest.trim() === "") return;
    this.#form = "events";
    this.#lines?.push(`${this.#line}\n${rest}`);
  }

  #endEvents(how: "ended" | "broken", out: StreamPart[]): void {
    const { evidence } = this.#wire;
    // A field that is cut is one only as long as nothing stands behind it.
    const hadBegun = this.#cutter.hasBegun;
    const isWhole = this.#endLast();
    // An error counts after evidence too: some vendors repeat their evidence from the first event on.
    const other = this.#lines instanceof ServerSentEvents ? this.#lines.stray : (this.#lone ?? "");
    if (!evidence.isEnded && other !== "") this.#whole(other, out);
    if (evidence.isEnded) return;
    if (!hadBegun && !this.#cutter.hasBegun) throw this.#foreign("gateway.not-a-stream", this.#cutter.came);
    if (!isWhole || !(how === "ended" ? evidence.isGiven : evidence.stands))
      throw new TargetFailure("stream.truncated");
    this.#finish(out);
  }

  /** What is left is the last event. False when it lacks more than its end. */
  #endLast(): boolean {
    this.#isEnding = true;
    try {
      return this.#cutter.end();
    } catch (error) {
      // Broken because it was cut: then that is what is wrong with it.
      if (isTargetFailure(error) && error.class === "stream.malformed") return false;
      throw error;
    }
  }

  #endJson(text: string, out: StreamPart[]): void {
    if (!this.#whole(text, out)) {
      const line = text.slice(0, text.indexOf("\n") + 1);
      if (line !== "" && valueIn(line) !== undefined) {
        throw this.#foreign("stream.malformed", "several JSON values came, one on each line");
      }
      if (isCut(text)) throw new TargetFailure("stream.truncated");
      throw this.#foreign("stream.malformed", "text came that begins like JSON and is not");
    }
    if (this.#wire.evidence.isEnded) return;
    throw this.#foreign("gateway.not-a-stream", "JSON came that is neither an answer nor an error");
  }

  /** False when the text is no JSON. */
  #whole(text: string, out: StreamPart[]): boolean {
    const parsed = valueIn(text);
    if (parsed === undefined) return false;
    const from = out.length;
    this.#wire.whole(parsed.value, out);
    this.#wire.evidence.read(out, from);
    return true;
  }

  /** Says what was expected and what came, in words that hold nothing of it. */
  #foreign(failureClass: FailureClass, came: string): TargetFailure {
    return new TargetFailure(failureClass, {
      explanation: `expected ${this.#cutter.expected} or one JSON value; ${came}`,
    });
  }
}

/** The value of a JSON text; undefined when it is none. */
function valueIn(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseBoundedJson(text) };
  } catch (error) {
    if (error instanceof RangeError) throw new TargetFailure("stream.oversized");
    return undefined;
  }
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

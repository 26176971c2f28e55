import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { Citation } from "../../model/parts.ts";
import type { StreamPart } from "../../model/target.ts";
import { defined } from "../requests/native-fields.ts";
import type { StopCutter } from "../reading/stop-cutter.ts";
import { parseToolInput, readToolInput, type ToolInput } from "./tool-input.ts";
import { WholeCharacters } from "../reading/whole-characters.ts";

/** What a finished text or reasoning has beside its text. */
export interface PartExtras {
  /** Sources of a text. */
  readonly citations?: readonly Citation[] | undefined;
  /** What only the vendor can read; it goes back to it with the part. */
  readonly opaque?: JsonObject | undefined;
}

/** What is known of a tool call when it begins. */
export interface CallStart {
  /** Left out or empty: one is made. */
  readonly toolCallId: string | undefined;
  /** The tool's name as the vendor gave it. Left out: empty. */
  readonly toolName: string | undefined;
  /** The tool takes a text and no JSON. */
  readonly isFreeText?: boolean | undefined;
}

/** What a finished call has beside its name and arguments. */
export type CallFields = Readonly<Record<string, JsonValue | undefined>>;

/** Text or reasoning while it is being written: its start, its deltas, and the finished part. */
export class OpenText {
  /** Which of the two it is. */
  readonly type: "text" | "reasoning";
  readonly #deltaType: "text-delta" | "reasoning-delta";
  readonly #id: string;
  readonly #cutter: StopCutter | undefined;
  #text = "";
  // What the cutter left of it.
  #kept = "";
  readonly #characters = new WholeCharacters();

  constructor(type: OpenText["type"], id: string, out: StreamPart[], cutter?: StopCutter) {
    this.type = type;
    this.#deltaType = `${type}-delta`;
    this.#id = id;
    this.#cutter = cutter;
    out.push({ type: `${type}-start`, id });
  }

  /** Whether nothing has come yet. */
  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** Whether nothing but white space has come yet. */
  get isBlank(): boolean {
    return !/\S/.test(this.#text);
  }

  /** What has come, also what a cutter has not shown. */
  get text(): string {
    return this.#text;
  }

  /** Continues the text; whole characters that the cutter lets through are pushed as a delta. */
  append(delta: string, out: StreamPart[]): void {
    this.#text += delta;
    if (this.#cutter === undefined) this.#show(delta, out);
    else this.#cut(this.#cutter.push(delta), out);
  }

  /** The finished text may have more than what came in deltas. */
  complete(whole: unknown, out: StreamPart[]): void {
    const come = this.#text;
    if (typeof whole === "string" && whole.startsWith(come)) this.append(whole.slice(come.length), out);
  }

  /** Pushes what is still held back, and the finished part. To be called once. */
  close(extras: PartExtras, out: StreamPart[]): void {
    const id = this.#id;
    if (this.#cutter !== undefined) this.#cut(this.#cutter.flush(), out);
    this.#push(this.#characters.flush(), out);
    const text = this.#cutter === undefined ? this.#text : this.#kept;
    if (this.type === "text") out.push({ type: "text-end", id, part: { type: "text", text, ...extras } });
    else out.push({ type: "reasoning-end", id, part: { type: "reasoning", text, opaque: extras.opaque } });
  }

  #cut(delta: string, out: StreamPart[]): void {
    this.#kept += delta;
    this.#show(delta, out);
  }

  #show(delta: string, out: StreamPart[]): void {
    this.#push(this.#characters.push(delta), out);
  }

  #push(delta: string, out: StreamPart[]): void {
    if (delta !== "") out.push({ type: this.#deltaType, id: this.#id, delta });
  }
}

/** What a wire does with its texts. */
export interface TextPartsSetup {
  /** Holds back and cuts text at the caller's stop sequences, where the vendor does not. */
  readonly cutter?: StopCutter | undefined;
  /** What the part that closes now has beside its text. */
  readonly extras?: ((type: OpenText["type"]) => PartExtras) | undefined;
}

/** Text and reasoning of a wire that writes one of them at a time: a delta of the other kind closes what is open. */
export class TextParts {
  readonly #newId: () => string;
  readonly #setup: TextPartsSetup;
  #open: OpenText | undefined;

  constructor(newId: () => string, setup: TextPartsSetup = {}) {
    this.#newId = newId;
    this.#setup = setup;
  }

  /** An empty delta opens nothing. */
  append(type: OpenText["type"], delta: string, out: StreamPart[]): void {
    if (delta === "") return;
    let open = this.#open;
    if (open?.type !== type) {
      this.close(out);
      open = new OpenText(type, this.#newId(), out, type === "text" ? this.#setup.cutter : undefined);
      this.#open = open;
    }
    open.append(delta, out);
  }

  /** Finishes what is open, if anything is. */
  close(out: StreamPart[]): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.close(this.#setup.extras?.(open.type) ?? {}, out);
  }
}

/**
 * A tool call while its arguments are being written. In the finished part `opaque.custom` marks a free text, and
 * `opaque.arguments` holds JSON that was spelled in another way than ours.
 */
export class OpenCall {
  /** The vendor's id of the call, or one made from the part's id. */
  readonly toolCallId: string;
  readonly #id: string;
  readonly #toolName: string;
  readonly #isFreeText: boolean;
  readonly #characters = new WholeCharacters();
  #text = "";

  constructor(id: string, { toolCallId, toolName = "", isFreeText = false }: CallStart, out: StreamPart[]) {
    this.#id = id;
    this.toolCallId = toolCallId === undefined || toolCallId === "" ? `call_${id}` : toolCallId;
    this.#toolName = toolName;
    this.#isFreeText = isFreeText;
    out.push({ type: "tool-call-start", id, toolCallId: this.toolCallId, toolName });
  }

  /** Continues the arguments; whole characters are pushed as a delta. */
  append(delta: string, out: StreamPart[]): void {
    this.#text += delta;
    this.#show(this.#characters.push(delta), out);
  }

  /**
   * `written`: the finished arguments, where the vendor repeats them; they count, should the deltas have said something
   * else. `fields` become opaque data.
   */
  close(written: string, fields: CallFields, out: StreamPart[]): void {
    const text = written || this.#text;
    if (this.#text === "") this.append(text, out);
    if (this.#isFreeText) {
      this.#end({ input: text }, { ...fields, custom: true }, out);
      return;
    }
    const input = parseToolInput(text);
    // Spelled as the model spelled it, the call finds the vendor's cache when it goes back.
    const isRespelled = text !== "" && JSON.stringify(input.input) !== text;
    this.#end(input, isRespelled ? { ...fields, arguments: text } : fields, out);
  }

  /**
   * As `close`, for a vendor that takes the arguments back as an object, however they were spelled. `whole`: what was
   * parsed with its event, where nothing came in deltas; it is not looked at where something did, so `{}` does then.
   */
  closeObject(whole: JsonValue, fields: CallFields, out: StreamPart[]): void {
    this.#end(this.#text === "" ? readToolInput(whole) : parseToolInput(this.#text), fields, out);
  }

  /** The vendor left it unfinished. Its arguments stay a text: it is not a call that could be made. */
  abandon(out: StreamPart[]): void {
    this.#end({ input: {}, inputText: this.#text }, {}, out);
  }

  #show(delta: string, out: StreamPart[]): void {
    if (delta !== "") out.push({ type: "tool-call-delta", id: this.#id, delta });
  }

  #end(input: ToolInput, fields: CallFields, out: StreamPart[]): void {
    this.#show(this.#characters.flush(), out);
    const { toolCallId } = this;
    const kept = defined(fields);
    const opaque = Object.keys(kept).length === 0 ? {} : { opaque: kept };
    out.push({
      type: "tool-call",
      id: this.#id,
      part: { type: "tool-call", toolCallId, toolName: this.#toolName, ...input, ...opaque },
    });
  }
}

import {
  asBoundedArray,
  asJsonObject,
  asObject,
  asString,
  asText,
  isJsonObject,
  type Foreign,
  type JsonObject,
  type StreamPart,
} from "@understudy/core/adapter";
import { Count, OpenCall, OpenText, parseToolInput, type StopCutter } from "@understudy/core/toolkit";
import { readCitation } from "./citations.ts";
import { SERVER_TOOL } from "./content.ts";

/** A content block until its stop. */
export interface OpenBlock {
  /** What its deltas are called. */
  readonly kind: string;
  delta(delta: Foreign, out: StreamPart[]): void;
  close(out: StreamPart[]): void;
}

export interface BlockContext {
  readonly id: string;
  readonly cutter?: StopCutter | undefined;
}

const KNOWN = ["text", "citation", "citationsContent", "toolUse", "reasoningContent", "toolResult", "image"];

/** The kind of a block or delta, by the name of its one field. */
export function kindOf(content: Foreign): string {
  const name = KNOWN.find((known) => content[known] !== undefined) ?? Object.keys(content)[0] ?? "unknown";
  return name === "citation" || name === "citationsContent" ? "text" : name;
}

export function isKnownKind(kind: string): boolean {
  return KNOWN.includes(kind);
}

/** Begins a block: by its start, by its first delta where it has none, or whole. */
export function openBlock(kind: string, start: Foreign, context: BlockContext, out: StreamPart[]): OpenBlock {
  if (kind === "text") return new TextBlock(context, out);
  if (kind === "reasoningContent") return new ReasoningBlock(context.id, out);
  const block = asObject(start[kind]);
  if (kind === "toolUse" && block["type"] !== SERVER_TOOL) return new CallBlock(block, context.id, out);
  return new OtherBlock(kind, block, context.id, out);
}

/** A block in one piece, as the deltas of a stream. */
export function deltasOf(block: Foreign): readonly Foreign[] {
  const { citationsContent, reasoningContent } = block;
  if (isJsonObject(citationsContent)) {
    const texts = asBoundedArray(asObject(citationsContent)["content"]).map(asObject);
    const citations = asBoundedArray(asObject(citationsContent)["citations"]);
    return [...texts, ...citations.map((citation) => ({ citation }))];
  }
  if (!isJsonObject(reasoningContent)) return block["text"] === undefined ? [] : [block];
  const { reasoningText, redactedContent } = reasoningContent;
  return [{ reasoningContent: redactedContent === undefined ? asObject(reasoningText) : { redactedContent } }];
}

class TextBlock implements OpenBlock {
  readonly kind = "text";
  readonly #text: OpenText;
  readonly #citations: JsonObject[] = [];
  readonly #count = new Count();

  constructor({ id, cutter }: BlockContext, out: StreamPart[]) {
    this.#text = new OpenText("text", id, out, cutter);
  }

  delta({ text, citation }: Foreign, out: StreamPart[]): void {
    this.#text.append(asText(text), out);
    if (citation === undefined) return;
    this.#count.add();
    this.#citations.push(asJsonObject(citation));
  }

  close(out: StreamPart[]): void {
    const citations = this.#citations;
    this.#text.close(citations.length === 0 ? {} : { citations: citations.map(readCitation) }, out);
  }
}

class ReasoningBlock implements OpenBlock {
  readonly kind = "reasoningContent";
  readonly #text: OpenText;
  #signature = "";
  #redacted = "";

  constructor(id: string, out: StreamPart[]) {
    this.#text = new OpenText("reasoning", id, out);
    out.push({ type: "working", kind: "reasoning", on: true });
  }

  delta({ reasoningContent }: Foreign, out: StreamPart[]): void {
    const { text, signature, redactedContent } = asObject(reasoningContent);
    this.#text.append(asText(text), out);
    this.#signature += asText(signature);
    this.#redacted += asText(redactedContent);
  }

  close(out: StreamPart[]): void {
    const signed = this.#signature === "" ? undefined : { signature: this.#signature };
    const opaque = this.#redacted === "" ? signed : { redacted: this.#redacted };
    this.#text.close({ opaque }, out);
    out.push({ type: "working", kind: "reasoning", on: false });
  }
}

class CallBlock implements OpenBlock {
  readonly kind = "toolUse";
  readonly #call: OpenCall;
  readonly #input: unknown;

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    const start = { toolCallId: asString(block["toolUseId"]), toolName: asString(block["name"]) };
    this.#call = new OpenCall(id, start, out);
    this.#input = block["input"];
  }

  delta({ toolUse }: Foreign, out: StreamPart[]): void {
    this.#call.append(asText(asObject(toolUse)["input"]), out);
  }

  close(out: StreamPart[]): void {
    const { input = {} } = asJsonObject({ input: this.#input });
    this.#call.closeObject(input, {}, out);
  }
}

/** Tools that ran at the vendor, their results, images, and blocks this version does not know: kept for their way back. */
class OtherBlock implements OpenBlock {
  readonly kind: string;
  readonly #id: string;
  readonly #block: JsonObject;
  readonly #pieces: JsonObject[] = [];
  readonly #count = new Count();
  #json = "";

  constructor(kind: string, block: Foreign, id: string, out: StreamPart[]) {
    this.kind = kind;
    this.#id = id;
    this.#block = asJsonObject(block);
    if (kind === "toolUse" || kind === "toolResult") {
      out.push({ type: "working", kind: "server-tool", on: kind === "toolUse" });
    }
  }

  delta(delta: Foreign): void {
    const piece = delta[this.kind];
    this.#json += asText(asObject(piece)["input"]);
    for (const one of Array.isArray(piece) ? asBoundedArray(piece) : [piece]) {
      this.#count.add();
      if (isJsonObject(one)) this.#pieces.push(asJsonObject(one));
    }
  }

  close(out: StreamPart[]): void {
    const { kind } = this;
    const more =
      kind === "toolUse" && this.#json !== ""
        ? { input: parseToolInput(this.#json).input }
        : kind === "toolResult" && this.#pieces.length > 0
          ? { content: this.#pieces }
          : Object.assign({}, ...this.#pieces);
    // Demanded on the way back, also where nothing came.
    const empty = kind === "toolResult" ? { content: [] } : {};
    out.push({
      type: "opaque",
      id: this.#id,
      part: { type: "opaque", kind, data: { [kind]: { ...empty, ...this.#block, ...more } } },
    });
  }
}

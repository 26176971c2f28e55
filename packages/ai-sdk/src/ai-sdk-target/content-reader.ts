import {
  asObject,
  asString,
  isJsonObject,
  TargetFailure,
  type AssistantPart,
  type Foreign,
  type JsonObject,
  type StreamPart,
} from "@understudy/core/adapter";
import { OpenCall, OpenText } from "@understudy/core/toolkit";
import { toBase64 } from "../base64.ts";

interface Block {
  readonly type: "text" | "reasoning";
  text: OpenText | undefined;
  metadata: unknown;
}

/** Reads what a provider's stream shows: texts, reasoning, calls, files and sources, and data of the provider's own. */
export class ContentReader {
  readonly #newId: () => string;
  readonly #blocks = new Map<unknown, Block>();
  readonly #calls = new Map<unknown, OpenCall>();
  /** Some providers send data of their own first of all, and it must not pass for content. */
  #held: Foreign[] = [];
  #hasCalls = false;
  #hasContent = false;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Whether a call came whole. */
  get hasCalls(): boolean {
    return this.#hasCalls;
  }

  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** `isLate`: it comes behind a whole answer, and begins or continues nothing. Unknown parts are passed over. */
  take(part: Foreign, isLate: boolean, out: StreamPart[]): void {
    const { type, id, delta, providerMetadata: metadata } = part;
    switch (type) {
      case "text-start":
      case "reasoning-start":
        if (!isLate) this.#block(id, type === "text-start" ? "text" : "reasoning", metadata);
        break;
      case "text-delta":
      case "reasoning-delta":
        if (!isLate) this.#append(this.#block(id, type === "text-delta" ? "text" : "reasoning", metadata), delta, out);
        break;
      case "text-end":
      case "reasoning-end":
        this.#closeBlock(id, metadata, out);
        break;
      case "tool-input-start":
        if (part["providerExecuted"] === true) out.push({ type: "working", kind: "server-tool", on: true });
        else if (!isLate) this.#open(id, part["toolName"], out);
        break;
      case "tool-input-delta":
        if (!isLate) this.#calls.get(id)?.append(asString(delta) ?? "", out);
        break;
      case "tool-call":
        this.#call(part, isLate, out);
        break;
      case "tool-result":
        out.push({ type: "working", kind: "server-tool", on: false });
        break;
      case "file":
      case "source":
        if (!isLate) this.#whole(part, out);
        break;
      case "custom":
        // An event of the wire, which nobody takes back.
        if (asString(part["kind"])?.endsWith(".message_start") !== true) this.#held.push(part);
        break;
      default:
    }
  }

  /** The answer is whole. A call whose input is still being written is none: then it is not. */
  close(out: StreamPart[]): void {
    if (this.#calls.size > 0) throw new TargetFailure("stream.truncated");
    for (const id of this.#blocks.keys()) this.#closeBlock(id, undefined, out);
    this.#release(out);
  }

  #block(id: unknown, type: Block["type"], metadata: unknown): Block {
    const block = this.#blocks.get(id) ?? { type, text: undefined, metadata };
    block.metadata = metadata ?? block.metadata;
    this.#blocks.set(id, block);
    return block;
  }

  /** Begun with its first words: a start alone shows nothing. */
  #append(block: Block, delta: unknown, out: StreamPart[]): void {
    if (typeof delta !== "string" || delta === "") return;
    this.#release(out);
    block.text ??= new OpenText(block.type, this.#newId(), out);
    block.text.append(delta, out);
  }

  #closeBlock(id: unknown, metadata: unknown, out: StreamPart[]): void {
    const block = this.#blocks.get(id);
    if (block === undefined) return;
    this.#blocks.delete(id);
    const kept = keptMetadata(metadata ?? block.metadata);
    // A text that never came; of reasoning the vendor may show nothing and want it back all the same.
    if (block.text === undefined && (block.type === "text" || kept.opaque === undefined)) return;
    block.text ??= new OpenText(block.type, this.#newId(), out);
    block.text.close(kept, out);
  }

  #open(id: unknown, name: unknown, out: StreamPart[]): OpenCall {
    this.#release(out);
    const call = new OpenCall(this.#newId(), { toolCallId: asString(id), toolName: asString(name) }, out);
    this.#calls.set(id, call);
    return call;
  }

  /** Some providers give a call whole, some behind its deltas, and some also where the stream was cut: core holds it. */
  #call(part: Foreign, isLate: boolean, out: StreamPart[]): void {
    const { toolCallId: id, toolName, input, providerMetadata } = part;
    if (part["providerExecuted"] === true) {
      out.push({ type: "working", kind: "server-tool", on: true });
      return;
    }
    const known = this.#calls.get(id);
    if (known === undefined && isLate) return;
    const call = known ?? this.#open(id, toolName, out);
    this.#calls.delete(id);
    this.#hasCalls = true;
    const written = typeof input === "string" ? input : JSON.stringify(input ?? {});
    call.close(written, keptMetadata(providerMetadata).opaque ?? {}, out);
  }

  #whole(part: Foreign, out: StreamPart[]): void {
    this.#release(out);
    if (part["type"] === "source") {
      const source = { type: "source", url: asString(part["url"]), title: asString(part["title"]) } as const;
      out.push({ type: "source", id: this.#newId(), part: source });
      return;
    }
    const file = readFile(part);
    if (file !== undefined) out.push({ type: "file", id: this.#newId(), part: file });
  }

  /** Content comes now, or nothing more: the provider's own data keeps its place before it. */
  #release(out: StreamPart[]): void {
    this.#hasContent = true;
    for (const { kind, providerMetadata } of this.#held.splice(0)) {
      const data = isJsonObject(providerMetadata) ? asJson(providerMetadata) : {};
      out.push({ type: "opaque", id: this.#newId(), part: { type: "opaque", kind: asString(kind) ?? "", data } });
    }
  }
}

function keptMetadata(metadata: unknown): { readonly opaque?: JsonObject } {
  return isJsonObject(metadata) ? { opaque: { providerMetadata: asJson(metadata) } } : {};
}

/** A provider's data goes back to it; what JSON cannot hold would be refused then. */
export function asJson(value: object): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.stringify writes of an object is one
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** Older versions have the data bare. */
function readFile(part: Foreign): Extract<AssistantPart, { readonly source: unknown }> | undefined {
  const given = part["data"];
  const mediaType = asString(part["mediaType"]) ?? "application/octet-stream";
  const opaque = keptMetadata(part["providerMetadata"]);
  const { data = given instanceof Uint8Array ? given : undefined, url } = asObject(given);
  const inner = url ?? data ?? given;
  const kind = /^(?:image|audio)(?=\/)/.exec(mediaType)?.[0];
  const type = kind === "image" || kind === "audio" ? kind : "file";
  if (inner instanceof URL) return { type, source: { type: "url", url: inner.href, mediaType }, ...opaque };
  const base64 = inner instanceof Uint8Array ? toBase64(inner) : asString(inner);
  return base64 === undefined ? undefined : { type, source: { type: "base64", mediaType, data: base64 }, ...opaque };
}

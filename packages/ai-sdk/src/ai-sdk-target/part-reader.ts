import {
  asObject,
  asString,
  isJsonObject,
  TargetFailure,
  type AssistantPart,
  type AttemptContext,
  type FinishReason,
  type Foreign,
  type JsonObject,
  type StreamPart,
} from "@understudy/core/adapter";
import { checkFinishValue, Evidence, OpenCall, OpenText, RunningTotals } from "@understudy/core/toolkit";
import { toBase64 } from "../base64.ts";
import { finishReasonOf, readRawEvent } from "./raw-events.ts";
import { readRawUsage } from "./raw-usage.ts";
import { readUsage } from "./usage.ts";

interface Block {
  readonly type: "text" | "reasoning";
  text: OpenText | undefined;
  metadata: unknown;
}

/** Reads the parts of a provider's stream, whatever version they are of, as those of an answer. */
export class PartReader {
  readonly #context: AttemptContext;
  readonly #blocks = new Map<unknown, Block>();
  readonly #calls = new Map<unknown, OpenCall>();
  #evidence: Evidence | undefined;
  /** What came since the last raw event: all of it is of one event of the wire. */
  #event: StreamPart[] = [];
  /** Some providers send data of their own first of all, and it must not pass for content. */
  #held: Foreign[] = [];
  #finish: string | undefined;
  #hasCalls = false;
  #hasContent = false;
  #isComplete = false;
  #isLate = false;
  #model: string | undefined;
  #responseId: string | undefined;
  #ended = false;
  readonly #usage = new RunningTotals();

  constructor(context: AttemptContext) {
    this.#context = context;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** How long silence is waited for; undefined while the vendor has not said that the answer is complete. */
  startWaiting(now: number): number | undefined {
    this.#endEvent();
    return this.#evidence?.stands === true ? this.#evidence.startWaiting(now, false) : undefined;
  }

  stopWaiting(now: number): void {
    this.#evidence?.stopWaiting(now);
  }

  /** Unknown parts are signs of life. Throws what a `finish` says to be a failure; `error` parts are not for this. */
  take(part: Foreign): StreamPart[] {
    const out: StreamPart[] = [];
    if (part["type"] === "raw") this.#raw(part["rawValue"], out);
    else this.#read(part, out);
    for (const one of out) this.#event.push(one);
    return out;
  }

  /** The stream ended, broke or fell silent without a `finish`. Throws where that is no end of an answer. */
  end(): StreamPart[] {
    this.#endEvent();
    const finish = this.#finish;
    if (this.#evidence?.stands !== true || finish === undefined) throw this.#truncated();
    const out: StreamPart[] = [];
    this.#close(out);
    this.#end(finishReasonOf(finish, this.#hasCalls), finish, {}, out);
    return out;
  }

  #truncated(): TargetFailure {
    return new TargetFailure(
      this.#hasContent || this.#evidence !== undefined ? "stream.truncated" : "gateway.not-a-stream",
    );
  }

  #raw(value: unknown, out: StreamPart[]): void {
    this.#endEvent();
    // What comes behind the whole answer is of no answer.
    if (this.#isComplete) this.#isLate = true;
    const { finish, isLast, hasUsage, owesUsage } = readRawEvent(value);
    this.#evidence ??= new Evidence({ usageFollows: owesUsage });
    if (finish !== undefined) {
      checkFinishValue(finish);
      this.#finish = finish;
      this.#evidence.complete();
    }
    this.#count(readRawUsage(asObject(value)), out);
    this.#isComplete ||= isLast || (hasUsage && this.#finish !== undefined);
  }

  /** Counts of an answer that fails are billed too, and some servers forget at the end what they had counted. */
  #count(counts: Foreign, out: StreamPart[]): void {
    if (Object.values(counts).every((count) => count === undefined)) return;
    this.#usage.add(counts);
    out.push({ type: "usage", usage: { ...this.#usage.totals } });
  }

  #endEvent(): void {
    this.#evidence?.read(this.#event, 0);
    this.#event = [];
  }

  #read(part: Foreign, out: StreamPart[]): void {
    const { type, id, delta, providerMetadata: metadata } = part;
    switch (type) {
      case "response-metadata":
        this.#model = asString(part["modelId"]) ?? this.#model;
        this.#responseId = asString(part["id"]) ?? this.#responseId;
        break;
      case "text-start":
      case "reasoning-start":
        if (!this.#isLate)
          this.#blocks.set(id, { type: type === "text-start" ? "text" : "reasoning", text: undefined, metadata });
        break;
      case "text-delta":
      case "reasoning-delta":
        this.#append(id, type === "text-delta" ? "text" : "reasoning", delta, metadata, out);
        break;
      case "text-end":
      case "reasoning-end":
        this.#closeBlock(id, metadata, out);
        break;
      case "tool-input-start":
        if (part["providerExecuted"] === true) out.push({ type: "working", kind: "server-tool", on: true });
        else if (!this.#isLate) this.#open(id, part["toolName"], out);
        break;
      case "tool-input-delta":
        if (!this.#isLate) this.#calls.get(id)?.append(asString(delta) ?? "", out);
        break;
      case "tool-call":
        this.#call(part, out);
        break;
      case "tool-result":
        out.push({ type: "working", kind: "server-tool", on: false });
        break;
      case "file":
      case "source":
        if (!this.#isLate) this.#whole(part, out);
        break;
      case "custom":
        this.#held.push(part);
        break;
      case "finish":
        this.#finished(part, out);
        break;
      default:
    }
  }

  #append(id: unknown, type: Block["type"], delta: unknown, metadata: unknown, out: StreamPart[]): void {
    if (typeof delta !== "string" || this.#isLate) return;
    const block = this.#blocks.get(id) ?? { type, text: undefined, metadata };
    this.#blocks.set(id, block);
    block.metadata = metadata ?? block.metadata;
    if (delta === "") return;
    this.#flushHeld(out);
    block.text ??= new OpenText(type, this.#context.newId(), out);
    block.text.append(delta, out);
  }

  #closeBlock(id: unknown, metadata: unknown, out: StreamPart[]): void {
    const block = this.#blocks.get(id);
    if (block === undefined) return;
    this.#blocks.delete(id);
    const kept = keptMetadata(metadata ?? block.metadata);
    // A text that never came; of reasoning the vendor may show nothing and want it back all the same.
    if (block.text === undefined && (block.type === "text" || kept.opaque === undefined)) return;
    block.text ??= new OpenText(block.type, this.#context.newId(), out);
    block.text.close(kept, out);
  }

  #open(id: unknown, name: unknown, out: StreamPart[]): OpenCall {
    this.#flushHeld(out);
    const call = new OpenCall(this.#context.newId(), { toolCallId: asString(id), toolName: asString(name) }, out);
    this.#calls.set(id, call);
    return call;
  }

  /** Some providers give a call whole, some behind its deltas, and some also where the stream was cut: core holds it. */
  #call(part: Foreign, out: StreamPart[]): void {
    const { toolCallId, toolName, input, providerMetadata } = part;
    if (part["providerExecuted"] === true) {
      out.push({ type: "working", kind: "server-tool", on: true });
      return;
    }
    const known = this.#calls.get(toolCallId);
    if (known === undefined && this.#isLate) return;
    const call = known ?? this.#open(toolCallId, toolName, out);
    this.#calls.delete(toolCallId);
    this.#hasCalls = true;
    const written = typeof input === "string" ? input : JSON.stringify(input ?? {});
    call.close(written, keptMetadata(providerMetadata).opaque ?? {}, out);
  }

  #whole(part: Foreign, out: StreamPart[]): void {
    this.#flushHeld(out);
    if (part["type"] === "source") {
      const { url, title } = part;
      const source = { type: "source", url: asString(url), title: asString(title) } as const;
      out.push({ type: "source", id: this.#context.newId(), part: source });
      return;
    }
    const file = readFile(part);
    if (file !== undefined) out.push({ type: "file", id: this.#context.newId(), part: file });
  }

  #flushHeld(out: StreamPart[]): void {
    this.#hasContent = true;
    for (const { kind, providerMetadata } of this.#held.splice(0)) {
      const data = isJsonObject(providerMetadata) ? asJson(providerMetadata) : {};
      out.push({
        type: "opaque",
        id: this.#context.newId(),
        part: { type: "opaque", kind: asString(kind) ?? "", data },
      });
    }
  }

  #finished(part: Foreign, out: StreamPart[]): void {
    const { unified, raw } = readFinish(part["finishReason"]);
    this.#endEvent();
    const stands = this.#evidence?.stands === true ? this.#finish : undefined;
    if (raw !== undefined) checkFinishValue(raw);
    if (raw === "insufficient_system_resource") throw new TargetFailure("server.overloaded", { vendorCode: raw });
    // An error that is one has been thrown: what is left is a heartbeat that the provider took for one.
    if (unified === "error" && stands === undefined) throw new TargetFailure("server.error", { vendorCode: raw });
    const isUnknown =
      unified === "interrupted" || (raw === undefined && (unified === "other" || unified === "unknown"));
    if (isUnknown && stands === undefined) throw this.#truncated();
    const word = stands ?? raw;
    const known = finishReasonOf(word ?? unified, this.#hasCalls);
    this.#close(out);
    // Of a wire that is not known here, the provider knows the words.
    const isProviders = known === "other" && stands === undefined;
    this.#end(isProviders ? finishReasonOf(unified, this.#hasCalls) : known, word, part, out);
  }

  /** A call whose input is still being written is none: then the answer is not whole. */
  #close(out: StreamPart[]): void {
    if (this.#calls.size > 0) throw new TargetFailure("stream.truncated");
    for (const id of [...this.#blocks.keys()]) this.#closeBlock(id, undefined, out);
    if (this.#held.length > 0) this.#flushHeld(out);
  }

  #end(finishReason: FinishReason, raw: string | undefined, part: Foreign, out: StreamPart[]): void {
    this.#ended = true;
    this.#count(readUsage(part["usage"]), out);
    const { providerMetadata } = part;
    const id = this.#responseId;
    out.push({
      type: "end",
      finishReason,
      rawFinishReason: raw,
      model: this.#model,
      vendorData: {
        ...(id !== undefined && { id }),
        ...(isJsonObject(providerMetadata) && { providerMetadata: asJson(providerMetadata) }),
      },
    });
  }
}

/** The second version has a word alone. */
function readFinish(value: unknown): { readonly unified: string; readonly raw: string | undefined } {
  if (typeof value === "string") return { unified: value, raw: undefined };
  const { unified, raw } = asObject(value);
  return { unified: asString(unified) ?? "other", raw: asString(raw) || undefined };
}

function keptMetadata(metadata: unknown): { readonly opaque?: JsonObject } {
  return isJsonObject(metadata) ? { opaque: { providerMetadata: asJson(metadata) } } : {};
}

/** A provider's data goes back to it; what JSON cannot hold would be refused then. */
function asJson(value: object): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.stringify writes of an object is one
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function readFile(part: Foreign): Extract<AssistantPart, { readonly source: unknown }> | undefined {
  const { data: given, mediaType: type } = part;
  const mediaType = asString(type) ?? "application/octet-stream";
  const opaque = keptMetadata(part["providerMetadata"]);
  const inner = isJsonObject(given) && !(given instanceof Uint8Array) ? (given["data"] ?? given["url"]) : given;
  const kind = /^(?:image|audio)(?=\/)/.exec(mediaType)?.[0];
  const media = kind === "image" || kind === "audio" ? kind : "file";
  if (inner instanceof URL) return { type: media, source: { type: "url", url: inner.href, mediaType }, ...opaque };
  const data = inner instanceof Uint8Array ? toBase64(inner) : asString(inner);
  return data === undefined ? undefined : { type: media, source: { type: "base64", mediaType, data }, ...opaque };
}

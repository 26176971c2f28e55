import type { JsonObject } from "../../model/json.ts";
import type { StreamPart } from "../../model/target.ts";
import {
  asArray,
  asBoundedArray,
  asIndex,
  asJsonObject,
  asObject,
  asPosition,
  asString,
  asText,
  type Foreign,
} from "../foreign.ts";
import { OpenCall, OpenText, type PartExtras } from "../parts/open-parts.ts";
import { PartsByIndex } from "../parts/parts-by-index.ts";
import { placeTexts } from "../parts/place-texts.ts";
import { readAnnotation } from "../parts/read-annotation.ts";
import type { StopCutter } from "../reading/stop-cutter.ts";
import { defined } from "../requests/native-fields.ts";

/** An output item between its start and its end. */
export interface OpenItem {
  readonly type: string;
  /** Of a call, where it has one. */
  readonly callId?: string | undefined;
  delta(type: string, event: Foreign, out: StreamPart[]): void;
  /** `whole`: the finished item, which knows best; it is missing when the answer was cut. */
  close(whole: Foreign | undefined, out: StreamPart[]): void;
}

export interface ItemContext {
  readonly newId: () => string;
  /** The reasoning item that came before: without it, the vendor refuses the ids of what followed. */
  readonly after: string | undefined;
  readonly cutter: StopCutter | undefined;
  /** Types of items that this server alone has and runs itself. */
  readonly hosted: RegExp | undefined;
}

const CALLS =
  "(?:function|custom_tool|web_search|file_search|code_interpreter|computer|image_generation|mcp|shell|local_shell|apply_patch|tool_search)_call";
const ITEMS = new RegExp(
  `^(?:message|reasoning|${CALLS}|(?:shell_call|apply_patch_call|tool_search_call|tool_search|program)_output|mcp_list_tools|mcp_approval_request|program|additional_tools|compaction)$`,
);
const PARTS: ReadonlySet<unknown> = new Set(["output_text", "refusal", "reasoning_text"]);
/** Of what an item says, and of what its end repeats. */
const DELTAS = new RegExp(
  `^response\\.(?:(?:output|reasoning|reasoning_summary)_text|refusal|${CALLS}(?:_\\w+)?|program(?:_\\w+)?)\\.delta$`,
);

/** Others are kept for their way back, but what they say is not read. */
export function isKnownItem(type: unknown, hosted: RegExp | undefined): boolean {
  return ITEMS.test(asText(type)) || hosted?.test(asText(type)) === true;
}

export function isKnownPart(part: unknown): boolean {
  return PARTS.has(asObject(part)["type"]);
}

export function isKnownDelta(type: string): boolean {
  return DELTAS.test(type);
}

export function openItem(item: Foreign, context: ItemContext, out: StreamPart[]): OpenItem {
  if (context.hosted?.test(asText(item["type"])) === true) return new OtherItem(item, context, out);
  switch (item["type"]) {
    case "message":
      return new MessageItem(item, context);
    case "reasoning":
      return new ReasoningItem(context, out);
    case "function_call":
    case "custom_tool_call":
      return new CallItem(item, context);
    default:
      return new OtherItem(item, context, out);
  }
}

class MessageItem implements OpenItem {
  readonly type = "message";
  readonly #item: Foreign;
  readonly #context: ItemContext;
  readonly #texts = new PartsByIndex<OpenText>();
  readonly #refusals = new Map<number, string>();

  constructor(item: Foreign, context: ItemContext) {
    this.#item = item;
    this.#context = context;
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    const delta = asText(event["delta"]);
    const index = asIndex(event["content_index"]);
    if (type === "response.output_text.delta") {
      if (delta !== "") this.#text(index, out).append(delta, out);
    } else if (type === "response.refusal.delta") {
      this.#refusals.set(index, (this.#refusals.get(index) ?? "") + delta);
    }
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    const { id, phase } = asJsonObject(whole ?? this.#item);
    const opaque = defined({ id, phase, after: this.#context.after });
    const content = placeTexts(this.#texts, asBoundedArray(whole?.["content"]).map(asObject));
    const known = new Set([...content.keys(), ...this.#texts.keys(), ...this.#refusals.keys()]);
    for (const index of [...known].toSorted((one, other) => one - other)) {
      const part = content.get(index) ?? {};
      const refusal = asString(part["refusal"]) ?? this.#refusals.get(index);
      const text = asText(part["text"]);
      if (refusal !== undefined) {
        out.push({ type: "refusal", id: this.#context.newId(), part: { type: "refusal", text: refusal, opaque } });
      } else if (text !== "" || this.#texts.has(index)) {
        const open = this.#text(index, out);
        open.complete(text, out);
        open.close(cited(part, opaque), out);
      }
    }
  }

  #text(index: number, out: StreamPart[]): OpenText {
    const { newId, cutter } = this.#context;
    let text = this.#texts.get(index);
    if (text === undefined) {
      text = new OpenText("text", newId(), out, cutter);
      this.#texts.set(index, text);
    }
    return text;
  }
}

class ReasoningItem implements OpenItem {
  readonly type = "reasoning";
  readonly #text: OpenText;
  #index = 0;

  constructor({ newId }: ItemContext, out: StreamPart[]) {
    this.#text = new OpenText("reasoning", newId(), out);
    out.push({ type: "working", kind: "reasoning", on: true });
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    if (type !== "response.reasoning_summary_text.delta" && type !== "response.reasoning_text.delta") return;
    const index = asPosition(event["summary_index"]) ?? asIndex(event["content_index"]);
    if (index !== this.#index && !this.#text.isEmpty) this.#text.append("\n\n", out);
    this.#index = index;
    this.#text.append(asText(event["delta"]), out);
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    const { id, encrypted_content, summary = [], content } = asJsonObject(whole);
    this.#text.complete(
      [summary, content].map(joined).find((text) => text !== ""),
      out,
    );
    // Without its encrypted form the vendor, who keeps no state for us, cannot take it back.
    const isKept = asText(encrypted_content) !== "";
    this.#text.close(
      isKept ? { opaque: defined({ id, summary, content: content ?? undefined, encrypted_content }) } : {},
      out,
    );
    out.push({ type: "working", kind: "reasoning", on: false });
  }
}

/** A function call, or a call of a tool that takes free text. To be announced does not make it one. */
class CallItem implements OpenItem {
  readonly type: string;
  readonly callId: string | undefined;
  readonly #item: Foreign;
  readonly #context: ItemContext;
  readonly #field: string;
  readonly #deltaType: string;
  readonly #doneType: string;
  #call: OpenCall | undefined;
  /** The finished arguments, where their own event said so. */
  #written: string | undefined;

  constructor(item: Foreign, context: ItemContext) {
    this.type = asText(item["type"]);
    this.callId = asString(item["call_id"]);
    this.#item = item;
    this.#context = context;
    this.#field = this.#isFreeText ? "input" : "arguments";
    const events = this.#isFreeText ? "response.custom_tool_call_input" : "response.function_call_arguments";
    this.#deltaType = `${events}.delta`;
    this.#doneType = `${events}.done`;
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    if (type === this.#deltaType) this.#open(this.#item, out).append(asText(event["delta"]), out);
    else if (type === this.#doneType) this.#written = asText(event[this.#field]);
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    if (whole === undefined && this.#written === undefined) {
      this.#call?.abandon(out);
      return;
    }
    const item = asJsonObject(whole ?? this.#item);
    const kept = Object.entries(item).filter(([name, value]) => value !== null && !KNOWN.has(name));
    const written = asText(item[this.#field]) || (this.#written ?? "");
    this.#open(item, out).close(written, { ...Object.fromEntries(kept), after: this.#context.after }, out);
  }

  get #isFreeText(): boolean {
    return this.type === "custom_tool_call";
  }

  #open(item: Foreign, out: StreamPart[]): OpenCall {
    const start = { toolCallId: asString(item["call_id"]), toolName: asString(item["name"]) };
    return (this.#call ??= new OpenCall(this.#context.newId(), { ...start, isFreeText: this.#isFreeText }, out));
  }
}

/** Fields of a call that the finished part has in other places. */
const KNOWN: ReadonlySet<string> = new Set(["type", "status", "call_id", "name", "arguments", "input"]);

/** Hosted tools, and items this version does not know: kept as they are, for their way back. */
class OtherItem implements OpenItem {
  readonly type: string;
  readonly #newId: () => string;
  readonly #isHosted: boolean;

  constructor(item: Foreign, { newId }: ItemContext, out: StreamPart[]) {
    this.type = asText(item["type"]);
    this.#newId = newId;
    this.#isHosted = this.type.endsWith("_call") && !isHandedOver(item);
    if (this.#isHosted) out.push({ type: "working", kind: "server-tool", on: true });
  }

  delta(): void {
    // Progress of a hosted tool; its item says in the end what came of it.
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    if (this.#isHosted) out.push({ type: "working", kind: "server-tool", on: false });
    if (whole === undefined) return;
    const { type } = this;
    const item = asJsonObject(whole);
    const { result, ...opaque } = item;
    if (type === "image_generation_call" && typeof result === "string") {
      const mediaType = `image/${asString(item["output_format"]) ?? "png"}`;
      const source = { type: "base64", mediaType, data: result } as const;
      out.push({ type: "file", id: this.#newId(), part: { type: "image", source, opaque } });
      return;
    }
    out.push({ type: "opaque", id: this.#newId(), part: { type: "opaque", kind: type, data: item } });
    for (const source of asArray(asObject(item["action"])["sources"]).map(asObject)) {
      const url = asString(source["url"]);
      if (url !== undefined) out.push({ type: "source", id: this.#newId(), part: { type: "source", url } });
    }
  }
}

/** Whether the application has to answer a call, in the vendor's own terms. */
export function isHandedOver({ type, execution, environment }: Foreign): boolean {
  if (type === "tool_search_call") return execution === "client";
  // In a container of the vendor's, the vendor runs it.
  if (type === "shell_call" && (asObject(environment)["type"] ?? "local") !== "local") return false;
  return /^(?:computer|(?:local_)?shell|apply_patch)_call$|_approval_request$/.test(asText(type));
}

function cited(part: Foreign, opaque: JsonObject): PartExtras {
  const annotations = asBoundedArray(part["annotations"]).map(asJsonObject);
  if (annotations.length === 0) return { opaque };
  return { citations: annotations.map(readAnnotation), opaque: { ...opaque, annotations } };
}

function joined(parts: unknown): string {
  return asArray(parts)
    .map((part) => asText(asObject(part)["text"]))
    .join("\n\n");
}

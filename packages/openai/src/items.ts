import {
  asArray,
  asJsonObject,
  asNumber,
  asObject,
  asString,
  parseToolInput,
  type Foreign,
  type JsonObject,
  type StreamPart,
} from "@understudy/core/adapter";
import { readCitation } from "./citations.ts";
import { defined } from "./defined.ts";
import type { StopCutter } from "./stop-cutter.ts";

/** An output item between its start and its end. */
export interface OpenItem {
  readonly type: string;
  delta(type: string, event: Foreign, out: StreamPart[]): void;
  /** `whole`: the finished item, which knows best; it is missing when the answer was cut. */
  close(whole: Foreign | undefined, out: StreamPart[]): void;
}

export interface ItemContext {
  readonly newId: () => string;
  /** The reasoning item that came before: without it, the vendor refuses the ids of what followed. */
  readonly after: string | undefined;
  readonly cutter: StopCutter | undefined;
}

export function openItem(item: Foreign, context: ItemContext, out: StreamPart[]): OpenItem {
  switch (item["type"]) {
    case "message":
      return new MessageItem(item, context);
    case "reasoning":
      return new ReasoningItem(context, out);
    case "function_call":
    case "custom_tool_call":
      return new CallItem(item, context, out);
    default:
      return new OtherItem(item, context, out);
  }
}

interface OpenText {
  readonly id: string;
  /** What has come, and what of it was shown. */
  text: string;
  shown: string;
}

class MessageItem implements OpenItem {
  readonly type = "message";
  readonly #item: Foreign;
  readonly #context: ItemContext;
  readonly #texts: (OpenText | undefined)[] = [];
  readonly #refusals: string[] = [];

  constructor(item: Foreign, context: ItemContext) {
    this.#item = item;
    this.#context = context;
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    if (type === "response.output_text.delta") this.#append(contentIndex(event), event["delta"], out);
    else if (type === "response.refusal.delta") {
      const index = contentIndex(event);
      this.#refusals[index] = (this.#refusals[index] ?? "") + (asString(event["delta"]) ?? "");
    }
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    const { id, phase } = asJsonObject(whole ?? this.#item);
    const opaque = defined({ id, phase, after: this.#context.after });
    const content = asArray(whole?.["content"]);
    const count = Math.max(content.length, this.#texts.length, this.#refusals.length);
    for (let index = 0; index < count; index++) {
      const part = asObject(content[index]);
      const refusal = asString(part["refusal"]) ?? this.#refusals[index];
      if (refusal !== undefined) {
        out.push({ type: "refusal", id: this.#context.newId(), part: { type: "refusal", text: refusal, opaque } });
      } else {
        this.#closeText(index, part, opaque, out);
      }
    }
  }

  #append(index: number, delta: unknown, out: StreamPart[]): void {
    if (typeof delta !== "string" || delta === "") return;
    let open = this.#texts[index];
    if (open === undefined) {
      open = { id: this.#context.newId(), text: "", shown: "" };
      this.#texts[index] = open;
      out.push({ type: "text-start", id: open.id });
    }
    open.text += delta;
    const { cutter } = this.#context;
    show(open, cutter === undefined ? delta : cutter.push(delta), out);
  }

  #closeText(index: number, part: Foreign, opaque: JsonObject, out: StreamPart[]): void {
    this.#append(index, restOf(part["text"], this.#texts[index]?.text ?? ""), out);
    const open = this.#texts[index];
    if (open === undefined) return;
    this.#texts[index] = undefined;
    show(open, this.#context.cutter?.flush() ?? "", out);
    const annotations = asArray(part["annotations"]).map(asJsonObject);
    const cited = annotations.length === 0 ? {} : { citations: annotations.map(readCitation) };
    const kept = annotations.length === 0 ? opaque : { ...opaque, annotations };
    out.push({ type: "text-end", id: open.id, part: { type: "text", text: open.shown, ...cited, opaque: kept } });
  }
}

class ReasoningItem implements OpenItem {
  readonly type = "reasoning";
  readonly #id: string;
  #text = "";
  #index = 0;

  constructor({ newId }: ItemContext, out: StreamPart[]) {
    this.#id = newId();
    out.push({ type: "reasoning-start", id: this.#id }, { type: "working", kind: "reasoning", on: true });
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    if (type !== "response.reasoning_summary_text.delta" && type !== "response.reasoning_text.delta") return;
    const index = asNumber(event["summary_index"]) ?? contentIndex(event);
    const isNext = index !== this.#index && this.#text !== "";
    this.#index = index;
    const delta = asString(event["delta"]) ?? "";
    this.#append(isNext ? `\n\n${delta}` : delta, out);
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    const { id, encrypted_content, summary = [], content = [] } = asJsonObject(whole);
    const texts = [summary, content].map((parts) => textsOf(parts)).find((text) => text !== "");
    this.#append(restOf(texts, this.#text) ?? "", out);
    // Without its encrypted form the vendor, who keeps no state for us, cannot take it back.
    const isKept = typeof encrypted_content === "string" && encrypted_content !== "";
    const opaque = isKept ? { opaque: defined({ id, summary, content, encrypted_content }) } : {};
    out.push(
      { type: "reasoning-end", id: this.#id, part: { type: "reasoning", text: this.#text, ...opaque } },
      { type: "working", kind: "reasoning", on: false },
    );
  }

  #append(delta: string, out: StreamPart[]): void {
    if (delta === "") return;
    this.#text += delta;
    out.push({ type: "reasoning-delta", id: this.#id, delta });
  }
}

/** A function call, or a call of a tool that takes free text. */
class CallItem implements OpenItem {
  readonly type: string;
  readonly #item: Foreign;
  readonly #id: string;
  readonly #after: string | undefined;
  readonly #toolCallId: string;
  readonly #isCustom: boolean;
  #text = "";

  constructor(item: Foreign, { newId, after }: ItemContext, out: StreamPart[]) {
    this.type = asString(item["type"]) ?? "";
    this.#isCustom = this.type === "custom_tool_call";
    this.#item = item;
    this.#id = newId();
    this.#after = after;
    this.#toolCallId = asString(item["call_id"]) ?? asString(item["id"]) ?? `call_${this.#id}`;
    const toolName = asString(item["name"]) ?? "";
    out.push({ type: "tool-call-start", id: this.#id, toolCallId: this.#toolCallId, toolName });
  }

  delta(type: string, event: Foreign, out: StreamPart[]): void {
    const isOwn = type === "response.function_call_arguments.delta" || type === "response.custom_tool_call_input.delta";
    if (isOwn) this.#append(asString(event["delta"]), out);
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    const item = asJsonObject(whole ?? this.#item);
    const written = asString(item[this.#isCustom ? "input" : "arguments"]) ?? "";
    this.#append(restOf(written, this.#text), out);
    // What the finished item says counts, should its deltas have said something else.
    const text = written === "" ? this.#text : written;
    const input = this.#isCustom ? { input: text } : parseToolInput(text);
    const isRespelled = !this.#isCustom && text !== "" && JSON.stringify(input.input) !== text;
    const opaque = defined({
      id: item["id"],
      namespace: item["namespace"] ?? undefined,
      after: this.#after,
      custom: this.#isCustom ? true : undefined,
      // Spelled as the model spelled it, the call finds the vendor's cache when it goes back.
      arguments: isRespelled ? text : undefined,
    });
    const toolName = asString(item["name"]) ?? "";
    const part = { type: "tool-call", toolCallId: this.#toolCallId, toolName, ...input, opaque } as const;
    out.push({ type: "tool-call", id: this.#id, part });
  }

  #append(delta: string | undefined, out: StreamPart[]): void {
    if (delta === undefined || delta === "") return;
    this.#text += delta;
    out.push({ type: "tool-call-delta", id: this.#id, delta });
  }
}

/** Hosted tools, and items this version does not know: kept as they are, for their way back. */
class OtherItem implements OpenItem {
  readonly type: string;
  readonly #newId: () => string;
  readonly #isWorking: boolean;

  constructor(item: Foreign, { newId }: ItemContext, out: StreamPart[]) {
    this.type = asString(item["type"]) ?? "unknown";
    this.#newId = newId;
    this.#isWorking = HOSTED.has(this.type);
    if (this.#isWorking) out.push({ type: "working", kind: "server-tool", on: true });
  }

  delta(): void {
    // Progress of a hosted tool; its item says in the end what came of it.
  }

  close(whole: Foreign | undefined, out: StreamPart[]): void {
    if (this.#isWorking) out.push({ type: "working", kind: "server-tool", on: false });
    if (whole === undefined) return;
    const item = asJsonObject(whole);
    const { result, ...rest } = item;
    if (this.type === "image_generation_call" && typeof result === "string") {
      const mediaType = `image/${asString(item["output_format"]) ?? "png"}`;
      const source = { type: "base64", mediaType, data: result } as const;
      out.push({ type: "file", id: this.#newId(), part: { type: "image", source, opaque: rest } });
      return;
    }
    out.push({ type: "opaque", id: this.#newId(), part: { type: "opaque", kind: this.type, data: item } });
    for (const source of asArray(asObject(item["action"])["sources"]).map(asObject)) {
      const url = asString(source["url"]);
      if (url !== undefined) out.push({ type: "source", id: this.#newId(), part: { type: "source", url } });
    }
  }
}

/** Tools that run at the vendor. */
const HOSTED: ReadonlySet<string> = new Set([
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_call",
  "mcp_list_tools",
  "tool_search_call",
  "program",
]);

function show(open: OpenText, delta: string, out: StreamPart[]): void {
  if (delta === "") return;
  open.shown += delta;
  out.push({ type: "text-delta", id: open.id, delta });
}

/** What a finished text has beyond what came in deltas. */
function restOf(whole: unknown, come: string): string | undefined {
  return typeof whole === "string" && whole.length > come.length && whole.startsWith(come)
    ? whole.slice(come.length)
    : undefined;
}

function textsOf(parts: unknown): string {
  return asArray(parts)
    .map((part) => asString(asObject(part)["text"]) ?? "")
    .join("\n\n");
}

function contentIndex(event: Foreign): number {
  return asNumber(event["content_index"]) ?? 0;
}

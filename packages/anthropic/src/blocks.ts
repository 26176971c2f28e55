import {
  asArray,
  asBoundedArray,
  asJsonObject,
  asObject,
  asString,
  asText,
  type Foreign,
  type JsonObject,
  type JsonValue,
  type StreamPart,
} from "@understudy/core/adapter";
import {
  Count,
  defined,
  OpenCall,
  OpenText,
  ORGANIZATION,
  parseToolInput,
  type StopCutter,
} from "@understudy/core/toolkit";
import { readCitation } from "./citations.ts";

/** A content block between its start and its stop. */
export interface OpenBlock {
  delta(delta: Foreign, out: StreamPart[]): void;
  /** `isPushedAside`: the vendor began another block in its place, and never finished it. */
  close(out: StreamPart[], isPushedAside?: boolean): void;
}

/** Blocks that this version knows. */
const BLOCKS =
  /^(?:text|(?:redacted_)?thinking|(?:(?:server|mcp)_)?tool_use|(?:web_search|web_fetch|(?:(?:bash|text_editor)_)?code_execution|tool_search|advisor|mcp)_tool_result|container_upload|compaction|fallback|mcp_tool_listing)$/;
const DELTAS = /^(?:text|citations|thinking|signature|input_json|compaction)_delta$/;

/** Others are kept for their way back, but what they say is not read. */
export function isKnownBlock(type: unknown): boolean {
  return BLOCKS.test(asText(type));
}

export function isKnownDelta(type: unknown): boolean {
  return DELTAS.test(asText(type));
}

export interface BlockContext {
  readonly id: string;
  readonly cutter?: StopCutter | undefined;
  /** Whose key it is, if that is known. */
  readonly organization?: string | undefined;
}

/** Begins a block. In a whole answer it holds everything already; in a stream its text follows in deltas. */
export function openBlock(block: Foreign, { id, cutter, organization }: BlockContext, out: StreamPart[]): OpenBlock {
  switch (block["type"]) {
    case "text":
      return new TextBlock(block, id, cutter, out);
    case "thinking":
    case "redacted_thinking":
      return new ThinkingBlock(block, id, organization, out);
    case "tool_use":
      return new ToolUseBlock(block, id, out);
    default:
      return new OtherBlock(block, id, out);
  }
}

class TextBlock implements OpenBlock {
  readonly #text: OpenText;
  readonly #citations: JsonObject[] = [];
  readonly #count = new Count();

  constructor(block: Foreign, id: string, cutter: StopCutter | undefined, out: StreamPart[]) {
    for (const citation of asArray(block["citations"])) this.#cite(citation);
    this.#text = new OpenText("text", id, out, cutter);
    this.#text.append(asText(block["text"]), out);
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    if (delta["type"] === "text_delta") this.#text.append(asText(delta["text"]), out);
    else if (delta["type"] === "citations_delta") this.#cite(delta["citation"]);
  }

  close(out: StreamPart[]): void {
    const citations = this.#citations;
    const extras = citations.length === 0 ? {} : { citations: citations.map(readCitation), opaque: { citations } };
    this.#text.close(extras, out);
  }

  #cite(native: unknown): void {
    this.#count.add();
    this.#citations.push(asJsonObject(native));
  }
}

class ThinkingBlock implements OpenBlock {
  readonly #text: OpenText;
  readonly #redacted: string | undefined;
  readonly #maker: JsonObject;
  #signature: string;

  constructor(block: Foreign, id: string, organization: string | undefined, out: StreamPart[]) {
    this.#maker = defined({ [ORGANIZATION]: organization });
    this.#redacted = asString(block["data"]);
    this.#signature = asText(block["signature"]);
    this.#text = new OpenText("reasoning", id, out);
    out.push({ type: "working", kind: "reasoning", on: true });
    this.#text.append(asText(block["thinking"]), out);
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    if (delta["type"] === "thinking_delta") this.#text.append(asText(delta["thinking"]), out);
    else if (delta["type"] === "signature_delta") this.#signature += asText(delta["signature"]);
  }

  close(out: StreamPart[]): void {
    const redacted = this.#redacted;
    const sealed = redacted === undefined ? { signature: this.#signature } : { redacted };
    this.#text.close({ opaque: { ...sealed, ...this.#maker } }, out);
    out.push({ type: "working", kind: "reasoning", on: false });
  }
}

class ToolUseBlock implements OpenBlock {
  readonly #block: JsonObject;
  readonly #call: OpenCall;

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#block = asJsonObject(block);
    this.#call = new OpenCall(id, { toolCallId: asString(block["id"]), toolName: asString(block["name"]) }, out);
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    this.#call.append(asText(delta["partial_json"]), out);
  }

  close(out: StreamPart[], isPushedAside = false): void {
    if (isPushedAside) {
      this.#call.abandon(out);
      return;
    }
    const { id: _id, name: _name, input = {}, type: _type, ...rest } = this.#block;
    // Who called is worth keeping only where it was not the model itself.
    const isPlain = Object.entries(rest).every(([name, value]) => name === "caller" && isDirect(value));
    this.#call.closeObject(input, isPlain ? {} : rest, out);
  }
}

/** Server tools, their results, and blocks this version does not know: kept as they are, for their way back. */
class OtherBlock implements OpenBlock {
  readonly #id: string;
  readonly #kind: string;
  readonly #block: JsonObject;
  readonly #later = new Map<string, JsonValue>();
  #json = "";

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#id = id;
    this.#kind = asString(block["type"]) ?? "unknown";
    this.#block = asJsonObject(block);
    if (this.#kind.endsWith("tool_use")) out.push({ type: "working", kind: "server-tool", on: true });
    if (this.#kind.endsWith("tool_result")) out.push({ type: "working", kind: "server-tool", on: false });
  }

  delta(delta: Foreign): void {
    this.#json += asText(delta["partial_json"]);
    if (delta["type"] === "compaction_delta") {
      for (const [name, value] of Object.entries(asJsonObject(delta)))
        if (name !== "type") this.#later.set(name, value);
    }
  }

  close(out: StreamPart[]): void {
    const whole = { ...this.#block, ...Object.fromEntries(this.#later) };
    const data = this.#json === "" ? whole : { ...whole, input: parseToolInput(this.#json).input };
    out.push({ type: "opaque", id: this.#id, part: { type: "opaque", kind: this.#kind, data } });
    if (this.#kind !== "web_search_tool_result") return;
    for (const [index, result] of asBoundedArray(data["content"]).map(asObject).entries()) {
      const [url, title] = [asString(result["url"]), asString(result["title"])];
      if (url !== undefined) {
        out.push({ type: "source", id: `${this.#id}.${index}`, part: { type: "source", url, title } });
      }
    }
  }
}

function isDirect(caller: unknown): boolean {
  return caller === null || asObject(caller)["type"] === "direct";
}

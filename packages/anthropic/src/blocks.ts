import {
  asArray,
  asJsonObject,
  asObject,
  asString,
  parseToolInput,
  type Foreign,
  type JsonObject,
  type StreamPart,
} from "@understudy/core/adapter";
import { readCitation } from "./citations.ts";

/** A content block between its start and its stop. */
export interface OpenBlock {
  delta(delta: Foreign, out: StreamPart[]): void;
  close(out: StreamPart[]): void;
}

/** Begins a block. In a whole answer it holds everything already; in a stream its text follows in deltas. */
export function openBlock(block: Foreign, id: string, out: StreamPart[]): OpenBlock {
  switch (block["type"]) {
    case "text":
      return new TextBlock(block, id, out);
    case "thinking":
    case "redacted_thinking":
      return new ThinkingBlock(block, id, out);
    case "tool_use":
      return new ToolUseBlock(block, id, out);
    default:
      return new OtherBlock(block, id, out);
  }
}

class TextBlock implements OpenBlock {
  readonly #id: string;
  #text = "";
  readonly #citations: JsonObject[];

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#id = id;
    this.#citations = asArray(block["citations"]).map(asJsonObject);
    out.push({ type: "text-start", id });
    this.#append(asString(block["text"]), out);
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    if (delta["type"] === "text_delta") this.#append(asString(delta["text"]), out);
    else if (delta["type"] === "citations_delta") this.#citations.push(asJsonObject(delta["citation"]));
  }

  close(out: StreamPart[]): void {
    const text = this.#text;
    const native = this.#citations;
    const cited = native.length === 0 ? {} : { citations: native.map(readCitation), opaque: { citations: native } };
    out.push({ type: "text-end", id: this.#id, part: { type: "text", text, ...cited } });
  }

  #append(text: string | undefined, out: StreamPart[]): void {
    if (text === undefined || text === "") return;
    this.#text += text;
    out.push({ type: "text-delta", id: this.#id, delta: text });
  }
}

class ThinkingBlock implements OpenBlock {
  readonly #id: string;
  readonly #redacted: string | undefined;
  #text = "";
  #signature: string;

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#id = id;
    this.#redacted = asString(block["data"]);
    this.#signature = asString(block["signature"]) ?? "";
    out.push({ type: "reasoning-start", id }, { type: "working", kind: "reasoning", on: true });
    this.#append(asString(block["thinking"]), out);
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    if (delta["type"] === "thinking_delta") this.#append(asString(delta["thinking"]), out);
    else if (delta["type"] === "signature_delta") this.#signature += asString(delta["signature"]) ?? "";
  }

  close(out: StreamPart[]): void {
    const opaque: JsonObject =
      this.#redacted === undefined ? { signature: this.#signature } : { redacted: this.#redacted };
    out.push(
      { type: "reasoning-end", id: this.#id, part: { type: "reasoning", text: this.#text, opaque } },
      { type: "working", kind: "reasoning", on: false },
    );
  }

  #append(text: string | undefined, out: StreamPart[]): void {
    if (text === undefined || text === "") return;
    this.#text += text;
    out.push({ type: "reasoning-delta", id: this.#id, delta: text });
  }
}

class ToolUseBlock implements OpenBlock {
  readonly #id: string;
  readonly #block: JsonObject;
  readonly #toolCallId: string;
  readonly #toolName: string;
  #json = "";

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#id = id;
    this.#block = asJsonObject(block);
    this.#toolCallId = asString(block["id"]) ?? id;
    this.#toolName = asString(block["name"]) ?? "";
    out.push({ type: "tool-call-start", id, toolCallId: this.#toolCallId, toolName: this.#toolName });
  }

  delta(delta: Foreign, out: StreamPart[]): void {
    const json = asString(delta["partial_json"]);
    if (json === undefined || json === "") return;
    this.#json += json;
    out.push({ type: "tool-call-delta", id: this.#id, delta: json });
  }

  close(out: StreamPart[]): void {
    const { id: _id, name: _name, input: whole = {}, type: _type, ...rest } = this.#block;
    const input = this.#json === "" ? { input: whole } : parseToolInput(this.#json);
    // Who called is worth keeping only where it was not the model itself.
    const isPlain = Object.entries(rest).every(([name, value]) => name === "caller" && isDirect(value));
    out.push({
      type: "tool-call",
      id: this.#id,
      part: {
        type: "tool-call",
        toolCallId: this.#toolCallId,
        toolName: this.#toolName,
        ...input,
        ...(isPlain ? {} : { opaque: rest }),
      },
    });
  }
}

/** Server tools, their results, and blocks this version does not know: kept as they are, for their way back. */
class OtherBlock implements OpenBlock {
  readonly #id: string;
  readonly #kind: string;
  #block: JsonObject;
  #json = "";

  constructor(block: Foreign, id: string, out: StreamPart[]) {
    this.#id = id;
    this.#kind = asString(block["type"]) ?? "unknown";
    this.#block = asJsonObject(block);
    if (this.#kind.endsWith("tool_use")) out.push({ type: "working", kind: "server-tool", on: true });
    if (this.#kind.endsWith("tool_result")) out.push({ type: "working", kind: "server-tool", on: false });
  }

  delta(delta: Foreign): void {
    this.#json += asString(delta["partial_json"]) ?? "";
    if (delta["type"] === "compaction_delta") {
      const { type: _, ...fields } = asJsonObject(delta);
      this.#block = { ...this.#block, ...fields };
    }
  }

  close(out: StreamPart[]): void {
    const data = this.#json === "" ? this.#block : { ...this.#block, input: parseToolInput(this.#json).input };
    out.push({ type: "opaque", id: this.#id, part: { type: "opaque", kind: this.#kind, data } });
    if (this.#kind !== "web_search_tool_result") return;
    for (const [index, result] of asArray(data["content"]).map(asObject).entries()) {
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

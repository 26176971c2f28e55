import { isJsonObject } from "../../model/json.ts";
import { Count } from "../../model/count.ts";
import type { Capabilities, StreamPart } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { asJsonObject, asObject, asPosition, asString, asText, type Foreign } from "../foreign.ts";
import { OpenCall, type CallFields } from "../parts/open-parts.ts";
import { PartsByIndex } from "../parts/parts-by-index.ts";

/** Of a call in an answer; everything else that a server puts there is kept for its way back. */
const READ: ReadonlySet<string> = new Set(["index", "id", "type", "function", "custom"]);

const USUAL_IDS: Capabilities["toolCallId"] = { pattern: /^[\w-]+$/, maxLength: 40 };

interface Kept {
  readonly call: OpenCall;
  readonly fields: Map<string, unknown>;
}

/**
 * Puts the tool calls of a chat completion together. They are counted, and each is named in its first fragment; some
 * servers send them whole, do not count, give every one the same number, or give no ids.
 */
export class ChatCalls {
  readonly #newId: () => string;
  readonly #ids: Capabilities["toolCallId"];
  readonly #count = new Count();
  readonly #calls: Kept[] = [];
  readonly #byIndex = new PartsByIndex<Kept>();
  readonly #byId = new Map<string, Kept>();

  constructor(newId: () => string, ids: Capabilities["toolCallId"] = USUAL_IDS) {
    this.#newId = newId;
    this.#ids = ids;
  }

  take(fragments: readonly unknown[], out: StreamPart[]): void {
    for (const fragment of fragments) this.#take(asObject(fragment), out);
  }

  /** True if there are any. */
  close(out: StreamPart[]): boolean {
    for (const kept of this.#calls) kept.call.close("", this.#opaqueOf(kept), out);
    return this.#calls.length > 0;
  }

  /** An id that hand-off would change is marked, so that it goes back to its own server as it came. */
  #opaqueOf({ call: { toolCallId }, fields }: Kept): CallFields {
    const { pattern, maxLength } = this.#ids;
    const isUsual = toolCallId.length <= maxLength && pattern.test(toolCallId);
    return {
      fields: fields.size === 0 ? undefined : asJsonObject(Object.fromEntries(fields)),
      callId: isUsual ? undefined : toolCallId,
    };
  }

  #take(native: Foreign, out: StreamPart[]): void {
    const isFreeText = native["type"] === "custom";
    const fn = asObject(native[isFreeText ? "custom" : "function"]);
    const toolName = asString(fn["name"]);
    const written = fn[isFreeText ? "input" : "arguments"] ?? "";
    const text = typeof written === "string" ? written : JSON.stringify(written);
    const kept = this.#find(native, toolName) ?? this.#open(native, toolName, isFreeText, text, out);
    if (kept === undefined) return;
    kept.call.append(text, out);
    for (const name in native) {
      if (!READ.has(name) && native[name] !== null && native[name] !== "") kept.fields.set(name, native[name]);
    }
  }

  /** The call that a fragment continues. One with a name begins a call, unless it repeats what is known. */
  #find(native: Foreign, toolName: string | undefined): Kept | undefined {
    const index = asPosition(native["index"]);
    const id = asString(native["id"]) || undefined;
    const counted = index === undefined ? undefined : this.#byIndex.get(index);
    if (counted !== undefined && (!toolName || id === undefined || id === counted.call.toolCallId)) return counted;
    if (index !== undefined && toolName) return undefined;
    if (id !== undefined) return this.#byId.get(id);
    return toolName ? undefined : this.#calls.at(-1);
  }

  /** A call without a name cannot be made, nor go back. Where nothing is written either, it is an empty field. */
  #open(
    native: Foreign,
    toolName: string | undefined,
    isFreeText: boolean,
    text: string,
    out: StreamPart[],
  ): Kept | undefined {
    if (!toolName) {
      if (text === "") return undefined;
      throw new TargetFailure("stream.malformed");
    }
    this.#count.add();
    const call = new OpenCall(this.#newId(), { toolCallId: asString(native["id"]), toolName, isFreeText }, out);
    const kept: Kept = { call, fields: new Map() };
    this.#calls.push(kept);
    // Of several with one id, the first continues.
    if (!this.#byId.has(call.toolCallId)) this.#byId.set(call.toolCallId, kept);
    const index = asPosition(native["index"]);
    if (index !== undefined) this.#byIndex.set(index, kept);
    return kept;
  }
}

/** What tool calls were called before there could be several. Some servers always send the field, empty. */
export function legacyCall(call: unknown): readonly unknown[] | undefined {
  return isJsonObject(call) && asText(call["name"]) + asText(call["arguments"]) !== ""
    ? [{ index: 0, function: call }]
    : undefined;
}

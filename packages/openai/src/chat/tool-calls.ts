import {
  asObject,
  asPosition,
  asString,
  OpenCall,
  type CallStart,
  type Foreign,
  type StreamPart,
} from "@understudy/core/adapter";

/**
 * Puts tool calls together. The vendor counts them and names each in its first fragment; of compatible servers some
 * send them whole, some do not count, some give every one the same number, and some give no ids.
 */
export class ToolCalls {
  readonly #newId: () => string;
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number | undefined, OpenCall>();
  readonly #byId = new Map<string, OpenCall>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  take(fragments: readonly unknown[], out: StreamPart[]): void {
    for (const fragment of fragments) this.#take(asObject(fragment), out);
  }

  /** True if there are any. */
  close(out: StreamPart[]): boolean {
    for (const call of this.#calls) call.close("", {}, out);
    return this.#calls.length > 0;
  }

  #take(native: Foreign, out: StreamPart[]): void {
    const isFreeText = native["type"] === "custom";
    const fn = asObject(native[isFreeText ? "custom" : "function"]);
    const toolName = asString(fn["name"]);
    const call = this.#find(native, toolName) ?? this.#open(native, { toolName, isFreeText }, out);
    const written = fn[isFreeText ? "input" : "arguments"] ?? "";
    call.append(typeof written === "string" ? written : JSON.stringify(written), out);
  }

  /** The call that a fragment goes on with. One with a name begins a call, unless it repeats what is known. */
  #find(native: Foreign, toolName: string | undefined): OpenCall | undefined {
    const index = asPosition(native["index"]);
    const id = asString(native["id"]) || undefined;
    const counted = index === undefined ? undefined : this.#byIndex.get(index);
    if (counted !== undefined && (!toolName || id === undefined || id === counted.toolCallId)) return counted;
    if (index !== undefined && toolName) return undefined;
    if (id !== undefined) return this.#byId.get(id);
    return toolName ? undefined : this.#calls.at(-1);
  }

  #open(native: Foreign, { toolName, isFreeText }: Omit<CallStart, "toolCallId">, out: StreamPart[]): OpenCall {
    const call = new OpenCall(this.#newId(), { toolCallId: asString(native["id"]), toolName, isFreeText }, out);
    this.#calls.push(call);
    // Of several with one id, the first goes on.
    if (!this.#byId.has(call.toolCallId)) this.#byId.set(call.toolCallId, call);
    this.#byIndex.set(asPosition(native["index"]), call);
    return call;
  }
}

import { asNumber, asObject, asString, parseToolInput, type Foreign, type StreamPart } from "@understudy/core/adapter";

interface OpenCall {
  readonly id: string;
  readonly nativeId: string | undefined;
  readonly toolCallId: string;
  readonly toolName: string;
  /** Takes free text, not JSON. */
  readonly isCustom: boolean;
  text: string;
}

/**
 * Puts tool calls together. The vendor counts them and names each in its first fragment; of compatible servers some
 * send them whole, some do not count, some give every one the same number, and some give no ids.
 */
export class ToolCalls {
  readonly #newId: () => string;
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  take(fragments: readonly unknown[], out: StreamPart[]): void {
    for (const fragment of fragments) this.#take(asObject(fragment), out);
  }

  /** True if there are any. */
  close(out: StreamPart[]): boolean {
    for (const { id, toolCallId, toolName, isCustom, text } of this.#calls) {
      const input = isCustom ? { input: text } : parseToolInput(text);
      // Spelled as the model spelled it, the call finds the vendor's cache when it goes back.
      const isRespelled = text !== "" && JSON.stringify(input.input) !== text;
      const opaque = isCustom ? { opaque: { custom: true } } : isRespelled ? { opaque: { arguments: text } } : {};
      out.push({ type: "tool-call", id, part: { type: "tool-call", toolCallId, toolName, ...input, ...opaque } });
    }
    return this.#calls.length > 0;
  }

  #take(native: Foreign, out: StreamPart[]): void {
    const fn = asObject(native["function"] ?? native["custom"]);
    const call = this.#find(native, fn) ?? this.#open(native, fn, out);
    const written = fn["arguments"] ?? fn["input"];
    const delta =
      typeof written === "string" ? written : written === undefined || written === null ? "" : JSON.stringify(written);
    if (delta === "") return;
    call.text += delta;
    out.push({ type: "tool-call-delta", id: call.id, delta });
  }

  #find(native: Foreign, fn: Foreign): OpenCall | undefined {
    const index = asNumber(native["index"]);
    const nativeId = asString(native["id"]) || undefined;
    const isNamed = (asString(fn["name"]) ?? "") !== "";
    const counted = index === undefined ? undefined : this.#byIndex.get(index);
    if (counted !== undefined) {
      // A second call under the number of the first.
      return isNamed && nativeId !== undefined && nativeId !== counted.nativeId ? undefined : counted;
    }
    if (index !== undefined && isNamed) return undefined;
    if (nativeId !== undefined) return this.#calls.find((call) => call.nativeId === nativeId);
    return isNamed ? undefined : this.#calls.at(-1);
  }

  #open(native: Foreign, fn: Foreign, out: StreamPart[]): OpenCall {
    const id = this.#newId();
    const nativeId = asString(native["id"]) || undefined;
    const toolName = asString(fn["name"]) ?? "";
    const isCustom = native["custom"] !== undefined && native["custom"] !== null;
    const call = { id, nativeId, toolCallId: nativeId ?? `call_${id}`, toolName, isCustom, text: "" };
    this.#calls.push(call);
    const index = asNumber(native["index"]);
    if (index !== undefined) this.#byIndex.set(index, call);
    out.push({ type: "tool-call-start", id, toolCallId: call.toolCallId, toolName });
    return call;
  }
}

import {
  asArray,
  asIndex,
  asNumber,
  asObject,
  asString,
  asText,
  isJsonObject,
  OpenCall,
  parseEvent,
  PartsByIndex,
  TargetFailure,
  TextParts,
  type AttemptContext,
  type FailureClassifier,
  type FinishReason,
  type Foreign,
  type StreamPart,
  type Usage,
  type WireEvent,
  type WirePhase,
  type WireReader,
} from "@understudy/core/adapter";
import { readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["content_filter", "content-filter"],
]);

/**
 * Reads a chat completion, as chunks or whole: reasoning, then text, then tool calls, and `[DONE]`. Comments, with
 * which the vendor says that a request still waits in its queue, are no events and never come here.
 */
export class ChatReader implements WireReader {
  phase: WirePhase = "answering";
  readonly #failures: FailureClassifier;
  readonly #newId: () => string;
  readonly #texts: TextParts;
  readonly #calls = new PartsByIndex<OpenCall>();
  #model: string | undefined;
  #usage: Usage | undefined;
  #rawFinishReason: string | undefined;

  constructor(context: AttemptContext, failures: FailureClassifier) {
    this.#failures = failures;
    this.#newId = context.newId;
    this.#texts = new TextParts(context.newId);
  }

  event({ event: name, data }: WireEvent, out: StreamPart[]): void {
    if (data === "[DONE]") {
      if (this.phase !== "evidence") throw new TargetFailure("stream.truncated");
      this.finish(out);
      return;
    }
    const chunk = parseEvent(data);
    this.#failures.check(chunk, chunk["choices"] !== undefined, name);
    this.#read(chunk, "delta", out);
  }

  whole(body: unknown, out: StreamPart[]): void {
    const completion = asObject(body);
    this.#failures.check(completion, completion["choices"] !== undefined);
    const choice = asObject(asArray(completion["choices"])[0]);
    if (asString(choice["finish_reason"]) === undefined) return;
    this.#read(completion, "message", out);
    this.finish(out);
  }

  finish(out: StreamPart[]): void {
    this.#texts.close(out);
    for (const call of this.#calls.values()) call.close("", {}, out);
    this.phase = "ended";
    out.push({
      type: "end",
      finishReason: FINISH_REASONS.get(this.#rawFinishReason) ?? "other",
      rawFinishReason: this.#rawFinishReason,
      usage: this.#usage,
      model: this.#model,
    });
  }

  /** A whole message has the shape of one large delta. */
  #read(native: Foreign, field: "delta" | "message", out: StreamPart[]): void {
    this.#model ??= asString(native["model"]);
    for (const choice of asArray(native["choices"])) this.#choice(asObject(choice), field, out);
    this.#readUsage(native, out);
  }

  #choice(choice: Foreign, field: "delta" | "message", out: StreamPart[]): void {
    if (asIndex(choice["index"]) !== 0) return;
    const delta = asObject(choice[field]);
    // The first chunk holds empty texts, and each chunk null for what it is not about: neither opens a part.
    this.#texts.append("reasoning", asText(delta["reasoning_content"]), out);
    this.#texts.append("text", asText(delta["content"]), out);
    const calls = asArray(delta["tool_calls"]);
    for (let position = 0; position < calls.length; position++) this.#call(asObject(calls[position]), position, out);
    const reason = choice["finish_reason"];
    if (typeof reason === "string" && reason !== "") this.#finishReason(reason);
  }

  #call(native: Foreign, position: number, out: StreamPart[]): void {
    const index = asNumber(native["index"]) ?? position;
    const fn = asObject(native["function"]);
    let call = this.#calls.get(index);
    if (call === undefined) {
      const toolName = asString(fn["name"]);
      if (toolName === undefined) throw new TargetFailure("stream.malformed");
      this.#texts.close(out);
      call = new OpenCall(this.#newId(), { toolCallId: asString(native["id"]), toolName }, out);
      this.#calls.set(index, call);
    }
    const delta = fn["arguments"];
    if (typeof delta === "string") call.append(delta, out);
  }

  #finishReason(reason: string): void {
    // The vendor broke off for lack of capacity: what came before is no answer.
    if (reason === "insufficient_system_resource") {
      throw new TargetFailure("server.overloaded", { vendorCode: reason });
    }
    this.#rawFinishReason = reason;
    this.phase = "evidence";
  }

  /** In the chunk of the finish reason, or in one of its own after it; null in all others. */
  #readUsage(native: Foreign, out: StreamPart[]): void {
    const { usage } = native;
    if (!isJsonObject(usage)) return;
    this.#usage = readUsage(usage);
    out.push({ type: "usage", usage: this.#usage });
  }
}

import {
  asArray,
  asIndex,
  asObject,
  asPosition,
  asString,
  checkFinishValue,
  Evidence,
  isJsonObject,
  OpenCall,
  parseEvent,
  PartsByIndex,
  RunningTotals,
  TargetFailure,
  TextParts,
  type AttemptContext,
  type FailureClassifier,
  type FinishReason,
  type Foreign,
  type StreamPart,
  type Usage,
  type WireEvent,
  type WireReader,
} from "@understudy/core/adapter";
import { readUsage } from "./usage.ts";

/** In lower case. Behind the vendor's own words those of other servers that host its models. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["content_filter", "content-filter"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["tool_use", "tool-calls"],
]);

/**
 * Reads a chat completion, as chunks or whole: reasoning, then text, then tool calls, and `[DONE]`. Comments, with
 * which the vendor says that a request still waits in its queue, are no events and never come here.
 */
export class ChatReader implements WireReader {
  readonly evidence: Evidence = new Evidence({ usageFollows: true });
  readonly #failures: FailureClassifier;
  readonly #newId: () => string;
  readonly #texts: TextParts;
  readonly #calls = new PartsByIndex<OpenCall>();
  #model: string | undefined;
  readonly #totals = new RunningTotals();
  #usage: Usage | undefined;
  #rawFinishReason: string | undefined;
  #hasUnknown = false;

  constructor(context: AttemptContext, failures: FailureClassifier) {
    this.#failures = failures;
    this.#newId = context.newId;
    this.#texts = new TextParts(context.newId);
  }

  event({ event: name, data }: WireEvent, out: StreamPart[]): void {
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
    const raw = this.#rawFinishReason;
    out.push({
      type: "end",
      finishReason: FINISH_REASONS.get(raw?.toLowerCase() ?? "") ?? "other",
      rawFinishReason: raw,
      usage: this.#usage,
      model: this.#model,
      unknownContent: this.#hasUnknown || undefined,
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
    this.#text("reasoning", delta["reasoning_content"], out);
    this.#text("text", delta["content"], out);
    const calls = asArray(delta["tool_calls"]);
    for (let position = 0; position < calls.length; position++) this.#call(asObject(calls[position]), position, out);
    const reason = choice["finish_reason"];
    if (typeof reason === "string" && reason !== "") this.#finishReason(reason);
  }

  #text(type: "reasoning" | "text", delta: unknown, out: StreamPart[]): void {
    if (delta === undefined || delta === null || delta === "") return;
    this.evidence.content();
    if (typeof delta === "string") this.#texts.append(type, delta, out);
    else this.#hasUnknown = true;
  }

  #call(native: Foreign, position: number, out: StreamPart[]): void {
    this.evidence.content();
    const index = asPosition(native["index"]) ?? position;
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
    checkFinishValue(reason);
    this.#rawFinishReason = reason;
    this.evidence.complete();
  }

  /** In the chunk of the finish reason, or in one of its own after it; null in all others. */
  #readUsage(native: Foreign, out: StreamPart[]): void {
    const { usage } = native;
    if (!isJsonObject(usage)) return;
    this.#totals.add(usage);
    this.#usage = readUsage(this.#totals.totals);
    out.push({ type: "usage", usage: this.#usage });
  }
}

import {
  asArray,
  asIndex,
  asObject,
  asString,
  asText,
  isJsonObject,
  parseEvent,
  StopCutter,
  TargetFailure,
  TextParts,
  type AttemptContext,
  type Citation,
  type FailureClassifier,
  type FinishReason,
  type Foreign,
  type PartExtras,
  type StreamPart,
  type Usage,
  type WireEvent,
  type WirePhase,
  type WireReader,
} from "@understudy/core/adapter";
import { readCitation } from "../citations.ts";
import { ToolCalls } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["content_filter", "content-filter"],
]);

/** Reads a chat completion, as chunks or whole, of the vendor itself or of a server that speaks its format. */
export class ChatReader implements WireReader {
  phase: WirePhase = "answering";
  readonly #newId: () => string;
  readonly #failures: FailureClassifier;
  readonly #cutter: StopCutter | undefined;
  readonly #texts: TextParts;
  readonly #calls: ToolCalls;
  #refusal = "";
  #citations: Citation[] = [];
  #model: string | undefined;
  #usage: Usage | undefined;
  #rawFinishReason: string | undefined;

  constructor(context: AttemptContext, failures: FailureClassifier, stop: readonly string[]) {
    this.#newId = context.newId;
    this.#failures = failures;
    this.#cutter = stop.length === 0 ? undefined : new StopCutter(stop);
    this.#texts = new TextParts(context.newId, {
      cutter: this.#cutter,
      extras: (type) => (type === "text" ? this.#takeCitations() : {}),
    });
    this.#calls = new ToolCalls(context.newId);
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
    // Where a filter took all of the answer, there is no message.
    if (!isJsonObject(choice["message"]) && typeof choice["finish_reason"] !== "string") return;
    this.#read(completion, "message", out);
    if (this.#cutter?.isCut !== true) this.finish(out);
  }

  finish(out: StreamPart[]): void {
    this.#texts.close(out);
    const hasRefusal = this.#refusal !== "";
    if (hasRefusal) {
      out.push({ type: "refusal", id: this.#newId(), part: { type: "refusal", text: this.#refusal } });
    }
    const hasCalls = this.#calls.close(out);
    const raw = this.#rawFinishReason;
    let finishReason = FINISH_REASONS.get(raw) ?? "other";
    // Both come with `stop`: a refusal always, tool calls from some servers.
    if (finishReason === "stop" && hasRefusal) finishReason = "refusal";
    else if (finishReason === "stop" && hasCalls) finishReason = "tool-calls";
    this.#end(finishReason, raw, out);
  }

  /** A whole message has the shape of one large delta. */
  #read(native: Foreign, field: "delta" | "message", out: StreamPart[]): void {
    // Empty in the first chunk of some clouds.
    this.#model ||= asString(native["model"]);
    // Some chunks have none: of filters, of usage.
    for (const choice of asArray(native["choices"])) this.#choice(asObject(choice), field, out);
    this.#readUsage(native, out);
    if (this.#cutter?.isCut === true) this.#cut(out);
  }

  #choice(choice: Foreign, field: "delta" | "message", out: StreamPart[]): void {
    if (asIndex(choice["index"]) !== 0) return;
    const delta = choice[field];
    // Chunks of filters have none.
    if (isJsonObject(delta)) this.#delta(delta, out);
    const reason = choice["finish_reason"];
    if (typeof reason === "string" && reason !== "") this.#finishReason(reason);
  }

  #delta(delta: Foreign, out: StreamPart[]): void {
    // Two names for what only compatible servers have.
    const reasoning = delta["reasoning_content"] ?? delta["reasoning"];
    if (typeof reasoning === "string") this.#texts.append("reasoning", reasoning, out);
    const { content } = delta;
    if (typeof content === "string") this.#texts.append("text", content, out);
    else if (Array.isArray(content)) {
      for (const part of content) this.#texts.append("text", asText(asObject(part)["text"]), out);
    }
    const { refusal, annotations } = delta;
    if (typeof refusal === "string") this.#refusal += refusal;
    if (Array.isArray(annotations)) this.#citations.push(...annotations.map(asObject).map(readCitation));
    const native = delta["tool_calls"] ?? legacyCall(delta["function_call"]);
    if (!Array.isArray(native) || native.length === 0) return;
    this.#texts.close(out);
    this.#calls.take(native, out);
  }

  /** Of a text; annotations come before it closes. */
  #takeCitations(): PartExtras {
    const citations = this.#citations;
    if (citations.length === 0) return {};
    this.#citations = [];
    return { citations };
  }

  #finishReason(reason: string): void {
    // A gateway's word for an answer that broke off behind it.
    if (reason === "error") throw new TargetFailure("server.error", { vendorCode: reason });
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

  /** A stop sequence has come. What the model goes on to write is no longer read. */
  #cut(out: StreamPart[]): void {
    this.#texts.close(out);
    this.#end("stop", this.#rawFinishReason, out);
  }

  #end(finishReason: FinishReason, rawFinishReason: string | undefined, out: StreamPart[]): void {
    this.phase = "ended";
    out.push({ type: "end", finishReason, rawFinishReason, usage: this.#usage, model: this.#model });
  }
}

/** What tool calls were called before there could be several. */
function legacyCall(call: unknown): readonly unknown[] | undefined {
  return isJsonObject(call) ? [{ index: 0, function: call }] : undefined;
}

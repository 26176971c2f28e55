import {
  asArray,
  asIndex,
  asObject,
  asString,
  asText,
  checkFinishValue,
  Count,
  Evidence,
  isJsonObject,
  parseEvent,
  RunningTotals,
  StopCutter,
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
  type WireReader,
} from "@understudy/core/adapter";
import { readCitation } from "../citations.ts";
import { ToolCalls } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/** In lower case. Behind the API's own words those of compatible servers, which pass on what their model said. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["content_filter", "content-filter"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["tool_use", "tool-calls"],
]);

/** Reads a chat completion, as chunks or whole, of the vendor itself or of a server that speaks its format. */
export class ChatReader implements WireReader {
  readonly evidence: Evidence;
  readonly #newId: () => string;
  readonly #failures: FailureClassifier;
  readonly #cutter: StopCutter | undefined;
  readonly #texts: TextParts;
  readonly #calls: ToolCalls;
  #refusal = "";
  #citations: Citation[] = [];
  readonly #count = new Count();
  #model: string | undefined;
  readonly #totals = new RunningTotals();
  #usage: Usage | undefined;
  #rawFinishReason: string | undefined;
  #hasUnknown = false;

  /** `usageFollows`: it was asked for. */
  constructor(context: AttemptContext, failures: FailureClassifier, stop: readonly string[], usageFollows: boolean) {
    this.evidence = new Evidence({ usageFollows });
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
    let finishReason = FINISH_REASONS.get(raw?.toLowerCase() ?? "") ?? "other";
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
    if (typeof reasoning === "string") this.#append("reasoning", reasoning, out);
    const { content } = delta;
    if (typeof content === "string") this.#append("text", content, out);
    else if (Array.isArray(content)) for (const part of content) this.#part(asObject(part), out);
    const { refusal, annotations } = delta;
    if (typeof refusal === "string" && refusal !== "") {
      this.evidence.content();
      this.#refusal += refusal;
    }
    if (Array.isArray(annotations)) for (const annotation of annotations) this.#cite(asObject(annotation));
    // Content that compatible servers put beside the text, and that has no place here.
    if (isFilled(delta["audio"]) || isFilled(delta["images"])) this.#sawUnknown();
    const native = delta["tool_calls"] ?? legacyCall(delta["function_call"]);
    if (!Array.isArray(native) || native.length === 0) return;
    this.evidence.content();
    this.#texts.close(out);
    this.#calls.take(native, out);
  }

  #append(type: "reasoning" | "text", delta: string, out: StreamPart[]): void {
    if (delta === "") return;
    this.evidence.content();
    this.#texts.append(type, delta, out);
  }

  /** Some compatible servers give their content in parts. */
  #part(part: Foreign, out: StreamPart[]): void {
    const { text, thinking } = part;
    if (typeof text === "string") this.#append("text", text, out);
    else if (typeof thinking === "string") this.#append("reasoning", thinking, out);
    else if (Array.isArray(thinking)) {
      for (const piece of thinking) this.#append("reasoning", asText(asObject(piece)["text"]), out);
    } else this.#sawUnknown();
  }

  #sawUnknown(): void {
    this.evidence.content();
    this.#hasUnknown = true;
  }

  #cite(annotation: Foreign): void {
    this.#count.add();
    this.#citations.push(readCitation(annotation));
  }

  /** Of a text; annotations come before it closes. */
  #takeCitations(): PartExtras {
    const citations = this.#citations;
    if (citations.length === 0) return {};
    this.#citations = [];
    return { citations };
  }

  #finishReason(reason: string): void {
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

  /** A stop sequence has come. What the model goes on to write is no longer read. */
  #cut(out: StreamPart[]): void {
    this.#texts.close(out);
    this.#end("stop", this.#rawFinishReason, out, true);
  }

  #end(finishReason: FinishReason, rawFinishReason: string | undefined, out: StreamPart[], stopSequence?: true): void {
    out.push({
      type: "end",
      finishReason,
      rawFinishReason,
      usage: this.#usage,
      model: this.#model,
      stopSequence,
      unknownContent: this.#hasUnknown || undefined,
    });
  }
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;
}

/** What tool calls were called before there could be several. */
function legacyCall(call: unknown): readonly unknown[] | undefined {
  return isJsonObject(call) ? [{ index: 0, function: call }] : undefined;
}

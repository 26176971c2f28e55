import type { FinishReason } from "../../model/finish-reason.ts";
import { isJsonObject, type JsonValue } from "../../model/json.ts";
import type { AttemptContext, StreamPart } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import type { FailureClassifier } from "../failures/http-failure.ts";
import {
  asArray,
  asBoundedArray,
  asIndex,
  asJsonObject,
  asObject,
  asString,
  asText,
  parseEvent,
  type Foreign,
} from "../foreign.ts";
import { PartsByIndex } from "../parts/parts-by-index.ts";
import { VendorData } from "../parts/vendor-data.ts";
import { Evidence } from "../reading/evidence.ts";
import { checkFinishValue } from "../reading/finish-value.ts";
import { StopCutter } from "../reading/stop-cutter.ts";
import type { WireEvent, WireReader } from "../reading/wire-reader.ts";
import { isHandedOver, isKnownDelta, isKnownItem, isKnownPart, openItem, type OpenItem } from "./output-items.ts";
import { readResponsesUsage } from "./responses-usage.ts";

/** How one server fills in the Responses format. */
export interface ResponsesReaderSetup {
  /** Stop sequences that the server does not take. */
  readonly stop: readonly string[];
  /** Types of items that this server alone has and runs itself. Default: none. */
  readonly hosted?: RegExp | undefined;
}

const INCOMPLETE: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["max_output_tokens", "length"],
  ["content_filter", "content-filter"],
]);

/**
 * Fields of a response that have no place in an answer: what served and filtered it, when, and what it was billed for.
 * Most others repeat the request, with the prompt in it.
 */
const TOLD: readonly string[] =
  "id created_at completed_at service_tier usage tool_usage billing reasoning metadata input_transformations prompt_cache_diagnostics moderation content_filters".split(
    " ",
  );

/** Reads one answer in the Responses format, streamed or whole, of whichever server speaks it. */
export class ResponsesReader implements WireReader {
  /** This wire has none beside its end. */
  readonly evidence: Evidence = new Evidence();
  readonly #context: AttemptContext;
  readonly #failures: FailureClassifier;
  readonly #cutter: StopCutter | undefined;
  readonly #hosted: RegExp | undefined;
  readonly #items = new PartsByIndex<OpenItem>();
  /** Types of all items so far. */
  readonly #types = new Set<string>();
  /** Calls that the application has to answer, by the id that its answer names. */
  readonly #handedOver = new Set<unknown>();
  /** Ids of the calls that are finished. */
  readonly #callIds = new Set<string>();
  #after: string | undefined;
  #hasRefusal = false;
  #hasCalls = false;
  #hasUnknown = false;
  #isEnded = false;
  readonly #data = new VendorData();
  readonly #logprobs: JsonValue[] = [];

  constructor(context: AttemptContext, failures: FailureClassifier, { stop, hosted }: ResponsesReaderSetup) {
    this.#context = context;
    this.#failures = failures;
    this.#hosted = hosted;
    this.#cutter = stop.length === 0 ? undefined : new StopCutter(stop);
  }

  event({ event: name, data }: WireEvent, out: StreamPart[]): void {
    const event = parseEvent(data);
    const type = asString(event["type"]) ?? name ?? "";
    switch (type) {
      case "response.created":
        this.#data.take(asObject(event["response"]), ["id"]);
        // Says nothing else but that the vendor is at work, which is what the first clock waits for.
        out.push({ type: "working", kind: "reasoning", on: false });
        break;
      case "response.output_item.added":
        this.#open(asIndex(event["output_index"]), asObject(event["item"]), out);
        break;
      case "response.output_item.done":
        this.#done(asIndex(event["output_index"]), asObject(event["item"]), out);
        break;
      case "response.completed":
      case "response.incomplete":
        this.#end(asObject(event["response"]), type.slice("response.".length), out);
        break;
      case "response.failed":
      case "response.cancelled":
        throw this.#failed(asObject(event["response"]));
      default:
        this.#other(type, event, out);
    }
    if (this.#isCut() && !this.#isEnded) this.#cut(out);
  }

  whole(body: unknown, out: StreamPart[]): void {
    const response = asObject(body);
    const status = asString(response["status"]);
    if (status === "failed" || status === "cancelled") throw this.#failed(response);
    const failure = this.#failures.inBand(body);
    if (failure !== undefined) throw failure;
    if (!Array.isArray(response["output"]) || status === undefined) return;
    // Answered later, elsewhere: not what was asked for.
    if (status === "queued" || status === "in_progress") return;
    this.#end(response, status, out);
  }

  finish(): void {
    throw new TargetFailure("adapter.contract");
  }

  #other(type: string, event: Foreign, out: StreamPart[]): void {
    this.#failures.check(event, type !== "", type);
    if (isUnknown(type, event)) this.#hasUnknown = true;
    // An item whose start was lost is taken whole from its end.
    this.#items.get(asIndex(event["output_index"]))?.delta(type, event, out);
  }

  #open(index: number, native: Foreign, out: StreamPart[]): void {
    // Some gateways announce an item again, also one that is finished.
    if (this.#isOpen(index, native) || this.#callIds.has(asText(native["call_id"]))) return;
    this.#close(index, undefined, out);
    if (!isKnownItem(native["type"], this.#hosted)) this.#hasUnknown = true;
    const { newId } = this.#context;
    const item = openItem(native, { newId, after: this.#after, cutter: this.#cutter, hosted: this.#hosted }, out);
    this.#items.set(index, item);
    this.#types.add(item.type);
  }

  #done(index: number, native: Foreign, out: StreamPart[]): void {
    this.#open(index, native, out);
    this.#close(index, native, out);
  }

  #isOpen(index: number, native: Foreign): boolean {
    const item = this.#items.get(index);
    if (item === undefined || item.type !== native["type"]) return false;
    return item.callId === undefined || item.callId === native["call_id"];
  }

  #close(index: number, whole: Foreign | undefined, out: StreamPart[]): void {
    const item = this.#items.get(index);
    if (item === undefined) return;
    this.#items.delete(index);
    const before = out.length;
    item.close(whole, out);
    if (whole !== undefined) this.#note(item.type, whole);
    if (item.callId !== undefined && item.callId !== "") this.#callIds.add(item.callId);
    if (item.type === "reasoning") this.#after = asString(whole?.["id"]);
    for (const { type } of out.slice(before)) {
      if (type === "refusal") this.#hasRefusal = true;
      if (type === "tool-call") this.#hasCalls = true;
    }
  }

  /** What a finished item means for the answer. */
  #note(type: string, whole: Foreign): void {
    if (isHandedOver(whole)) this.#handedOver.add(whole["call_id"]);
    // The vendor ran it itself.
    else if (type.endsWith("_output")) this.#handedOver.delete(whole["call_id"]);
    if (type !== "message") return;
    for (const part of asArray(whole["content"]).map(asJsonObject)) {
      if (!isKnownPart(part)) this.#hasUnknown = true;
      const { logprobs } = part;
      if (Array.isArray(logprobs)) for (const one of logprobs) this.#logprobs.push(one);
    }
  }

  #failed(response: Foreign): TargetFailure {
    return this.#failures.inBand(response) ?? new TargetFailure("server.error");
  }

  /** The terminal event repeats the answer: what was not streamed, or not closed, is taken from there. */
  #end(response: Foreign, status: string, out: StreamPart[]): void {
    const output = asBoundedArray(response["output"]).map(asObject);
    if (this.#types.size === 0) for (const [index, native] of output.entries()) this.#done(index, native, out);
    // Of several with one id, the first.
    const calls = new Map(output.toReversed().map((native) => [native["call_id"], native]));
    for (const [index, { type, callId }] of this.#items) {
      const native = callId === undefined ? output[index] : calls.get(callId);
      this.#close(index, native?.["type"] === type ? native : undefined, out);
    }
    const isCompleted = status === "completed";
    const reason = (isCompleted ? undefined : asString(asObject(response["incomplete_details"])["reason"])) ?? status;
    checkFinishValue(reason);
    const { usage } = response;
    this.#isEnded = true;
    this.#data.take(
      response,
      TOLD.filter((name) => isSaid(response[name])),
    );
    if (this.#logprobs.length > 0) this.#data.take({ logprobs: this.#logprobs }, ["logprobs"]);
    out.push({
      type: "end",
      finishReason: isCompleted ? this.#completed() : this.#isCut() ? "stop" : (INCOMPLETE.get(reason) ?? "other"),
      rawFinishReason: reason,
      usage: isSet(usage) ? readResponsesUsage(asObject(usage)) : undefined,
      model: asString(response["model"]),
      responseId: asString(response["id"]),
      stopSequence: this.#isCut() || undefined,
      unknownContent: this.#hasUnknown || undefined,
      vendorData: this.#data.collected,
    });
  }

  #isCut(): boolean {
    return this.#cutter?.isCut === true;
  }

  #completed(): FinishReason {
    if (this.#isCut()) return "stop";
    if (this.#hasRefusal) return "refusal";
    if (this.#hasCalls) return "tool-calls";
    return this.#handedOver.size > 0 ? "pause" : "stop";
  }

  /** A stop sequence has come. What the model continues to write is no longer read. */
  #cut(out: StreamPart[]): void {
    for (const index of this.#items.keys()) this.#close(index, undefined, out);
    this.#isEnded = true;
    const vendorData = this.#data.collected;
    const responseId = asString(vendorData?.["id"]);
    out.push({
      type: "end",
      finishReason: "stop",
      rawFinishReason: undefined,
      responseId,
      stopSequence: true,
      vendorData,
    });
  }
}

/** Content of which this version cannot say what it is. */
function isUnknown(type: string, event: Foreign): boolean {
  if (type === "response.content_part.added") return !isKnownPart(event["part"]);
  return type.endsWith(".delta") && !isKnownDelta(type);
}

function isSaid(value: unknown): boolean {
  return !isJsonObject(value) || Object.values(value).some(isSet);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

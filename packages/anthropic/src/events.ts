import {
  asArray,
  asIndex,
  asObject,
  asString,
  asText,
  parseEvent,
  TargetFailure,
  type AttemptContext,
  type FailureClassifier,
  type FinishReason,
  type Foreign,
  type JsonObject,
  type StreamPart,
  type TargetRequest,
  type Usage,
  type WireEvent,
  type WireReader,
} from "@understudy/core/adapter";
import {
  checkFinishValue,
  Evidence,
  isBlankStop,
  PartsByIndex,
  RunningTotals,
  StopCutter,
  VendorData,
} from "@understudy/core/toolkit";
import { isKnownBlock, isKnownDelta, openBlock, type OpenBlock } from "./blocks.ts";
import { pushContainer } from "./container.ts";
import { readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool-calls"],
  ["pause_turn", "pause"],
  ["refusal", "refusal"],
]);

/** What stands beside an answer and has no common word. */
const BESIDE = ["id", "container", "stop_sequence", "stop_details", "context_management", "diagnostics"];
/** The same of its counts. */
const BESIDE_COUNTS = ["service_tier", "speed", "inference_geo", "cache_creation", "server_tool_use", "iterations"];

/** Reads one answer of the Messages API, streamed or whole. */
export class MessagesReader implements WireReader {
  readonly evidence: Evidence = new Evidence();
  readonly #context: AttemptContext;
  readonly #failures: FailureClassifier;
  readonly #organization: string | undefined;
  readonly #blocks = new PartsByIndex<OpenBlock>();
  /** How the blocks that are open began. */
  readonly #starts = new Map<number, Foreign>();
  readonly #totals = new RunningTotals();
  readonly #cutter: StopCutter | undefined;
  readonly #said = new VendorData();
  readonly #saidOfUsage = new VendorData();
  #id: string | undefined;
  #hasStarted = false;
  #model: string | undefined;
  #stopReason: string | undefined;
  #hasUnknown = false;

  /** `organization`: whose key it is, if that is known. */
  constructor(
    context: AttemptContext,
    failures: FailureClassifier,
    { stop }: Pick<TargetRequest, "stop">,
    organization?: string,
  ) {
    this.#context = context;
    this.#organization = organization;
    this.#failures = failures;
    const blank = stop.filter(isBlankStop);
    this.#cutter = blank.length === 0 ? undefined : new StopCutter(blank);
  }

  event({ event: name, data }: WireEvent, out: StreamPart[]): void {
    const event = parseEvent(data);
    switch (event["type"]) {
      case "content_block_delta":
        this.#delta(event, out);
        if (this.#cutter?.isCut === true) this.#cut(out);
        break;
      case "content_block_start":
        this.#open(asIndex(event["index"]), asObject(event["content_block"]), out);
        break;
      case "content_block_stop":
        this.#close(asIndex(event["index"]), out);
        break;
      case "message_start":
        this.#start(asObject(event["message"]), out);
        break;
      case "message_delta":
        this.#said.take(event, BESIDE);
        this.#ending(asObject(event["delta"]), event["usage"], out);
        break;
      case "message_stop":
        this.finish(out);
        break;
      default:
        // Pings, and events this version does not know.
        this.#failures.check(event, event["type"] !== undefined && event["type"] !== "error", name);
    }
  }

  whole(body: unknown, out: StreamPart[]): void {
    const failure = this.#failures.inBand(body);
    if (failure !== undefined) throw failure;
    const message = asObject(body);
    if (message["type"] !== "message" || asString(message["stop_reason"]) === undefined) return;
    this.#start(message, out);
    if (this.#cutter?.isCut === true) this.#cut(out);
    else this.finish(out);
  }

  finish(out: StreamPart[]): void {
    for (const index of this.#blocks.keys()) this.#close(index, out);
    if (this.#stopReason === "refusal") {
      const text = asText(asObject(this.#said.collected?.["stop_details"])["explanation"]);
      out.push({ type: "refusal", id: this.#context.newId(), part: { type: "refusal", text } });
    }
    pushContainer(asObject(this.#said.collected?.["container"]), this.#context.newId, out);
    out.push({
      type: "end",
      finishReason: FINISH_REASONS.get(this.#stopReason ?? "") ?? "other",
      rawFinishReason: this.#stopReason,
      usage: this.#usage(),
      model: this.#model,
      responseId: this.#id,
      stopSequence: this.#stopReason === undefined ? undefined : this.#stopReason === "stop_sequence",
      unknownContent: this.#hasUnknown || undefined,
      vendorData: this.#vendorData(),
    });
  }

  /** A stop sequence that the API does not take has come: nothing more is read. */
  #cut(out: StreamPart[]): void {
    for (const index of this.#blocks.keys()) this.#close(index, out);
    out.push({
      type: "end",
      finishReason: "stop",
      rawFinishReason: undefined,
      usage: { ...this.#usage(), exact: false },
      model: this.#model,
      responseId: this.#id,
      stopSequence: true,
      vendorData: this.#vendorData(),
    });
  }

  #usage(): Usage {
    return readUsage(this.#totals.totals, this.#saidOfUsage.collected?.["iterations"]);
  }

  #vendorData(): JsonObject | undefined {
    const said = this.#said.collected;
    const usage = this.#saidOfUsage.collected;
    return usage === undefined ? said : { ...said, usage };
  }

  /** In a stream it begins the answer, and may also hold all of it. */
  #start(message: Foreign, out: StreamPart[]): void {
    if (this.#hasStarted) {
      // Some gateways repeat it; a second answer inside the first is not one.
      if (asString(message["id"]) === this.#id) return;
      throw new TargetFailure("stream.malformed");
    }
    this.#hasStarted = true;
    this.#id = asString(message["id"]);
    this.#model = asString(message["model"]);
    for (const [index, block] of asArray(message["content"]).entries()) {
      if (this.#cutter?.isCut === true) break;
      this.#open(index, asObject(block), out);
      this.#close(index, out);
    }
    this.#ending(message, message["usage"], out);
  }

  #open(index: number, block: Foreign, out: StreamPart[]): void {
    const before = this.#starts.get(index);
    if (before !== undefined) {
      // Some gateways begin a block twice.
      if (before["type"] === block["type"] && before["id"] === block["id"]) return;
      this.#close(index, out, true);
    }
    this.#starts.set(index, block);
    // The vendor's own fallback for refusals: another model continues.
    if (block["type"] === "fallback") this.#model = asString(asObject(block["to"])["model"]) ?? this.#model;
    if (!isKnownBlock(block["type"])) this.#hasUnknown = true;
    this.evidence.content();
    const context = { id: this.#context.newId(), cutter: this.#cutter, organization: this.#organization };
    this.#blocks.set(index, openBlock(block, context, out));
  }

  #delta(event: Foreign, out: StreamPart[]): void {
    const block = this.#blocks.get(asIndex(event["index"]));
    if (block === undefined) throw new TargetFailure("stream.malformed");
    const delta = asObject(event["delta"]);
    if (!isKnownDelta(delta["type"])) this.#hasUnknown = true;
    this.evidence.content();
    block.delta(delta, out);
  }

  #close(index: number, out: StreamPart[], isPushedAside = false): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    this.#starts.delete(index);
    block.close(out, isPushedAside);
  }

  #ending(delta: Foreign, usage: unknown, out: StreamPart[]): void {
    this.#said.take(delta, BESIDE);
    this.#count(usage, out);
    const reason = asString(delta["stop_reason"]);
    if (reason === undefined) return;
    checkFinishValue(reason);
    this.#stopReason = reason;
    this.evidence.complete();
  }

  #count(usage: unknown, out: StreamPart[]): void {
    if (usage === undefined || usage === null) return;
    const counts = asObject(usage);
    this.#totals.add(counts);
    this.#saidOfUsage.take(counts, BESIDE_COUNTS);
    out.push({ type: "usage", usage: this.#usage() });
  }
}

import {
  asBoundedArray,
  asIndex,
  asObject,
  asString,
  isJsonObject,
  parseEvent,
  TargetFailure,
  type AttemptContext,
  type FailureClassifier,
  type FinishReason,
  type Foreign,
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
import { deltasOf, isKnownKind, kindOf, openBlock, type OpenBlock } from "./blocks.ts";
import { readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool-calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["content_filtered", "content-filter"],
  ["guardrail_intervened", "content-filter"],
]);
/** The model wrote what is no answer. */
const MALFORMED = /^malformed_/;
/** What stands beside an answer and has no common word. */
const BESIDE = ["additionalModelResponseFields", "metrics", "trace", "performanceConfig", "serviceTier"];
/** The same of its counts. */
const BESIDE_COUNTS = ["cacheDetails", "serverToolUsage"];
/** Names of a failure inside a stream: what its frame says, or what an event is called. */
const EXCEPTION = /^exception\.(?<said>.{1,80})|^(?<called>\w{1,80}(?:Exception|Error|Failure))$/;

/** Reads one answer of Converse or ConverseStream. */
export class ConverseReader implements WireReader {
  readonly evidence: Evidence = new Evidence({ usageFollows: true });
  readonly #newId: () => string;
  readonly #failures: FailureClassifier;
  readonly #blocks = new PartsByIndex<OpenBlock>();
  readonly #totals = new RunningTotals();
  readonly #said = new VendorData();
  readonly #saidOfUsage = new VendorData();
  readonly #cutter: StopCutter | undefined;
  #stopReason: string | undefined;
  #hasUnknown = false;

  constructor(context: AttemptContext, failures: FailureClassifier, { stop }: Pick<TargetRequest, "stop">) {
    this.#newId = context.newId;
    this.#failures = failures;
    const blank = stop.filter(isBlankStop);
    this.#cutter = blank.length === 0 ? undefined : new StopCutter(blank);
  }

  event({ event: name = "", data }: WireEvent, out: StreamPart[]): void {
    const event = parseEvent(data);
    switch (name) {
      case "contentBlockDelta":
        this.#delta(asIndex(event["contentBlockIndex"]), asObject(event["delta"]), out);
        if (this.#cutter?.isCut === true) this.#cut(out);
        break;
      case "contentBlockStart":
        this.#open(asIndex(event["contentBlockIndex"]), asObject(event["start"]), out);
        break;
      case "contentBlockStop":
        this.#close(asIndex(event["contentBlockIndex"]), out);
        break;
      case "messageStop":
        this.#stop(event);
        break;
      case "metadata":
        this.#count(event, out);
        // The vendor's last event.
        if (this.#stopReason !== undefined) this.finish(out);
        break;
      default:
        this.#other(name, event);
    }
  }

  whole(body: unknown, out: StreamPart[]): void {
    const failure = this.#failures.inBand(body);
    if (failure !== undefined) throw failure;
    const answer = asObject(body);
    const { message } = asObject(answer["output"]);
    if (!isJsonObject(message) || asString(answer["stopReason"]) === undefined) return;
    for (const [index, block] of asBoundedArray(message["content"]).map(asObject).entries()) {
      if (this.#cutter?.isCut === true) break;
      this.#open(index, block, out);
      for (const delta of deltasOf(block)) this.#delta(index, delta, out);
      this.#close(index, out);
    }
    this.#count(answer, out);
    this.#stop(answer);
    if (this.#cutter?.isCut === true) this.#cut(out);
    else this.finish(out);
  }

  finish(out: StreamPart[]): void {
    this.#end(out, {
      finishReason: FINISH_REASONS.get(this.#stopReason ?? "") ?? "other",
      rawFinishReason: this.#stopReason,
      usage: this.#usage(),
      stopSequence: this.#stopReason === undefined ? undefined : this.#stopReason === "stop_sequence",
    });
  }

  /** A stop sequence that the API does not take has come: nothing more is read. */
  #cut(out: StreamPart[]): void {
    const usage = { ...this.#usage(), exact: false };
    this.#end(out, { finishReason: "stop", rawFinishReason: undefined, usage, stopSequence: true });
  }

  #end(out: StreamPart[], how: Ending): void {
    for (const index of this.#blocks.keys()) this.#close(index, out);
    const said = this.#said.collected;
    const usage = this.#saidOfUsage.collected;
    const vendorData = usage === undefined ? said : { ...said, usage };
    out.push({ type: "end", ...how, unknownContent: this.#hasUnknown || undefined, vendorData });
  }

  /** Texts and reasoning have no start: then their first delta is it. */
  #open(index: number, start: Foreign, out: StreamPart[]): OpenBlock {
    this.#close(index, out);
    const kind = kindOf(start);
    if (!isKnownKind(kind)) this.#hasUnknown = true;
    this.evidence.content();
    const block = openBlock(kind, start, { id: this.#newId(), cutter: this.#cutter }, out);
    this.#blocks.set(index, block);
    return block;
  }

  #delta(index: number, delta: Foreign, out: StreamPart[]): void {
    const open = this.#blocks.get(index) ?? this.#open(index, delta, out);
    this.evidence.content();
    if (delta[open.kind] === undefined && kindOf(delta) !== open.kind) this.#hasUnknown = true;
    open.delta(delta, out);
  }

  #close(index: number, out: StreamPart[]): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    block.close(out);
  }

  #stop(event: Foreign): void {
    this.#said.take(event, BESIDE);
    const reason = asString(event["stopReason"]);
    if (reason === undefined) return;
    if (MALFORMED.test(reason)) throw new TargetFailure("output.malformed", { vendorCode: reason });
    checkFinishValue(reason);
    this.#stopReason = reason;
    this.evidence.complete();
  }

  #count(event: Foreign, out: StreamPart[]): void {
    this.#said.take(event, BESIDE);
    const { usage } = event;
    if (!isJsonObject(usage)) return;
    this.#totals.add(usage);
    this.#saidOfUsage.take(usage, BESIDE_COUNTS);
    out.push({ type: "usage", usage: this.#usage() });
  }

  #usage(): Usage {
    return readUsage(this.#totals.totals);
  }

  /** The start of a message, failures, and events this version does not know. */
  #other(name: string, event: Foreign): void {
    const { said, called } = EXCEPTION.exec(name)?.groups ?? {};
    const exception = said ?? called;
    const failure = exception === undefined ? undefined : this.#failures.inBand({ ...event, __type: exception });
    if (failure !== undefined) throw failure;
    this.#failures.check(event, name === "messageStart");
  }
}

type EndPart = Extract<StreamPart, { readonly type: "end" }>;
type Ending = Pick<EndPart, "finishReason" | "rawFinishReason" | "usage" | "stopSequence">;

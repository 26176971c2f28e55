import type { FailureClass } from "../../model/failure.ts";
import type { FinishReason } from "../../model/finish-reason.ts";
import { Count } from "../../model/count.ts";
import { isJsonObject } from "../../model/json.ts";
import type { Citation } from "../../model/parts.ts";
import type { AttemptContext, Capabilities, StreamPart } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import type { Usage } from "../../model/usage.ts";
import { Evidence } from "../reading/evidence.ts";
import { checkFinishValue } from "../reading/finish-value.ts";
import { asArray, asIndex, asObject, asString, asText, parseEvent, type Foreign } from "../foreign.ts";
import type { FailureClassifier } from "../failures/http-failure.ts";
import { TextParts, type PartExtras } from "../parts/open-parts.ts";
import { readAnnotation } from "../parts/read-annotation.ts";
import { EchoCutter } from "../reading/echo-cutter.ts";
import { RunningTotals } from "../reading/running-totals.ts";
import { StopCutter } from "../reading/stop-cutter.ts";
import type { WireEvent, WireReader } from "../reading/wire-reader.ts";
import { ChatCalls, legacyCall } from "./chat-calls.ts";
import { ChatAudio, readChatImage, TRANSCRIPT_OF } from "./chat-media.ts";
import { ReasoningDetails } from "./chat-reasoning.ts";
import { readChatUsage } from "./chat-usage.ts";
import { ChatVendorData } from "./chat-vendor-data.ts";

/** How one server fills in the chat format. */
export interface ChatReaderSetup {
  /** Which tool-call ids the target takes of others. Default: 40 letters, digits, `_` and `-`. */
  readonly ids?: Capabilities["toolCallId"] | undefined;
  /** Stop sequences that the server does not take. */
  readonly stop: readonly string[];
  /** It was asked for. */
  readonly usageFollows: boolean;
  /** Of spoken answers: what the request asked for. */
  readonly audioFormat?: string | undefined;
  /** The server may send a piece of reasoning twice in a row. */
  readonly repeatsReasoning?: boolean | undefined;
  /** The field of a chunk that holds `usage` where the chunk itself has none. */
  readonly usageIn?: string | undefined;
  /** The beginning of the answer, as it was given to the model: an answer that says it again is shown without it. */
  readonly continues?: string | undefined;
}

/** In lower case. Behind the API's own words those of servers that pass on what their model said. */
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
  ["model_length", "length"],
  ["tool_use", "tool-calls"],
]);
/** Finish reasons with which a generation was broken off: what came before is not an answer. */
const BROKEN_OFF: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>([
  ["insufficient_system_resource", "server.overloaded"],
]);

/** Reads a chat completion, as chunks or whole, of whichever server speaks this format. */
export class ChatReader implements WireReader {
  readonly evidence: Evidence;
  readonly #newId: () => string;
  readonly #failures: FailureClassifier;
  readonly #setup: ChatReaderSetup;
  readonly #cutter: StopCutter | undefined;
  readonly #echo: EchoCutter | undefined;
  readonly #texts: TextParts;
  readonly #calls: ChatCalls;
  readonly #details = new ReasoningDetails();
  readonly #audio: ChatAudio;
  readonly #data = new ChatVendorData();
  readonly #count = new Count();
  readonly #totals = new RunningTotals();
  #refusal = "";
  #citations: Citation[] = [];
  #signature: string | undefined;
  #lastReasoning = "";
  #model: string | undefined;
  #id: string | undefined;
  #usage: Usage | undefined;
  #nativeUsage: Foreign | undefined;
  #rawFinishReason: string | undefined;
  #hasUnknown = false;

  constructor(context: AttemptContext, failures: FailureClassifier, setup: ChatReaderSetup) {
    const { stop, usageFollows, audioFormat = "wav", continues } = setup;
    this.evidence = new Evidence({ usageFollows });
    this.#newId = context.newId;
    this.#failures = failures;
    this.#setup = setup;
    this.#cutter = stop.length === 0 ? undefined : new StopCutter(stop);
    this.#echo = continues ? new EchoCutter(continues, context.loss) : undefined;
    this.#audio = new ChatAudio(audioFormat);
    this.#texts = new TextParts(context.newId, { cutter: this.#cutter, extras: (type) => this.#extras(type) });
    this.#calls = new ChatCalls(context.newId, setup.ids);
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
    if (this.#echo !== undefined) this.#texts.append("text", this.#echo.flush(), out);
    this.#texts.close(out);
    const audio = this.#audio.part();
    if (audio !== undefined) out.push({ type: "file", id: this.#newId(), part: audio });
    else if (this.#audio.id !== undefined) this.#hasUnknown = true;
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
    this.#data.chunk(native);
    // Empty in the first chunk of some clouds.
    this.#model ||= asString(native["model"]);
    this.#id ||= asString(native["id"]);
    // Some chunks have none: of filters, of usage.
    for (const choice of asArray(native["choices"])) this.#choice(asObject(choice), field, native, out);
    const { usageIn } = this.#setup;
    this.#readUsage(native["usage"] ?? (usageIn && asObject(native[usageIn])["usage"]), out);
    if (this.#cutter?.isCut === true) this.#cut(out);
  }

  #choice(choice: Foreign, field: "delta" | "message", native: Foreign, out: StreamPart[]): void {
    if (asIndex(choice["index"]) !== 0) return;
    const delta = choice[field];
    // Chunks of filters have none.
    if (isJsonObject(delta)) this.#delta(delta, out);
    const { logprobs, finish_reason: reason } = choice;
    if (isJsonObject(logprobs)) this.#data.logprobs(logprobs);
    if (typeof reason === "string" && reason !== "") this.#finishReason(reason, native);
    if (isJsonObject(choice["usage"])) this.#readUsage(choice["usage"], out);
  }

  #delta(delta: Foreign, out: StreamPart[]): void {
    // Two names for what only some servers have.
    const reasoning = delta["reasoning_content"] ?? delta["reasoning"];
    if (typeof reasoning === "string") this.#reasoning(reasoning, out);
    const { content } = delta;
    if (typeof content === "string") this.#append("text", content, out);
    else if (Array.isArray(content)) for (const part of content) this.#part(asObject(part), out);
    // Of servers that parse the JSON that was asked for.
    else if (isJsonObject(content)) this.#append("text", JSON.stringify(content), out);
    const { refusal, annotations, audio, images, reasoning_details: details } = delta;
    if (typeof refusal === "string" && refusal !== "") {
      this.evidence.content();
      this.#refusal += refusal;
    }
    if (Array.isArray(annotations)) for (const annotation of annotations) this.#cite(asObject(annotation));
    if (Array.isArray(details)) this.#details.take(details);
    if (isJsonObject(audio)) this.#speech(audio, out);
    if (Array.isArray(images)) for (const image of images) this.#image(asObject(image), out);
    const native = delta["tool_calls"] ?? legacyCall(delta["function_call"]);
    if (!Array.isArray(native) || native.length === 0) return;
    this.evidence.content();
    if (this.#echo !== undefined) this.#texts.append("text", this.#echo.flush(), out);
    this.#texts.close(out);
    this.#calls.take(native, out);
  }

  #append(type: "reasoning" | "text", delta: string, out: StreamPart[]): void {
    if (delta === "") return;
    this.evidence.content();
    const shown = type === "text" && this.#echo !== undefined ? this.#echo.push(delta) : delta;
    this.#texts.append(type, shown, out);
  }

  #reasoning(delta: string, out: StreamPart[]): void {
    if (this.#setup.repeatsReasoning === true) {
      if (delta === this.#lastReasoning) return;
      this.#lastReasoning = delta;
    }
    this.#append("reasoning", delta, out);
  }

  #speech(native: Foreign, out: StreamPart[]): void {
    if (this.#audio.take(native)) this.evidence.content();
    this.#append("text", asText(native["transcript"]), out);
  }

  /** Some servers give their content in parts. */
  #part(part: Foreign, out: StreamPart[]): void {
    const { text, thinking, signature } = part;
    if (typeof signature === "string") this.#signature = signature;
    if (typeof text === "string") this.#append("text", text, out);
    else if (typeof thinking === "string") this.#append("reasoning", thinking, out);
    else if (Array.isArray(thinking)) {
      for (const piece of thinking) this.#append("reasoning", asText(asObject(piece)["text"]), out);
    } else this.#sawUnknown();
  }

  #image(native: Foreign, out: StreamPart[]): void {
    const part = readChatImage(native);
    if (part === undefined) {
      this.#sawUnknown();
      return;
    }
    this.#count.add();
    this.#texts.close(out);
    out.push({ type: "file", id: this.#newId(), part });
  }

  #sawUnknown(): void {
    this.evidence.content();
    this.#hasUnknown = true;
  }

  #cite(native: Foreign): void {
    this.#count.add();
    this.#data.annotations.push(native);
    this.#citations.push(readAnnotation(native));
  }

  /** Annotations and signatures come before what they belong to closes. */
  #extras(type: "text" | "reasoning"): PartExtras {
    if (type === "reasoning") {
      const signature = this.#signature;
      this.#signature = undefined;
      return signature === undefined ? {} : { opaque: { signature } };
    }
    const citations = this.#citations;
    this.#citations = [];
    const { id } = this.#audio;
    return {
      ...(citations.length > 0 && { citations }),
      ...(id !== undefined && { opaque: { [TRANSCRIPT_OF]: id } }),
    };
  }

  #finishReason(reason: string, native: Foreign): void {
    const broken = BROKEN_OFF.get(reason);
    if (broken !== undefined) throw new TargetFailure(broken, { vendorCode: reason });
    checkFinishValue(reason);
    this.#rawFinishReason = reason;
    this.#data.finish(native);
    this.evidence.complete();
  }

  /** In the chunk of the finish reason, or in one of its own after it; null in all others. */
  #readUsage(native: unknown, out: StreamPart[]): void {
    if (!isJsonObject(native)) return;
    this.#nativeUsage = native;
    this.#totals.add(native);
    this.#usage = readChatUsage(this.#totals.totals);
    out.push({ type: "usage", usage: this.#usage });
  }

  /** A stop sequence has come. What the model continues to write is no longer read. */
  #cut(out: StreamPart[]): void {
    this.#texts.close(out);
    this.#end("stop", this.#rawFinishReason, out, true);
  }

  #end(finishReason: FinishReason, rawFinishReason: string | undefined, out: StreamPart[], stopSequence?: true): void {
    const details = this.#details.part();
    if (details !== undefined) out.push({ type: "opaque", id: this.#newId(), part: details });
    out.push({
      type: "end",
      finishReason,
      rawFinishReason,
      usage: this.#usage,
      model: this.#model,
      responseId: this.#id,
      stopSequence,
      unknownContent: this.#hasUnknown || undefined,
      vendorData: this.#data.read(this.#nativeUsage),
    });
  }
}

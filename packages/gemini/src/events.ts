import {
  asArray,
  asIndex,
  asJsonObject,
  asObject,
  asString,
  isJsonObject,
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
  Count,
  Evidence,
  OpenCall,
  OpenText,
  VendorData,
  type NameMap,
} from "@understudy/core/toolkit";
import { Citations } from "./citations.ts";
import { CONTINUATION, GROUNDING } from "./content.ts";
import { MISSING_SIGNATURE } from "./errors.ts";
import { PartialArgs } from "./partial-args.ts";
import { toolNameMap } from "./tools.ts";
import { hasUsage, readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  // A hop of a long answer.
  ["CONTINUATION", "length"],
]);
/** The vendor adds such reasons now and then: for answers that its filters, or those of a customer, stopped. */
const FILTERED = /SAFETY|PROHIBITED|BLOCK|RECITATION|SPII|ARMOR|JAILBREAK|ESCALATION|POLICY|^PUP_/;
/** Answers that went wrong. */
const MALFORMED = /^(?:MALFORMED_|UNEXPECTED_TOOL_|TOO_MANY_TOOL_|NO_IMAGE$|(?:IMAGE_)?OTHER$)/;
/** What is said beside an answer. */
const BESIDE = {
  chunk: ["responseId", "modelStatus", "promptFeedback", "createTime"],
  candidate: ["safetyRatings", "urlContextMetadata", "finishMessage", "avgLogprobs"],
  usage:
    "serviceTier trafficType promptTokensDetails cacheTokensDetails candidatesTokensDetails toolUsePromptTokensDetails".split(
      " ",
    ),
};
/** What has a place in common words. */
const DATA: ReadonlySet<string> = new Set(["text", "thought", "functionCall", "inlineData"]);
const SERVER_TOOL_CALLS: ReadonlySet<string> = new Set(["executableCode", "toolCall"]);
const SERVER_TOOL_RESULTS: ReadonlySet<string> = new Set(["codeExecutionResult", "toolResponse"]);
/** A part that has nothing but its signature. */
const SIGNATURE = "thoughtSignature";

interface Calling {
  readonly call: OpenCall;
  readonly args: PartialArgs;
  readonly opaque: JsonObject;
}

/** Reads one answer of generateContent, streamed or whole. Nothing but the end of the body marks the end. */
export class GenerateContentReader implements WireReader {
  readonly evidence: Evidence = new Evidence({ usageFollows: true });
  readonly #context: AttemptContext;
  readonly #failures: FailureClassifier;
  readonly #citations = new Citations();
  readonly #callIds = new Set<string>();
  readonly #made = new Count();
  #open: OpenText | undefined;
  #calling: Calling | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  #id: string | undefined;
  #finishReason: FinishReason | undefined;
  #rawFinishReason: string | undefined;
  #token: string | undefined;
  #hasUnknown = false;
  readonly #vendorData = new VendorData();
  readonly #request: TargetRequest | undefined;
  #names: NameMap | undefined;

  constructor(context: AttemptContext, failures: FailureClassifier, request?: TargetRequest) {
    this.#context = context;
    this.#failures = failures;
    this.#request = request;
  }

  event({ event: name, data }: WireEvent, out: StreamPart[]): void {
    const chunk = parseEvent(data);
    this.#failures.check(chunk, chunk["candidates"] !== undefined, name);
    this.#chunk(chunk, out);
  }

  /** Also the array of chunks that a stream is without its framing. */
  whole(body: unknown, out: StreamPart[]): void {
    const chunks = Array.isArray(body) ? body : [body];
    const before = out.length;
    for (const chunk of chunks.map(asObject)) {
      this.#failures.check(chunk, chunk["candidates"] !== undefined);
      this.#chunk(chunk, out);
    }
    // An answer says why it ended.
    if (this.#finishReason !== undefined) this.finish(out);
    else if (out.length > before) throw new TargetFailure("stream.truncated");
  }

  finish(out: StreamPart[]): void {
    const finishReason = this.#finishReason;
    if (finishReason === undefined) throw new TargetFailure("stream.truncated");
    this.#close(out);
    this.#closeCall(out);
    const { newId } = this.#context;
    for (const part of this.#citations.sources()) out.push({ type: "source", id: newId(), part });
    const { grounding } = this.#citations;
    if (grounding !== undefined) this.#opaque(GROUNDING, asJsonObject(grounding), out);
    if (this.#token !== undefined && finishReason === "length") this.#opaque(CONTINUATION, this.#token, out);
    const isCalling = finishReason === "stop" && this.#callIds.size > 0;
    out.push({
      type: "end",
      finishReason: isCalling ? "tool-calls" : finishReason,
      rawFinishReason: this.#rawFinishReason,
      usage: this.#usage,
      model: this.#model,
      responseId: this.#id,
      unknownContent: this.#hasUnknown || undefined,
      vendorData: this.#vendorData.collected,
    });
  }

  #chunk(chunk: Foreign, out: StreamPart[]): void {
    this.#model = asString(chunk["modelVersion"]) ?? this.#model;
    this.#id = asString(chunk["responseId"]) ?? this.#id;
    const usage = asObject(chunk["usageMetadata"]);
    if (hasUsage(usage)) {
      const later = readUsage(usage);
      const { inputTokens, cacheReadTokens } = this.#usage ?? later;
      // The last one counts: each counts all so far, and some become smaller. No prompt is empty.
      this.#usage = (later.inputTokens ?? 0) > 0 ? later : { ...later, inputTokens, cacheReadTokens };
      out.push({ type: "usage", usage: this.#usage });
    }
    const { promptFeedback: feedback } = chunk;
    const candidates = asArray(chunk["candidates"]);
    for (const candidate of candidates) this.#candidate(asObject(candidate), out);
    this.#vendorData.take(chunk, BESIDE.chunk);
    this.#vendorData.take(usage, BESIDE.usage);
    if (!isJsonObject(feedback)) return;
    const reason = asString(feedback["blockReason"]);
    // Where nothing else is said, there is no answer because of it.
    if (reason !== undefined || (candidates.length === 0 && this.#finishReason === undefined)) {
      this.#finish("content-filter", reason);
    }
  }

  #candidate(candidate: Foreign, out: StreamPart[]): void {
    if (asIndex(candidate["index"]) !== 0) return;
    // Feedback alone had looked like a block.
    if (this.#rawFinishReason === undefined) this.#finishReason = undefined;
    // Before the parts: they may close the text that is cited.
    this.#citations.read(candidate);
    for (const part of asArray(asObject(candidate["content"])["parts"])) this.#part(asObject(part), out);
    this.#vendorData.take(candidate, BESIDE.candidate);
    this.#vendorData.join(candidate, "logprobsResult");
    // With licences, for which citations have no word.
    this.#vendorData.join(candidate, "citationMetadata");
    this.#token = asString(candidate["continuationToken"]) ?? this.#token;
    const reason = asString(candidate["finishReason"]);
    if (reason === undefined || reason === "" || reason === "FINISH_REASON_UNSPECIFIED") return;
    if (MALFORMED.test(reason)) throw new TargetFailure("output.malformed", { vendorCode: reason });
    if (reason === MISSING_SIGNATURE) throw this.#failures.inBand({ error: { status: reason } });
    checkFinishValue(reason);
    this.#finish(FINISH_REASONS.get(reason) ?? (FILTERED.test(reason) ? "content-filter" : "other"), reason);
  }

  /** The last one counts: old models say STOP in every chunk. */
  #finish(reason: FinishReason, raw: string | undefined): void {
    this.#finishReason = reason;
    this.#rawFinishReason = raw;
    this.evidence.complete();
  }

  #part(part: Foreign, out: StreamPart[]): void {
    const { text } = part;
    if (typeof text === "string") this.#text(part["thought"] === true ? "reasoning" : "text", text, part, out);
    else if (isJsonObject(part["functionCall"])) this.#call(part["functionCall"], part, out);
    // What the model drew while it thought is not its answer.
    else if (isJsonObject(part["inlineData"]) && part["thought"] !== true) this.#media(part["inlineData"], part, out);
    else this.#other(part, out);
  }

  /** Deltas of one kind are one part, unless they carry their own data, such as a signature. */
  #text(type: OpenText["type"], delta: string, part: Foreign, out: StreamPart[]): void {
    const opaque = opaqueOf(part);
    if (delta === "" && opaque === undefined) return;
    this.evidence.content();
    if (opaque !== undefined || this.#open?.type !== type) this.#close(out);
    this.#open ??= this.#begin(type, out);
    this.#open.append(delta, out);
    if (type === "text") this.#citations.said(delta);
    if (opaque !== undefined) this.#close(out, opaque);
  }

  #begin(type: OpenText["type"], out: StreamPart[]): OpenText {
    const open = new OpenText(type, this.#context.newId(), out);
    // Summaries come now and then; in between there is silence.
    if (type === "reasoning") out.push({ type: "working", kind: "reasoning", on: true });
    return open;
  }

  #close(out: StreamPart[], opaque?: JsonObject): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    // Hand-off drops blank texts without opaque data: the vendor wants every part back.
    const kept = opaque === undefined && !open.isBlank ? {} : { opaque: opaque ?? {} };
    const citations = open.type === "text" ? this.#citations.close() : [];
    open.close(citations.length === 0 ? kept : { ...kept, citations }, out);
    if (open.type === "reasoning") out.push({ type: "working", kind: "reasoning", on: false });
  }

  #call(native: Foreign, part: Foreign, out: StreamPart[]): void {
    this.evidence.content();
    const toolName = asString(native["name"]) ?? "";
    if (toolName !== "") {
      this.#close(out);
      this.#closeCall(out);
      const call = new OpenCall(
        this.#context.newId(),
        { toolCallId: this.#callId(asString(native["id"])), toolName: this.#ownName(toolName) },
        out,
      );
      this.#calling = { call, args: new PartialArgs(native["args"], this.#made), opaque: opaqueOf(part) ?? {} };
    }
    if (this.#calling === undefined) throw new TargetFailure("stream.malformed");
    this.#calling.args.add(native);
    if (native["willContinue"] !== true) this.#closeCall(out);
  }

  #closeCall(out: StreamPart[]): void {
    this.#calling?.call.close(this.#calling.args.text(), this.#calling.opaque, out);
    this.#calling = undefined;
  }

  #ownName(native: string): string {
    if (this.#request !== undefined) this.#names ??= toolNameMap(this.#request);
    return this.#names?.toOwn(native) ?? native;
  }

  /** Older models give none; then one that no other turn can have. */
  #callId(given: string | undefined): string {
    const isFree = given !== undefined && given !== "" && !this.#callIds.has(given);
    const id = isFree ? given : `call_${crypto.randomUUID()}`;
    this.#callIds.add(id);
    return id;
  }

  #media(native: Foreign, part: Foreign, out: StreamPart[]): void {
    this.#close(out);
    const mediaType = asString(native["mimeType"]) ?? "application/octet-stream";
    const source = { type: "base64", mediaType, data: asString(native["data"]) ?? "" } as const;
    const [kind] = mediaType.split("/");
    const type = kind === "image" || kind === "audio" ? kind : "file";
    out.push({ type: "file", id: this.#context.newId(), part: { type, source, opaque: opaqueOf(part) } });
  }

  /** Server tools, and parts this version does not know: kept as they are, for their way back. */
  #other(part: Foreign, out: StreamPart[]): void {
    const names = Object.keys(part);
    if (names.length === 0) return;
    this.#close(out);
    const kind = names.find((name) => name !== "thought" && name !== SIGNATURE) ?? SIGNATURE;
    if (SERVER_TOOL_CALLS.has(kind)) out.push({ type: "working", kind: "server-tool", on: true });
    else if (SERVER_TOOL_RESULTS.has(kind)) out.push({ type: "working", kind: "server-tool", on: false });
    else if (kind !== SIGNATURE && kind !== "inlineData") this.#hasUnknown = true;
    this.#opaque(kind, asJsonObject(part), out);
  }

  #opaque(kind: string, data: JsonObject | string, out: StreamPart[]): void {
    out.push({ type: "opaque", id: this.#context.newId(), part: { type: "opaque", kind, data } });
  }
}

/** What is on a part beside its data. Most parts have nothing, and then nothing is made. */
function opaqueOf(part: Foreign): JsonObject | undefined {
  for (const name in part) if (!DATA.has(name)) return asJsonObject(withoutData(part));
  return undefined;
}

function withoutData(part: Foreign): Foreign {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !DATA.has(name)));
}

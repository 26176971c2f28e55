import {
  asArray,
  asJsonObject,
  asNumber,
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
  type Usage,
  type WireEvent,
  type WirePhase,
  type WireReader,
} from "@understudy/core/adapter";
import { Citations } from "./citations.ts";
import { CONTINUATION, GROUNDING } from "./content.ts";
import { PartialArgs } from "./partial-args.ts";
import { hasUsage, readUsage } from "./usage.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  // A hop of a long answer.
  ["CONTINUATION", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"],
  ["IMAGE_SAFETY", "content-filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content-filter"],
  ["IMAGE_RECITATION", "content-filter"],
]);
/** Answers that went wrong. */
const MALFORMED: ReadonlySet<string> = new Set([
  "MALFORMED_FUNCTION_CALL",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MALFORMED_RESPONSE",
  "NO_IMAGE",
  "IMAGE_OTHER",
  "OTHER",
]);
const SERVER_TOOL_CALLS: ReadonlySet<string> = new Set(["executableCode", "toolCall"]);
const SERVER_TOOL_RESULTS: ReadonlySet<string> = new Set(["codeExecutionResult", "toolResponse"]);

interface OpenText {
  readonly type: "text" | "reasoning";
  readonly id: string;
  text: string;
}

interface OpenCall {
  readonly id: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly opaque: JsonObject | undefined;
  readonly args: PartialArgs;
}

/** Reads one answer of generateContent, streamed or whole. Nothing but the end of the body marks the end. */
export class GenerateContentReader implements WireReader {
  phase: WirePhase = "answering";
  readonly #context: AttemptContext;
  readonly #failures: FailureClassifier;
  readonly #citations = new Citations();
  readonly #callIds = new Set<string>();
  #open: OpenText | undefined;
  #openCall: OpenCall | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  #finishReason: FinishReason | undefined;
  #rawFinishReason: string | undefined;
  #token: string | undefined;

  constructor(context: AttemptContext, failures: FailureClassifier) {
    this.#context = context;
    this.#failures = failures;
  }

  event({ data }: WireEvent, out: StreamPart[]): void {
    // Not of this API, but some gateways add it.
    if (data === "[DONE]") return;
    this.#chunk(parseEvent(data), out);
  }

  /** Also the array of chunks that a stream is without its framing. */
  whole(body: unknown, out: StreamPart[]): void {
    const chunks = Array.isArray(body) ? body : [body];
    const before = out.length;
    for (const chunk of chunks.map(asObject)) this.#chunk(chunk, out);
    // What has no reason to have ended is no answer.
    if (this.phase === "evidence") this.finish(out);
    else out.length = before;
  }

  finish(out: StreamPart[]): void {
    this.#close(out);
    this.#closeCall(out);
    const { newId } = this.#context;
    for (const part of this.#citations.sources()) out.push({ type: "source", id: newId(), part });
    const { grounding } = this.#citations;
    if (grounding !== undefined) this.#opaque(GROUNDING, asJsonObject(grounding), out);
    if (this.#token !== undefined && this.#finishReason === "length") this.#opaque(CONTINUATION, this.#token, out);
    const isCalling = this.#finishReason === "stop" && this.#callIds.size > 0;
    this.phase = "ended";
    out.push({
      type: "end",
      finishReason: isCalling ? "tool-calls" : (this.#finishReason ?? "other"),
      rawFinishReason: this.#rawFinishReason,
      usage: this.#usage,
      model: this.#model,
    });
  }

  #chunk(chunk: Foreign, out: StreamPart[]): void {
    if (chunk["error"] !== undefined && chunk["error"] !== null) {
      throw this.#failures.inBand(chunk) ?? new TargetFailure("unknown");
    }
    this.#model = asString(chunk["modelVersion"]) ?? this.#model;
    const usage = asObject(chunk["usageMetadata"]);
    if (hasUsage(usage)) {
      this.#usage = readUsage(usage);
      out.push({ type: "usage", usage: this.#usage });
    }
    for (const candidate of asArray(chunk["candidates"]).map(asObject)) {
      if ((asNumber(candidate["index"]) ?? 0) === 0) this.#candidate(candidate, out);
    }
    const blocked = asString(asObject(chunk["promptFeedback"])["blockReason"]);
    if (blocked !== undefined) this.#finish("content-filter", blocked);
  }

  #candidate(candidate: Foreign, out: StreamPart[]): void {
    // Before the parts: they may close the text that is cited.
    this.#citations.read(candidate);
    for (const part of asArray(asObject(candidate["content"])["parts"])) this.#part(asObject(part), out);
    this.#token = asString(candidate["continuationToken"]) ?? this.#token;
    const reason = asString(candidate["finishReason"]);
    if (reason === undefined || reason === "" || reason === "FINISH_REASON_UNSPECIFIED") return;
    if (MALFORMED.has(reason)) throw new TargetFailure("output.malformed", { vendorCode: reason });
    this.#finish(FINISH_REASONS.get(reason) ?? "other", reason);
  }

  /** The last one counts: old models say STOP in every chunk. */
  #finish(reason: FinishReason, raw: string): void {
    this.#finishReason = reason;
    this.#rawFinishReason = raw;
    this.phase = "evidence";
  }

  #part(part: Foreign, out: StreamPart[]): void {
    const { text, thought, functionCall, inlineData, ...rest } = part;
    if (typeof text === "string") this.#text(thought === true ? "reasoning" : "text", text, rest, out);
    else if (isJsonObject(functionCall)) this.#call(functionCall, rest, out);
    else if (isJsonObject(inlineData)) this.#media(inlineData, rest, out);
    else this.#other(part, out);
  }

  /** Deltas of one kind are one part, unless they carry something of their own, such as a signature. */
  #text(type: OpenText["type"], delta: string, rest: Foreign, out: StreamPart[]): void {
    const opaque = opaqueOf(rest);
    if (delta === "" && opaque === undefined) return;
    if (opaque !== undefined || this.#open?.type !== type) this.#close(out);
    const open = (this.#open ??= this.#begin(type, out));
    if (delta !== "") {
      open.text += delta;
      if (type === "text") out.push({ type: "text-delta", id: open.id, delta });
      else out.push({ type: "reasoning-delta", id: open.id, delta });
    }
    if (opaque !== undefined) this.#close(out, opaque);
  }

  #begin(type: OpenText["type"], out: StreamPart[]): OpenText {
    const id = this.#context.newId();
    if (type === "text") out.push({ type: "text-start", id });
    // Summaries come now and then; in between there is silence.
    else out.push({ type: "reasoning-start", id }, { type: "working", kind: "reasoning", on: true });
    return { type, id, text: "" };
  }

  #close(out: StreamPart[], opaque?: JsonObject): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { type, id, text } = open;
    if (type === "text") {
      const citations = this.#citations.close(text);
      const cited = citations.length === 0 ? {} : { citations };
      out.push({ type: "text-end", id, part: { type, text, opaque, ...cited } });
    } else {
      out.push(
        { type: "reasoning-end", id, part: { type, text, opaque } },
        { type: "working", kind: "reasoning", on: false },
      );
    }
  }

  #call(native: Foreign, rest: Foreign, out: StreamPart[]): void {
    this.#openCall?.args.add(native);
    const toolName = asString(native["name"]);
    if (toolName !== undefined && toolName !== "") {
      this.#close(out);
      this.#closeCall(out);
      const id = this.#context.newId();
      const toolCallId = this.#callId(asString(native["id"]));
      out.push({ type: "tool-call-start", id, toolCallId, toolName });
      this.#openCall = { id, toolCallId, toolName, opaque: opaqueOf(rest), args: new PartialArgs(native["args"]) };
      this.#openCall.args.add(native);
    } else if (this.#openCall === undefined) throw new TargetFailure("stream.malformed");
    if (native["willContinue"] !== true) this.#closeCall(out);
  }

  #closeCall(out: StreamPart[]): void {
    const call = this.#openCall;
    if (call === undefined) return;
    this.#openCall = undefined;
    const { id, toolCallId, toolName, opaque, args } = call;
    out.push({ type: "tool-call", id, part: { type: "tool-call", toolCallId, toolName, input: args.whole(), opaque } });
  }

  /** Older models give none; then one that no other turn can have. */
  #callId(given: string | undefined): string {
    const isFree = given !== undefined && given !== "" && !this.#callIds.has(given);
    const id = isFree ? given : `call_${crypto.randomUUID()}`;
    this.#callIds.add(id);
    return id;
  }

  #media(native: Foreign, rest: Foreign, out: StreamPart[]): void {
    this.#close(out);
    const mediaType = asString(native["mimeType"]) ?? "application/octet-stream";
    const source = { type: "base64", mediaType, data: asString(native["data"]) ?? "" } as const;
    const [kind] = mediaType.split("/");
    const type = kind === "image" || kind === "audio" ? kind : "file";
    out.push({ type: "file", id: this.#context.newId(), part: { type, source, opaque: opaqueOf(rest) } });
  }

  /** Server tools, and parts this version does not know: kept as they are, for their way back. */
  #other(part: Foreign, out: StreamPart[]): void {
    const names = Object.keys(part);
    if (names.length === 0) return;
    this.#close(out);
    const kind = names.find((name) => name !== "thought" && name !== "thoughtSignature") ?? "thoughtSignature";
    if (SERVER_TOOL_CALLS.has(kind)) out.push({ type: "working", kind: "server-tool", on: true });
    if (SERVER_TOOL_RESULTS.has(kind)) out.push({ type: "working", kind: "server-tool", on: false });
    this.#opaque(kind, asJsonObject(part), out);
  }

  #opaque(kind: string, data: JsonObject | string, out: StreamPart[]): void {
    out.push({ type: "opaque", id: this.#context.newId(), part: { type: "opaque", kind, data } });
  }
}

/** What is on a part beside its data. */
function opaqueOf(rest: Foreign): JsonObject | undefined {
  return Object.keys(rest).length === 0 ? undefined : asJsonObject(rest);
}

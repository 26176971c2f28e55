import {
  asObject,
  asString,
  isJsonObject,
  TargetFailure,
  type AttemptContext,
  type FinishReason,
  type Foreign,
  type StreamPart,
} from "@understudy/core/adapter";
import { checkFinishValue, Evidence, RunningTotals } from "@understudy/core/toolkit";
import { asJson, ContentReader } from "./content-reader.ts";
import { finishReasonOf, readRawEvent } from "./raw-events.ts";
import { readRawUsage } from "./raw-usage.ts";
import { readUsage } from "./usage.ts";

/** Reads the parts of a provider's stream, of whatever version, and decides whether they are a whole answer. */
export class PartReader {
  readonly #content: ContentReader;
  readonly #usage = new RunningTotals();
  /** Of what the vendor itself said, where the provider shows it. */
  #evidence: Evidence | undefined;
  /** What came since the last raw event: all of it is of one event of the wire. */
  #event: StreamPart[] = [];
  #finish: string | undefined;
  #isComplete = false;
  #isLate = false;
  #model: string | undefined;
  #id: string | undefined;
  #isEnded = false;

  constructor({ newId }: AttemptContext) {
    this.#content = new ContentReader(newId);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** How long silence is waited for; undefined while the vendor has not said that the answer is complete. */
  startWaiting(now: number): number | undefined {
    return this.#said() === undefined ? undefined : this.#evidence?.startWaiting(now, false);
  }

  stopWaiting(now: number): void {
    this.#evidence?.stopWaiting(now);
  }

  /** Throws what a `finish` says to be a failure; `error` parts are not for this. */
  take(part: Foreign): StreamPart[] {
    const out: StreamPart[] = [];
    switch (part["type"]) {
      case "raw":
        this.#raw(part["rawValue"], out);
        break;
      case "response-metadata":
        this.#model = asString(part["modelId"]) ?? this.#model;
        this.#id = asString(part["id"]) ?? this.#id;
        break;
      case "finish":
        this.#finished(part, out);
        break;
      default:
        this.#content.take(part, this.#isLate, out);
    }
    if (this.#evidence !== undefined) for (const one of out) this.#event.push(one);
    return out;
  }

  /** The stream ended, broke or fell silent without a `finish`. Throws where that is no end of an answer. */
  end(): StreamPart[] {
    const said = this.#said();
    if (said === undefined) throw this.#truncated();
    const out: StreamPart[] = [];
    this.#content.close(out);
    this.#end(finishReasonOf(said, this.#content.hasCalls), said, {}, out);
    return out;
  }

  #truncated(): TargetFailure {
    const hasBegun = this.#content.hasContent || this.#evidence !== undefined;
    return new TargetFailure(hasBegun ? "stream.truncated" : "gateway.not-a-stream");
  }

  /** The vendor's own word for the end, where it is behind content and nothing came since. */
  #said(): string | undefined {
    this.#evidence?.read(this.#event, 0);
    this.#event = [];
    return this.#evidence?.stands === true ? this.#finish : undefined;
  }

  #raw(value: unknown, out: StreamPart[]): void {
    this.#said();
    // What comes behind the whole answer is of no answer.
    if (this.#isComplete) this.#isLate = true;
    const event = asObject(value);
    const { finish, isLast, hasUsage, owesUsage } = readRawEvent(event);
    this.#evidence ??= new Evidence({ usageFollows: owesUsage });
    if (finish !== undefined) {
      checkFinishValue(finish);
      this.#finish = finish;
      this.#evidence.complete();
    }
    this.#count(readRawUsage(event), out);
    this.#isComplete ||= isLast || (hasUsage && this.#finish !== undefined);
  }

  /** Counts of an answer that fails are billed too, and some servers forget at the end what they had counted. */
  #count(counts: Foreign, out: StreamPart[]): void {
    if (Object.values(counts).every((count) => count === undefined)) return;
    this.#usage.add(counts);
    out.push({ type: "usage", usage: { ...this.#usage.totals } });
  }

  #finished(part: Foreign, out: StreamPart[]): void {
    const { unified, raw } = readFinish(part["finishReason"]);
    const said = this.#said();
    if (raw !== undefined) checkFinishValue(raw);
    if (raw === "insufficient_system_resource") throw new TargetFailure("server.overloaded", { vendorCode: raw });
    if (said === undefined) {
      // An error that is one has been thrown: this may be a heartbeat that the provider took for one.
      if (unified === "error") throw new TargetFailure("server.error", { vendorCode: raw });
      const isUnknown = raw === undefined && (unified === "other" || unified === "unknown");
      if (unified === "interrupted" || isUnknown) throw this.#truncated();
    }
    this.#content.close(out);
    const { hasCalls } = this.#content;
    const known = finishReasonOf(said ?? raw ?? unified, hasCalls);
    // Of a wire that is not known here, the provider knows the words.
    const reason = known === "other" && said === undefined ? finishReasonOf(unified, hasCalls) : known;
    this.#end(reason, said ?? raw, part, out);
  }

  #end(finishReason: FinishReason, raw: string | undefined, part: Foreign, out: StreamPart[]): void {
    this.#isEnded = true;
    this.#count(readUsage(part["usage"]), out);
    const { providerMetadata } = part;
    out.push({
      type: "end",
      finishReason,
      rawFinishReason: raw,
      model: this.#model,
      responseId: this.#id,
      vendorData: isJsonObject(providerMetadata) ? asJson(providerMetadata) : undefined,
    });
  }
}

/** The second version has a word alone. */
function readFinish(value: unknown): { readonly unified: string; readonly raw: string | undefined } {
  if (typeof value === "string") return { unified: value, raw: undefined };
  const { unified, raw } = asObject(value);
  return { unified: asString(unified) ?? "other", raw: asString(raw) || undefined };
}

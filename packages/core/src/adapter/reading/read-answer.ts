import type { AttemptContext, StreamPart } from "../../model/target.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import { AnswerBody, stopReason, type BodyRead } from "./answer-body.ts";
import { AnswerDecoder } from "./answer-decoder.ts";
import { loadEventParser } from "./event-parser.ts";
import type { Framing } from "./framing.ts";
import type { FailureClassifier } from "../failures/http-failure.ts";
import { networkFailure } from "../failures/network-failure.ts";
import type { WireReader } from "./wire-reader.ts";

/** What reading one answer takes. */
export interface AnswerSource {
  /**
   * Sends the request, once, when the first batch is asked for. May resolve with any status and reject with anything:
   * both are classified.
   */
  readonly open: () => Promise<Response>;
  /** Translates this one answer. */
  readonly wire: WireReader;
  /** How the vendor cuts a stream into events. Default: `sse`. */
  readonly framing?: Framing | undefined;
  /** Classifies what goes wrong. */
  readonly failures: FailureClassifier;
  /** Signal and clock of the attempt. */
  readonly context: AttemptContext;
  /** How large the answer may be. A larger one fails as `stream.oversized`. */
  readonly limits?: AnswerLimits | undefined;
  /** The answer came to its proper end. */
  readonly onAnswered?: (() => void) | undefined;
}

/** How large an answer may be. */
export interface AnswerLimits {
  /** Characters of one event, bytes of one frame, or characters of an answer in one piece. Default 16 Mi. */
  readonly maxEventChars?: number | undefined;
  /** Bytes of the whole body. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

const MI = 1024 * 1024;

/**
 * Reads one answer: the `response` part at the headers, then one array of parts per network read, possibly empty.
 * Success needs the wire's evidence. Every failure is a `TargetFailure`, thrown after the parts that came before it.
 */
export function readAnswer(source: AnswerSource): AsyncIterableIterator<readonly StreamPart[], undefined> {
  return new AnswerReading(source);
}

type Result = IteratorResult<readonly StreamPart[], undefined>;

const DONE: Result = { done: true, value: undefined };

/** Written by hand: a generator makes three promises more for each read, and often every token is a read. */
class AnswerReading implements AsyncIterableIterator<readonly StreamPart[], undefined> {
  readonly #source: AnswerSource;
  #opened: { readonly response: Response; readonly body: AnswerBody; readonly decoder: AnswerDecoder } | undefined;
  /** Thrown when it is asked again: parts that came before it were handed out first. */
  #failed: { readonly failure: unknown } | undefined;
  #isOver = false;

  constructor(source: AnswerSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    const { evidence } = this.#source.wire;
    const opened = this.#opened;
    if (this.#isOver) return Promise.resolve(DONE);
    if (opened === undefined) return this.#open();
    if (this.#failed !== undefined) return Promise.reject(this.#fail(this.#failed.failure));
    if (evidence.isEnded) return this.return();
    const quietMs = evidence.stands
      ? evidence.startWaiting(this.#source.context.clock.now(), opened.decoder.isInsideLine)
      : undefined;
    return opened.body.read(quietMs).then(this.#onRead, this.#onBreak);
  }

  async return(): Promise<Result> {
    this.#isOver = true;
    await this.#letGo(this.#source.wire.evidence.isEnded);
    return DONE;
  }

  /**
   * A body that is over must not be held: an error keeps alive what ran when it was made, and an SDK that keeps the error of an
   * abort until its body is collected would keep both for ever.
   */
  #letGo(whole: boolean): Promise<void> | undefined {
    const opened = this.#opened;
    this.#opened = undefined;
    return opened?.body.release(whole);
  }

  async #open(): Promise<Result> {
    const { wire, framing = "sse", failures, context, limits } = this.#source;
    try {
      const parser = framing === "sse" ? loadEventParser() : undefined;
      const [response, loaded] = await Promise.all([openResponse(this.#source), parser]);
      if (response.body === null) throw new TargetFailure("gateway.not-a-stream", { status: response.status });
      const { signal, clock } = context;
      const body = new AnswerBody(response.body, { signal, clock, maxBytes: limits?.maxBytes ?? 256 * MI });
      const decoder = new AnswerDecoder(wire, {
        framing,
        createParser: loaded?.createParser,
        maxEventChars: limits?.maxEventChars ?? 16 * MI,
        contentType: response.headers.get("content-type"),
      });
      this.#opened = { response, body, decoder };
      // It was left while it was being opened.
      if (this.#isOver) return await this.return();
      return { done: false, value: [failures.responsePart(response.headers)] };
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  readonly #onRead = ({ done, value }: BodyRead): Result => {
    const out: StreamPart[] = [];
    const opened = this.#opened;
    const { wire, context } = this.#source;
    try {
      const stopped = stopReason(context.signal);
      if (stopped !== undefined) throw stopped;
      if (opened === undefined) return DONE;
      const { body, decoder } = opened;
      if (wire.evidence.stands) wire.evidence.stopWaiting(context.clock.now());
      if (done || value === undefined) {
        body.sawEnd();
        decoder.end(body.isSilent ? "broken" : "ended", out);
      } else {
        body.count(value);
        decoder.push(value, out);
      }
      if (wire.evidence.isEnded) this.#ended(out);
      return { done: false, value: out };
    } catch (failure) {
      return this.#failAfter(out, failure);
    }
  };

  /** The connection broke: behind evidence that stands the answer is complete all the same. */
  readonly #onBreak = (error: unknown): Result => {
    const out: StreamPart[] = [];
    if (!this.#source.wire.evidence.stands) return this.#failAfter(out, networkFailure(error, "body"));
    try {
      this.#opened?.decoder.end("broken", out);
      this.#ended(out);
      return { done: false, value: out };
    } catch (failure) {
      return this.#failAfter(out, failure);
    }
  };

  /** What the vendor named is made safe to keep, where its secrets are known. */
  #ended(out: StreamPart[]): void {
    const { failures, onAnswered } = this.#source;
    const last = out.pop();
    if (last === undefined) return;
    out.push(last.type === "end" ? failures.endPart(last) : last);
    onAnswered?.();
  }

  #failAfter(out: readonly StreamPart[], failure: unknown): Result {
    if (out.length === 0) throw this.#fail(failure);
    this.#failed = { failure };
    return { done: false, value: out };
  }

  /** Lets go, and says what to throw. */
  #fail(failure: unknown): unknown {
    const { failures, context } = this.#source;
    this.#isOver = true;
    const response = this.#opened?.response;
    void this.#letGo(false);
    return stopReason(context.signal) ?? (response === undefined ? failure : withResponse(failure, response, failures));
  }
}

async function openResponse({ open, failures, context }: AnswerSource): Promise<Response> {
  const stopped = stopReason(context.signal);
  if (stopped !== undefined) throw stopped;
  const wallNow = context.clock.wallNow();
  try {
    const response = await open();
    if (response.ok) return response;
    const { status, headers } = response;
    throw failures.http({ status, headers, body: await response.text(), wallNow });
  } catch (error) {
    throw stopReason(context.signal) ?? failures.thrown(error, wallNow) ?? error;
  }
}

function withResponse(failure: unknown, response: Response, failures: FailureClassifier): unknown {
  if (!isTargetFailure(failure)) return failure;
  const { requestId } = failures.responsePart(response.headers);
  const status = failure.class.startsWith("gateway.") ? response.status : undefined;
  const { details } = failure;
  return new TargetFailure(failure.class, {
    ...details,
    requestId: details.requestId ?? requestId,
    status: details.status ?? status,
  });
}

import type { AttemptContext, StreamPart } from "../model/target.ts";
import { isTargetFailure, TargetFailure } from "../model/target-failure.ts";
import { AnswerBody, stopReason } from "./answer-body.ts";
import { AnswerDecoder } from "./answer-decoder.ts";
import type { FailureClassifier } from "./http-failure.ts";
import { networkFailure } from "./network-failure.ts";
import type { WireReader } from "./wire-reader.ts";

export interface AnswerSource {
  /**
   * Sends the request, once, when the first batch is asked for. May resolve with any status and reject with anything:
   * both are classified.
   */
  readonly open: () => Promise<Response>;
  readonly wire: WireReader;
  readonly failures: FailureClassifier;
  readonly context: AttemptContext;
  readonly limits?: AnswerLimits | undefined;
}

export interface AnswerLimits {
  /** One event, or an answer in one piece. Default 16 Mi. */
  readonly maxEventChars?: number | undefined;
  /** The whole body. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

const MI = 1024 * 1024;
/** How long an answer that is complete is waited for to say more. */
const QUIET_MS = 1_000;

/**
 * Reads one answer: the `response` part at the headers, then one array of parts per network read, possibly empty.
 * Success needs the wire's evidence. Every failure is a `TargetFailure`, thrown after the parts that came before it.
 */
export async function* readAnswer(source: AnswerSource): AsyncGenerator<readonly StreamPart[], void, undefined> {
  const { wire, failures, context, limits } = source;
  const response = await openResponse(source);
  if (response.body === null) throw new TargetFailure("gateway.not-a-stream", { status: response.status });
  const decoder = new AnswerDecoder(wire, limits?.maxEventChars ?? 16 * MI);
  const body = new AnswerBody(response.body, {
    signal: context.signal,
    clock: context.clock,
    maxBytes: limits?.maxBytes ?? 256 * MI,
  });
  try {
    yield [failures.responsePart(response.headers)];
    while (wire.phase !== "ended") {
      const out: StreamPart[] = [];
      let failure: unknown;
      let isReading = true;
      try {
        // oxlint-disable-next-line no-await-in-loop -- a body is read in order
        const { done, value } = await body.read(wire.phase === "evidence" ? QUIET_MS : undefined);
        isReading = false;
        const stopped = stopReason(context.signal);
        if (stopped !== undefined) throw stopped;
        if (done || value === undefined) {
          body.sawEnd();
          decoder.end(out);
        } else {
          decoder.push(body.text(value), out);
        }
      } catch (error) {
        failure = isReading ? endBroken(error, decoder, wire, out) : error;
      }
      if (failure === undefined || out.length > 0) yield out;
      if (failure !== undefined) throw stopReason(context.signal) ?? withResponse(failure, response, failures);
    }
  } finally {
    await body.release(wire.phase === "ended");
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

/** The connection broke: after evidence the answer is complete all the same. */
function endBroken(error: unknown, decoder: AnswerDecoder, wire: WireReader, out: StreamPart[]): unknown {
  if (wire.phase !== "evidence") return networkFailure(error, "body");
  try {
    decoder.end(out);
    return undefined;
  } catch (failure) {
    return failure;
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

import {
  asObject,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type Foreign,
  type StreamPart,
} from "@understudy/core/adapter";
import { isHeartbeat, type Phase, type ProviderFailures } from "./failures.ts";
import { lossesOf } from "./losses.ts";
import type { PartReader } from "./part-reader.ts";

/** What a provider shows of what it sent. */
export interface SentRequest {
  readonly body?: unknown;
}

/** What `doStream` resolves with, of any version. */
export interface OpenedStream {
  readonly stream: ReadableStream<unknown>;
  readonly request?: SentRequest | undefined;
  readonly response?: { readonly headers?: Record<string, string> } | undefined;
}

/** What reading one answer takes. */
export interface AnswerSetup {
  readonly reader: PartReader;
  readonly failures: ProviderFailures;
  readonly context: AttemptContext;
}

type Source = ReadableStreamDefaultReader<unknown>;

/** One array for each part of the provider's stream, empty where it shows nothing. */
export async function* readStream(
  open: () => PromiseLike<OpenedStream>,
  { reader, failures, context }: AnswerSetup,
): AsyncGenerator<readonly StreamPart[], undefined> {
  const { signal, clock, loss } = context;
  let phase: Phase = "before";
  let source: Source | undefined;
  const letGo = (): void => void source?.cancel().catch(() => undefined);
  // A provider may ignore the signal once its stream is there.
  signal.addEventListener("abort", letGo, { once: true });
  try {
    const { stream, response } = await open();
    source = stream.getReader();
    phase = "empty";
    yield [failures.classifier.responsePart(new Headers(response?.headers ?? {}))];
    while (!reader.isEnded) {
      // oxlint-disable-next-line no-await-in-loop -- a stream is read in order
      const part = await nextPart(source, reader, clock);
      if (part === undefined) {
        yield reader.end();
        continue;
      }
      if (part["type"] === "error" && !isHeartbeat(part["error"])) throw failures.inStream(part["error"], phase);
      if (part["type"] === "stream-start") for (const one of lossesOf(part["warnings"])) loss(one);
      else phase = "in-stream";
      yield reader.take(part);
    }
    void drain(source, clock);
    source = undefined;
  } catch (error) {
    throw isTargetFailure(error) ? error : failures.thrown(error, phase);
  } finally {
    signal.removeEventListener("abort", letGo);
    letGo();
  }
}

/** The next part; undefined when none comes and the answer is complete without it. */
async function nextPart(source: Source, reader: PartReader, clock: Clock): Promise<Foreign | undefined> {
  const quietMs = reader.startWaiting(clock.now());
  try {
    const result = await within(source.read(), quietMs, clock);
    reader.stopWaiting(clock.now());
    return result === undefined || result.done ? undefined : asObject(result.value);
  } catch (error) {
    if (quietMs === undefined) throw error;
    return undefined;
  }
}

/** Undefined when nothing comes in time. */
async function within<Value>(
  reading: Promise<Value>,
  ms: number | undefined,
  clock: Clock,
): Promise<Value | undefined> {
  if (ms === undefined) return reading;
  const silence = Promise.withResolvers<undefined>();
  const timer = clock.setTimeout(() => silence.resolve(undefined), ms, false);
  try {
    return await Promise.race([reading, silence.promise]);
  } finally {
    clock.clearTimeout(timer);
  }
}

const DRAIN_PARTS = 64;
const DRAIN_MS = 250;

/** Reads the rest, so that the connection can be used again. */
async function drain(source: Source, clock: Clock): Promise<void> {
  const letGo = (): void => void source.cancel().catch(() => undefined);
  const timer = clock.setTimeout(letGo, DRAIN_MS, true);
  try {
    // oxlint-disable-next-line no-await-in-loop -- a stream is read in order
    for (let left = DRAIN_PARTS; left > 0 && !(await source.read()).done; left--);
  } catch {
    // The answer is whole; how its connection ends says nothing about it.
  } finally {
    clock.clearTimeout(timer);
    letGo();
  }
}

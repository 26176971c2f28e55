import type { Clock } from "../../model/clock.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";

/** Bytes of one network read; `done` also after a cancel. */
export interface BodyRead {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

const DRAIN_BYTES = 64 * 1024;
const DRAIN_MS = 250;

/** The bytes of one response: stops with the signal, counts, and lets go of the connection in the right way. */
export class AnswerBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  #bytes = 0;
  #hasEnded = false;
  #isSilent = false;
  #timer: unknown;

  constructor(body: ReadableStream<Uint8Array>, options: AnswerBodyOptions) {
    this.#reader = body.getReader();
    this.#signal = options.signal;
    this.#clock = options.clock;
    this.#maxBytes = options.maxBytes;
    this.#signal.addEventListener("abort", this.#cancel, { once: true });
    if (this.#signal.aborted) this.#cancel();
  }

  /** It did not end: it said nothing for as long as `read` was to wait. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** With `quietMs` the body is given up after that much silence. */
  read(quietMs?: number): Promise<BodyRead> {
    // The timer runs only while a read is pending: cancelling later would throw away bytes that have arrived.
    if (quietMs !== undefined) this.#timer = this.#clock.setTimeout(this.#onQuiet, quietMs, true);
    return this.#reader.read();
  }

  /** There is nothing left to read. */
  sawEnd(): void {
    this.#hasEnded = true;
  }

  /** Bytes came. Throws `stream.oversized` above the limit. */
  count(bytes: Uint8Array): void {
    this.stopTimer();
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#maxBytes) throw new TargetFailure("stream.oversized");
  }

  stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Lets go. After a whole answer the little that is left is read, so that the connection can be used again. */
  async release(whole: boolean): Promise<void> {
    this.stopTimer();
    // Ends at once when the attempt was stopped: then the body is cancelled already.
    if (whole && !this.#hasEnded) await this.#drain();
    this.#signal.removeEventListener("abort", this.#cancel);
    this.#cancel();
  }

  async #drain(): Promise<void> {
    const timer = this.#clock.setTimeout(this.#cancel, DRAIN_MS, true);
    try {
      for (let left = DRAIN_BYTES; left > 0;) {
        // oxlint-disable-next-line no-await-in-loop -- a body is read in order
        const { done, value } = await this.#reader.read();
        if (done) return;
        left -= value.byteLength;
      }
    } catch {
      // The answer is whole; what happens to its connection afterwards changes nothing.
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  /** After the process has stood still, what arrived in the meantime is read before a second timer can run. */
  readonly #onQuiet = (): void => {
    this.#timer = this.#clock.setTimeout(this.#onSilence, 0, true);
  };

  readonly #onSilence = (): void => {
    this.#timer = undefined;
    this.#isSilent = true;
    this.#cancel();
  };

  readonly #cancel = (): void => {
    // A failed cancel means that the connection is gone already.
    this.#reader.cancel().catch(() => undefined);
  };
}

export interface AnswerBodyOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly maxBytes: number;
}

/** Why an attempt was stopped from outside; undefined while it was not. */
export function stopReason(signal: AbortSignal): TargetFailure | undefined {
  if (!signal.aborted) return undefined;
  return isTargetFailure(signal.reason) ? signal.reason : new TargetFailure("caller.aborted");
}

import type { Clock } from "../../model/clock.ts";
import type { StreamPart } from "../../model/target.ts";
import { TargetFailure, toTargetFailure } from "../../model/target-failure.ts";

/** After so many reads timers get their turn: an adapter that never waits must not stop every clock. */
const READS_PER_TURN = 4_096;

/** What the taker of a batch wants next. After `pause` nothing is read until `resume`. */
export type Appetite = "more" | "pause" | "enough";

interface Reading {
  readonly take: (parts: readonly StreamPart[]) => Appetite;
  readonly resolve: () => void;
  readonly reject: (failure: TargetFailure) => void;
}

/**
 * The reading end of one call to one target. Whatever the adapter does (throw, hang, ignore the signal, answer late),
 * reading settles once, and a stopped attempt settles at once.
 *
 * Batches are handed over by callback: a promise of our own per read costs more than all else that is done with one.
 */
export class AttemptReader {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #iterator: AsyncIterator<readonly StreamPart[]> | undefined;
  #reading: Reading | undefined;
  #stopped: TargetFailure | undefined;
  #reads = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the answer of this attempt is no longer wanted; undefined while it is. */
  get stopped(): TargetFailure | undefined {
    return this.#stopped;
  }

  open(stream: () => AsyncIterable<readonly StreamPart[]>): void {
    const iterator: unknown = stream()[Symbol.asyncIterator]();
    if (typeof iterator !== "object" || iterator === null) throw new TypeError("not a stream of parts");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it gives is looked at as it comes
    this.#iterator = iterator as AsyncIterator<readonly StreamPart[]>;
  }

  /** Hands over batch after batch until `take` has enough. Rejects with a `TargetFailure` only. */
  read(take: Reading["take"]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reading = { take, resolve, reject };
      if (this.#stopped === undefined) this.#pull();
      else this.#finish()?.reject(this.#stopped);
    });
  }

  resume(): void {
    if (this.#reading !== undefined) this.#next();
  }

  /** First reason wins. The adapter's signal aborts, and it is not waited for. */
  stop(reason: TargetFailure): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#controller.abort(reason);
    this.#release();
    this.#finish()?.reject(reason);
  }

  #pull(): void {
    if (++this.#reads % READS_PER_TURN === 0) this.#clock.setTimeout(() => this.resume(), 0, false);
    else this.#next();
  }

  #next(): void {
    try {
      this.#iterator?.next().then(this.#onResult, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  readonly #onResult = (result: IteratorResult<readonly StreamPart[]>): void => {
    const reading = this.#reading;
    if (reading === undefined) return;
    try {
      if (result.done === true) throw new TargetFailure("stream.truncated");
      const appetite = reading.take(result.value);
      // A hook may have ended the call meanwhile: then nothing more is read.
      if (this.#reading === undefined) return;
      if (appetite === "more") this.#pull();
      else if (appetite === "enough") this.#close();
    } catch (error) {
      // Also for an adapter whose iterator gives no result at all.
      this.stop(toTargetFailure(error));
    }
  };

  readonly #onError = (error: unknown): void => {
    if (this.#reading !== undefined) this.stop(toTargetFailure(error));
  };

  /** After the end: lets the adapter read the rest of the body so that its connection can be used again. */
  #close(): void {
    this.#release();
    this.#finish()?.resolve();
  }

  #finish(): Reading | undefined {
    const reading = this.#reading;
    this.#reading = undefined;
    return reading;
  }

  #release(): void {
    try {
      // Nobody can act on a failure to let go: the answer of this attempt is decided.
      void Promise.resolve(this.#iterator?.return?.()).catch(() => undefined);
    } catch {
      // The same, for an adapter that throws at once.
    }
  }
}

import type { StreamPart } from "../model/target.ts";
import { isTargetFailure, TargetFailure } from "../model/target-failure.ts";

interface PendingRead {
  readonly resolve: (parts: readonly StreamPart[] | undefined) => void;
  readonly reject: (failure: TargetFailure) => void;
}

/**
 * The reading end of one call to one target. Whatever the adapter does (throw, hang, ignore the signal, answer late),
 * a read settles once, and a stopped attempt settles at once.
 */
export class Attempt {
  readonly #controller = new AbortController();
  #iterator: AsyncIterator<readonly StreamPart[]> | undefined;
  #pending: PendingRead | undefined;
  #stopped: TargetFailure | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once the answer of this attempt is no longer wanted. */
  get stopped(): TargetFailure | undefined {
    return this.#stopped;
  }

  open(stream: () => AsyncIterable<readonly StreamPart[]>): void {
    const iterator: unknown = stream()[Symbol.asyncIterator]();
    if (typeof iterator !== "object" || iterator === null) throw new TypeError("The adapter's stream is not iterable.");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it gives is looked at as it comes
    this.#iterator = iterator as AsyncIterator<readonly StreamPart[]>;
  }

  /** The next batch, or undefined when the adapter has no more. Rejects with a `TargetFailure` only. */
  read(): Promise<readonly StreamPart[] | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) {
        reject(this.#stopped);
        return;
      }
      this.#pending = { resolve, reject };
      try {
        this.#iterator?.next().then(this.#onResult, this.#onError);
      } catch (error) {
        this.#onError(error);
      }
    });
  }

  /** First reason wins. The adapter is told, and nobody waits for it. */
  stop(reason: TargetFailure): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#controller.abort(reason);
    this.#release();
    this.#take()?.reject(reason);
  }

  /** After the end: lets the adapter read the rest of the body so that its connection can be used again. */
  close(): void {
    this.#release();
  }

  readonly #onResult = (result: IteratorResult<readonly StreamPart[]>): void => {
    const pending = this.#take();
    try {
      pending?.resolve(result.done === true ? undefined : result.value);
    } catch (error) {
      // An adapter's iterator may give anything, also no result at all.
      pending?.reject(toTargetFailure(error));
    }
  };

  readonly #onError = (error: unknown): void => {
    this.#take()?.reject(toTargetFailure(error));
  };

  #take(): PendingRead | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
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

/** Every throwable has a class: what is no `TargetFailure` is the adapter's own mistake. */
export function toTargetFailure(error: unknown): TargetFailure {
  if (isTargetFailure(error)) return error;
  const failure = new TargetFailure("adapter.threw", {
    vendorCode: error instanceof Error ? error.name : typeof error,
  });
  return failure;
}

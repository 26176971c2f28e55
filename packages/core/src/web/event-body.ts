import type { Clock } from "../model/clock.ts";
import { isUnderstudyError } from "../model/error.ts";

/** What ends a body in mid-answer, in words that may be sent. */
export interface BodyFailure {
  readonly code: string;
  readonly retryAfterMs?: number | undefined;
}

/** What a body is made of. */
export interface BodySource<Item> {
  readonly items: AsyncIterator<Item, undefined>;
  /** The message of an item, or nothing. What it throws ends the response as a failed answer. */
  readonly message: (item: Item) => string | undefined;
  /** The last message: of the proper end, or of a failure. */
  readonly last: (failure: BodyFailure | undefined) => string;
  readonly clock: Clock;
  /** After so many milliseconds without a message a comment is sent; `Infinity`: never. */
  readonly keepAliveMs: number;
}

/** Longer delays overflow to 1 ms in setTimeout. */
const MAX_DELAY_MS = 2_147_483_647;
/** Timers may fire a little early. */
const TOLERANCE_MS = 1;
const COMMENT = ": keep-alive\n\n";

/** The body of a response: a message per item, no faster than the client reads, and a comment when there is none for too long. */
export class EventBody<Item> {
  readonly #source: BodySource<Item>;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends the pull that waits. The client has room only while there is one. */
  #pulled: (() => void) | undefined;
  #isReading = false;
  #isOver = false;
  #timer: unknown;
  #quietSince = 0;

  constructor(source: BodySource<Item>) {
    this.#source = source;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): Promise<void> {
    return new Promise((resolve) => {
      this.#pulled = resolve;
      this.#safely(() => this.#read());
    });
  }

  cancel(): void {
    this.#close();
    leave(this.#source.items);
  }

  #read(): void {
    if (this.#timer === undefined) this.#arm(this.#source.keepAliveMs);
    // After a comment the read before it still waits.
    if (this.#isReading) return;
    this.#isReading = true;
    this.#source.items.next().then(this.#onResult, this.#onError);
  }

  readonly #onResult = (result: IteratorResult<Item, undefined>): void => {
    this.#isReading = false;
    if (this.#isOver) return;
    if (result.done === true) this.#end();
    else this.#safely(() => this.#send(result.value));
  };

  readonly #onError = (error: unknown): void => {
    if (this.#isOver) return;
    const { code, retryAfterMs } = isUnderstudyError(error) ? error : { code: "adapter-error" };
    this.#end({ code, retryAfterMs });
  };

  /** What cannot be sent, or timed, ends the response as a failed answer does, and nothing stays open behind it. */
  #safely(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onError(error);
      leave(this.#source.items);
    }
  }

  #send(item: Item): void {
    const message = this.#source.message(item);
    if (message !== undefined) this.#write(message);
    // Nothing was sent: the client still has room, unless the function made the response end.
    else if (this.#pulled !== undefined && !this.#isOver) this.#read();
  }

  #write(message: string): void {
    this.#quietSince = this.#source.clock.now();
    this.#enqueue(message);
  }

  #end(failure?: BodyFailure): void {
    this.#close();
    this.#enqueue(this.#source.last(failure));
    this.#controller?.close();
  }

  #enqueue(message: string): void {
    if (message !== "") this.#controller?.enqueue(this.#encoder.encode(message));
    const pulled = this.#pulled;
    this.#pulled = undefined;
    pulled?.();
  }

  #arm(delayMs: number): void {
    if (delayMs === Infinity) return;
    const onTimer = (): void => {
      this.#timer = undefined;
      // A client without room is sent nothing; its next pull arms anew.
      if (this.#pulled !== undefined && !this.#isOver) this.#safely(() => this.#onQuiet());
    };
    this.#timer = this.#source.clock.setTimeout(onTimer, Math.min(delayMs, MAX_DELAY_MS), true);
  }

  #onQuiet(): void {
    const { clock, keepAliveMs } = this.#source;
    const leftMs = this.#quietSince + keepAliveMs - clock.now();
    if (leftMs > TOLERANCE_MS) this.#arm(leftMs);
    else this.#write(COMMENT);
  }

  #close(): void {
    this.#isOver = true;
    try {
      if (this.#timer !== undefined) this.#source.clock.clearTimeout(this.#timer);
    } catch {
      // A timer that fires all the same finds the response over.
    }
  }
}

export function leave(items: AsyncIterator<unknown, undefined>): void {
  try {
    void items.return?.();
  } catch {
    // Only a clock that throws makes it fail; the reason to leave is reported already.
  }
}

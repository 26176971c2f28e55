import type { AnswerStream } from "../engine/stream/answer-stream.ts";
import { systemClock } from "../engine/system-clock.ts";
import type { Clock } from "../model/clock.ts";
import { isUnderstudyError, misuse } from "../model/error.ts";
import type { StreamEvent } from "../model/events.ts";

/** The last message of a response: the stream ended as it should, or with an error's code. */
export type ResponseEvent =
  | StreamEvent
  /** The answer is complete. */
  | { readonly type: "done" }
  /** The call failed; what was sent before stands as it is. */
  | {
      readonly type: "error";
      /** The code of the `UnderstudyError`. */
      readonly code: string;
      /** Milliseconds until trying again can help, where known. */
      readonly retryAfterMs?: number | undefined;
    };

/** What `Response` takes; the status must be one that has a body. */
export interface AnswerResponseInit extends ResponseInit {
  /**
   * After so many milliseconds without a message a comment is sent, so that no proxy takes the response for dead.
   * 0 or false: never. Default 15,000.
   */
  readonly keepAliveMs?: number | false | undefined;
  /** The clock and timer behind `keepAliveMs`, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

type Events = AsyncIterableIterator<StreamEvent, undefined>;

const KEEP_ALIVE_MS = 15_000;
/** Longer delays overflow to 1 ms in setTimeout. */
const MAX_DELAY_MS = 2_147_483_647;
/** Timers may fire a little early. */
const TOLERANCE_MS = 1;
const COMMENT = ": keep-alive\n\n";
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // nginx would collect the messages.
  "x-accel-buffering": "no",
};

/**
 * A released answer as server-sent events for a web handler, which makes the response its one consumer:
 * `data: <JSON event>`, one per message, then `{"type":"done"}` or `{"type":"error","code":…}`. At `failover` a browser
 * drops the parts listed in `discards.ids`, or marks them with `marker`. A client that leaves closes the upstream
 * connection. Throws `invalid-request`, and lets everything go, when no response can be made with `init`.
 */
export function toResponse(stream: AnswerStream, init: AnswerResponseInit = {}): Response {
  const events = stream[Symbol.asyncIterator]();
  try {
    const { keepAliveMs = KEEP_ALIVE_MS, clock = systemClock, ...rest } = init;
    if (keepAliveMs !== false && !isDuration(keepAliveMs)) throw new RangeError("keepAliveMs");
    const headers = new Headers(rest.headers);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    const body = new ReadableStream(new EventBody(events, clock, keepAliveMs || Infinity));
    return new Response(body, { ...rest, headers });
  } catch {
    leave(events);
    // What was thrown may repeat a header's value.
    throw misuse(
      "invalid-request",
      "`init` needs a status that has a body, valid headers and a `keepAliveMs` of at least 0.",
    );
  }
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

/** The body of a response: an event per message, and a comment when there is none for too long. */
class EventBody {
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #keepAliveMs: number;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends the pull that waits. The client has room only while there is one. */
  #pulled: (() => void) | undefined;
  #isReading = false;
  #isOver = false;
  #timer: unknown;
  #quietSince = 0;

  constructor(events: Events, clock: Clock, keepAliveMs: number) {
    this.#events = events;
    this.#clock = clock;
    this.#keepAliveMs = keepAliveMs;
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
    leave(this.#events);
  }

  #read(): void {
    if (this.#timer === undefined) this.#arm(this.#keepAliveMs);
    // After a comment the read before it still waits.
    if (this.#isReading) return;
    this.#isReading = true;
    this.#events.next().then(this.#onResult, this.#onError);
  }

  readonly #onResult = (result: IteratorResult<StreamEvent, undefined>): void => {
    this.#isReading = false;
    if (this.#isOver) return;
    if (result.done === true) this.#end({ type: "done" });
    else this.#safely(() => this.#write(toMessage(result.value)));
  };

  readonly #onError = (error: unknown): void => {
    if (this.#isOver) return;
    const { code, retryAfterMs } = isUnderstudyError(error) ? error : { code: "adapter-error" };
    this.#end({ type: "error", code, retryAfterMs });
  };

  /** What cannot be sent, or timed, ends the response as a failed answer does, and nothing stays open behind it. */
  #safely(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onError(error);
      leave(this.#events);
    }
  }

  #write(message: string): void {
    this.#quietSince = this.#clock.now();
    this.#enqueue(message);
  }

  #end(event: ResponseEvent): void {
    this.#close();
    this.#enqueue(toMessage(event));
    this.#controller?.close();
  }

  #enqueue(message: string): void {
    this.#controller?.enqueue(this.#encoder.encode(message));
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
    this.#timer = this.#clock.setTimeout(onTimer, Math.min(delayMs, MAX_DELAY_MS), true);
  }

  #onQuiet(): void {
    const leftMs = this.#quietSince + this.#keepAliveMs - this.#clock.now();
    if (leftMs > TOLERANCE_MS) this.#arm(leftMs);
    else this.#write(COMMENT);
  }

  #close(): void {
    this.#isOver = true;
    try {
      if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    } catch {
      // A timer that fires all the same finds the response over.
    }
  }
}

function toMessage(event: ResponseEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function leave(events: Events): void {
  try {
    void events.return?.();
  } catch {
    // Only a clock that throws makes it fail; the reason to leave is reported already.
  }
}

import type { AnswerStream } from "../engine/stream/answer-stream.ts";
import { systemClock } from "../engine/system-clock.ts";
import type { Clock } from "../model/clock.ts";
import { isUnderstudyError, misuse } from "../model/error.ts";
import type { StreamEvent } from "../model/events.ts";
import { isJsonObject } from "../model/json.ts";
import { isThenable, watch } from "../model/promises.ts";
import { ANYTHING, checkShape, duration, FUNCTION, listed, OBJECT, TEXT, whole, type ShapeOf } from "../model/rules.ts";
import { misspelt } from "../model/unknown-names.ts";

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
   * What is sent for an event: what it returns, as JSON; `undefined` leaves the event out. It has to answer at once. One that
   * throws ends the response as a failed answer. Default: every event as it is.
   */
  readonly events?: ((event: StreamEvent) => object | undefined) | undefined;
  /**
   * After so many milliseconds without a message a comment is sent, so that no proxy takes the response for dead.
   * 0 or false: never. Default 15,000.
   */
  readonly keepAliveMs?: number | false | undefined;
  /** The clock and timer behind `keepAliveMs`, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const INIT: ShapeOf<AnswerResponseInit> = {
  status: {
    must: "be a status from 200 to 599 that has a body: none of 204, 205, 304",
    test: (value) => whole(200).test(value) && Number(value) <= 599 && ![204, 205, 304].includes(Number(value)),
  },
  statusText: TEXT,
  headers: ANYTHING,
  keepAliveMs: { must: `${duration(0).must}, or false`, test: (value) => value === false || duration(0).test(value) },
  clock: OBJECT,
  events: FUNCTION,
};

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
  if (!isJsonObject(stream) || !(Symbol.asyncIterator in stream)) {
    throw misuse("invalid-request", "toResponse() takes what `await chain.stream(…)` gives.");
  }
  const events = stream[Symbol.asyncIterator]();
  let problems: readonly string[] = ["its status text or headers are not valid"];
  try {
    const wrong = isJsonObject(init) ? initProblems(init) : ["it must be an object"];
    if (wrong.length > 0) problems = wrong;
    else {
      const { keepAliveMs = KEEP_ALIVE_MS, clock = systemClock, events: sent, ...rest } = init;
      const headers = new Headers(rest.headers);
      for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
      const body = new ReadableStream(new EventBody(events, clock, keepAliveMs || Infinity, sent));
      return new Response(body, { ...rest, headers });
    }
  } catch {
    // What was thrown may repeat a header's value.
  }
  leave(events);
  throw misuse("invalid-request", `No response can be made with \`init\`: ${listed(problems)}.`);
}

/** Runtimes have more fields of their own; only those are unknown that are nearly one of ours. */
function initProblems(init: { readonly [name: string]: unknown }): readonly string[] {
  const names = Object.keys(INIT);
  const known = Object.entries(init).filter(([name]) => names.includes(name) || misspelt(name, names) !== undefined);
  return checkShape(Object.fromEntries(known), INIT, "", "unknown option");
}

/** The body of a response: an event per message, and a comment when there is none for too long. */
class EventBody {
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #keepAliveMs: number;
  readonly #sent: AnswerResponseInit["events"];
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends the pull that waits. The client has room only while there is one. */
  #pulled: (() => void) | undefined;
  #isReading = false;
  #isOver = false;
  #timer: unknown;
  #quietSince = 0;

  constructor(events: Events, clock: Clock, keepAliveMs: number, sent: AnswerResponseInit["events"]) {
    this.#sent = sent;
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
    else this.#safely(() => this.#send(result.value));
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

  #send(event: StreamEvent): void {
    const sent = this.#sent === undefined ? event : this.#sent(event);
    if (isThenable(sent)) {
      watch(sent, () => undefined);
      throw new TypeError("`events` returned a promise.");
    }
    if (sent !== undefined) this.#write(toMessage(sent));
    // Nothing was sent: the client still has room, unless the function made the response end.
    else if (this.#pulled !== undefined && !this.#isOver) this.#read();
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

function toMessage(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function leave(events: Events): void {
  try {
    void events.return?.();
  } catch {
    // Only a clock that throws makes it fail; the reason to leave is reported already.
  }
}
